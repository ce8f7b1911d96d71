// Notices that what was read of the page has changed.

/** Milliseconds without a change after which the page is read again... */
const QUIET_MS = 300;
/** ...or with changes all the time. */
const MOST_MS = 2000;
/** Attributes by which pages show and hide text. */
const SHOWING = ["class", "style", "hidden", "open", "aria-hidden", "slot"];

export interface Changes {
  /** At each change, at once. */
  readonly now: () => void;
  /** Once the page has come to rest for a moment. */
  readonly settled: () => void;
}

export class Watch {
  private readonly observer = new MutationObserver(() => this.change());
  private loads = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;

  constructor(private readonly changes: Changes) {}

  /** From now on watches these trees alone. */
  follow(roots: readonly Node[]): void {
    this.stop();
    this.loads = new AbortController();
    const { signal } = this.loads;
    for (const root of roots) {
      this.observer.observe(root, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
        attributeFilter: SHOWING,
      });
      // Who takes the tree itself out of the page changes only what is above it.
      for (let above = root.parentNode; above !== null; above = above.parentNode) {
        this.observer.observe(above, { childList: true });
      }
      // A frame's new document is no change of its element.
      root.addEventListener("load", () => this.change(), { capture: true, signal });
    }
  }

  stop(): void {
    this.observer.disconnect();
    this.loads.abort();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private change(): void {
    this.changes.now();
    const now = performance.now();
    if (this.timer === undefined) this.since = now;
    clearTimeout(this.timer);
    const rest = Math.max(0, Math.min(QUIET_MS, this.since + MOST_MS - now));
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.changes.settled();
    }, rest);
  }
}
