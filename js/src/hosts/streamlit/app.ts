// Streamlit's page around the component: its server, a form, its shortcuts.

/** What Streamlit's page says of the way to its server, on the root of the app. */
const CONNECTION = "data-test-connection-state";
/** What it says while there is no server any more; before there was one, it says others. */
const LOST: readonly (string | null)[] = ["PINGING_SERVER", "DISCONNECTED_FOREVER"];
const FORM = '[data-testid="stForm"]';

export class StreamlitApp {
  /** Whether the component stands in a form, which sends what changes in it by its button alone. */
  readonly hasForm: boolean;
  private readonly root: Element | null;

  constructor(element: HTMLElement | ShadowRoot) {
    const inPage = element instanceof ShadowRoot ? element.host : element;
    this.hasForm = inPage.closest(FORM) !== null;
    this.root = document.querySelector(`[${CONNECTION}]`);
  }

  /** Whether the server was there, and is not any more. */
  get isLost(): boolean {
    return LOST.includes(this.root?.getAttribute(CONNECTION) ?? null);
  }

  /** Calls back whenever the way to the server changes; `connected`: there is one. */
  onConnection(callback: (connected: boolean) => void, signal: AbortSignal): void {
    const { root } = this;
    if (root === null) return;
    const observer = new MutationObserver(() => {
      callback(root.getAttribute(CONNECTION) === "CONNECTED");
    });
    observer.observe(root, { attributeFilter: [CONNECTION] });
    signal.addEventListener("abort", () => observer.disconnect());
  }
}

/** Keeps letters typed in the component from Streamlit, which takes some for shortcuts. */
export function keepLetters(element: HTMLElement | ShadowRoot, signal: AbortSignal): void {
  const keep = (event: Event): void => {
    const { key, ctrlKey, metaKey, altKey } = event as KeyboardEvent;
    if (key.length === 1 && !ctrlKey && !metaKey && !altKey) event.stopPropagation();
  };
  for (const type of ["keydown", "keypress", "keyup"]) {
    element.addEventListener(type, keep, { signal });
  }
}
