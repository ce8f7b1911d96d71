// <qna-find for="main">: find by question on any web page. Its files lie beside this script, as
// qna_widget/hosts/standalone/find.py writes them.
import type { Manifest } from "../../core/manifest";
import { httpSource } from "../../runtime/assets/sources";
import { Runtime } from "../../runtime/client";
import { startEngineFrom } from "../../runtime/start";
import { Find, type Model } from "./find";

/** qna-find.json, beside this script. */
interface Listing {
  readonly manifest: Manifest;
  /** The worker's script. */
  readonly worker: string;
}

const here = (document.currentScript as HTMLScriptElement | null)?.src ?? document.baseURI;
const LISTING = "qna-find.json";
/** One for all elements of the page. */
let runtime: Runtime | null = null;

async function open(): Promise<Model> {
  const url = new URL(LISTING, here);
  let response: Response;
  try {
    // It names the files of this day: a former one, kept, would lead to files that are gone.
    response = await fetch(url, { cache: "no-cache" });
  } catch (error) {
    if (url.protocol !== "file:")
      throw new Error(`${url.origin} does not answer. Try again later.`);
    throw new Error(
      "A page opened from disk may not read the files beside it. Put the folder on a web server, " +
        "or run `python -m http.server` in it and open http://localhost:8000.",
      { cause: error },
    );
  }
  const listing = response.ok && ((await response.json().catch(() => null)) as Listing | null);
  if (!listing) {
    // Some servers send a page of theirs in place of a file that is missing.
    const sent = response.ok ? "is no JSON" : `answered ${response.status}`;
    throw new Error(
      `${url} ${sent}. The files that \`qna-widget export-find\` writes must lie beside ` +
        "qna-find.js.",
    );
  }
  const { manifest, worker } = listing;
  runtime ??= new Runtime({ start: startEngineFrom(new URL(worker, url)) });
  return { manifest, sources: [httpSource(url)], client: runtime.connect() };
}

class QnaFind extends HTMLElement {
  private alive: AbortController | null = null;
  private find: Find | null = null;
  /** What was typed before the page took the element out, to move it perhaps. */
  private typed = "";

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    const label = this.getAttribute("label");
    const { typed: question } = this;
    const options = { target: () => this.target(), host: this, root, open, question };
    this.alive = new AbortController();
    this.find = new Find({ ...options, ...(label ? { label } : {}) }, this.alive.signal);
  }

  disconnectedCallback(): void {
    this.typed = this.find?.question ?? "";
    this.alive?.abort();
    this.find = null;
  }

  override focus(): void {
    this.find?.enter();
  }

  /** The element that `for` names by its id or a selector; without it, the whole page. */
  private target(): Element {
    const name = this.getAttribute("for")?.trim() ?? "";
    if (name === "") return this.ownerDocument.body;
    const scope = this.getRootNode() as Document | ShadowRoot;
    const found = scope.getElementById(name) ?? select(scope, name) ?? select(document, name);
    if (found !== null) return found;
    throw new Error(`<qna-find for="${name}">: the page has no element of this id or selector.`);
  }
}

function select(scope: ParentNode, selector: string): Element | null {
  try {
    return scope.querySelector(selector);
  } catch {
    return null; // no selector
  }
}

// A page that loads the script twice keeps the first.
if (customElements.get("qna-find") === undefined) customElements.define("qna-find", QnaFind);
