// A clock that only goes when told to, in place of the page's own: the same script, the same order.

interface Due {
  readonly at: number;
  readonly id: number;
  readonly call: () => void;
}

/** Lets all promises settle; taken before the clock is put in place. */
const settle = globalThis.setImmediate;

export class Clock {
  now = 0;
  private due: Due[] = [];
  private id = 0;
  private readonly real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: Date.now,
  };

  /** Takes the place of the real timers until `restore`. */
  install(): void {
    globalThis.setTimeout = ((call: () => void, ms = 0) => this.after(ms, call)) as never;
    globalThis.clearTimeout = ((id: number | undefined) => this.cancel(id)) as never;
    Date.now = () => 1e12 + this.now;
  }

  restore(): void {
    globalThis.setTimeout = this.real.setTimeout;
    globalThis.clearTimeout = this.real.clearTimeout;
    Date.now = this.real.now;
  }

  after(ms: number, call: () => void): number {
    const one = { at: this.now + Math.max(0, ms), id: ++this.id, call };
    // What is due at the same time keeps its order.
    const place = this.due.findIndex(({ at }) => at > one.at);
    this.due.splice(place < 0 ? this.due.length : place, 0, one);
    return one.id;
  }

  private cancel(id: number | undefined): void {
    this.due = this.due.filter((one) => one.id !== id);
  }

  /** Lets `ms` go by, with all that falls due in them. */
  async go(ms: number): Promise<void> {
    const until = this.now + ms;
    await new Promise<void>((resolve) => settle(resolve));
    for (let next = this.due[0]; next !== undefined && next.at <= until; next = this.due[0]) {
      this.due.shift();
      this.now = next.at;
      next.call();
      await new Promise<void>((resolve) => settle(resolve));
    }
    this.now = until;
  }

  /** Goes on until nothing is due any more; throws after `most` of time. */
  async rest(most: number): Promise<void> {
    const until = this.now + most;
    await this.go(0);
    while (this.due[0] !== undefined) {
      if (this.due[0].at > until) throw new Error("it does not come to rest");
      await this.go(this.due[0].at - this.now);
    }
  }
}
