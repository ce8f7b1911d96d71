// One HTML file that holds everything (qna_widget/hosts/standalone.py writes it): no Python, no server.
import { createComponent } from "../component/component";
import type { Host } from "../component/host";
import { DEFAULT_INPUTS, type Inputs } from "../component/inputs";
import type { Manifest } from "../core/manifest";
import { inlineSource } from "../runtime/assets/sources";
import { mountView } from "../view/view";

/** What the page carries besides the files. */
interface Given {
  readonly inputs: Partial<Inputs>;
  readonly manifest: Manifest;
}

class PageHost implements Host {
  readonly sources = [
    inlineSource((sha256) => document.getElementById(`asset-${sha256}`)?.textContent),
  ];
  private inputs: Inputs;

  constructor(private readonly given: Given) {
    this.inputs = { ...DEFAULT_INPUTS, ...given.inputs };
  }

  readInputs(): Inputs {
    return this.inputs;
  }

  readManifest(): Manifest {
    return this.given.manifest;
  }

  /** Nobody but the reader changes anything here. */
  onChange(): void {}

  writeInputs(changes: Partial<Inputs>): void {
    this.inputs = { ...this.inputs, ...changes };
  }

  report(): void {}
}

const given = JSON.parse(document.getElementById("qna-given")!.textContent!) as Given;
const forever = new AbortController().signal;
const component = createComponent(new PageHost(given), forever);
mountView(document.getElementById("qna-widget")!, component, component.actions, forever);
