// A page without Python (qna_widget/hosts/standalone): one HTML file that holds everything, or one
// whose files lie beside it on a server.
import { createComponent } from "../component/component";
import type { Host } from "../component/host";
import { DEFAULT_INPUTS, type Inputs } from "../component/inputs";
import type { Manifest } from "../core/manifest";
import type { AssetSource } from "../runtime/assets/source";
import { httpSource, inlineSource } from "../runtime/assets/sources";
import { mountView } from "../view/view";

/** What the page carries besides the files. */
interface Given {
  readonly inputs: Partial<Inputs>;
  readonly manifest: Manifest;
  /** Questions to offer. */
  readonly examples: readonly string[];
  /** The files lie on the server, below the page; else they are in it. */
  readonly beside: boolean;
}

class PageHost implements Host {
  readonly sources: AssetSource[];
  private inputs: Inputs;

  constructor(private readonly given: Given) {
    const inPage = (sha256: string) => document.getElementById(`asset-${sha256}`)?.textContent;
    this.sources = [given.beside ? httpSource(document.baseURI) : inlineSource(inPage)];
    this.inputs = { ...DEFAULT_INPUTS, ...given.inputs };
  }

  readInputs(): Inputs {
    return this.inputs;
  }

  readManifest(): Manifest {
    return this.given.manifest;
  }

  readExamples(): readonly string[] {
    return this.given.examples;
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
