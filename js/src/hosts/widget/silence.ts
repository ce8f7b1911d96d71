// Whether Python still answers. A kernel or server that is busy or gone says nothing of it, whatever
// the page around the widget may show; so it is asked after reports.
import { attempt, type Model } from "./model";

/** Milliseconds from a report to the question, so that a burst of reports asks once. */
const ASK_AFTER = 1000;
/** Milliseconds without an answer that are worth a sentence. */
const PATIENCE = 10_000;
/** Python's answers reach all pages. */
const PAGE = Math.random().toString(36).slice(2);

export const SILENT =
  "Python does not answer: it is busy, or gone (then run the cell again, or load the page anew). " +
  "Questions are answered here all the same.";

export class Silence {
  /** Whether Python was asked and has not answered for long. */
  lasts = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  /** @param changed is called when the silence begins to last, and when it ends */
  constructor(
    private readonly model: Model,
    private readonly changed: () => void,
    private readonly signal: AbortSignal,
  ) {
    const receive = (message: unknown): void => {
      const { kind, request } = (message ?? {}) as { kind?: unknown; request?: unknown };
      // An answer to an earlier question is one, too.
      if (kind === "python.pong" && String(request).startsWith(`${PAGE}-`)) this.end();
    };
    model.on("msg:custom", receive);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", receive);
      clearTimeout(this.timer);
    });
  }

  /** Python was sent something: does it hear? */
  ask(): void {
    if (this.timer !== undefined || this.signal.aborted) return;
    this.timer = setTimeout(() => {
      const request = `${PAGE}-${++this.asked}`;
      const sent = attempt(() => this.model.send({ kind: "python.ping", request }));
      this.timer = setTimeout(() => this.last(true), sent ? PATIENCE : 0);
    }, ASK_AFTER);
  }

  private end(): void {
    clearTimeout(this.timer);
    this.last(false);
  }

  private last(lasts: boolean): void {
    this.timer = undefined;
    if (lasts === this.lasts) return;
    this.lasts = lasts;
    this.changed();
  }
}
