// A long work in slices, so that the page hears the reader in between.

/** One step after the other; each gives how much it was, in a unit of the work's own. */
export type Steps = Iterator<number, void>;

/** Calls back later; the function that it gives calls that off. */
export type Later = (callback: () => void) => () => void;

/** After what waits already. */
export const nextTask: Later = (callback) => {
  const timer = setTimeout(callback, 0);
  return () => clearTimeout(timer);
};

/** Once per frame, so that each slice is laid out by itself. */
export const nextFrame: Later = (callback) => {
  const frame = requestAnimationFrame(callback);
  return () => cancelAnimationFrame(frame);
};

export class Slices {
  #steps: Steps | null = null;
  #done: () => void = () => {};
  #callOff: () => void = () => {};

  /** @param most a slice ends with the step that makes it so much */
  constructor(
    private readonly most: number,
    private readonly later: Later,
  ) {}

  /** Whether there is work left. */
  get busy(): boolean {
    return this.#steps !== null;
  }

  /** Begins with the next slice, in place of the work under way. */
  begin(steps: Steps, done: () => void): void {
    this.stop();
    this.#steps = steps;
    this.#done = done;
    this.#wait();
  }

  /** Does one slice now. */
  slice(): void {
    this.#run(this.most);
  }

  /** Does all that is left, now. */
  finish(): void {
    this.#run(Number.POSITIVE_INFINITY);
  }

  /** Drops what is left. */
  stop(): void {
    this.#callOff();
    this.#steps = null;
  }

  #wait(): void {
    this.#callOff = this.later(() => this.slice());
  }

  #run(most: number): void {
    const steps = this.#steps;
    if (steps === null) return;
    this.#callOff();
    for (let made = 0; made < most; ) {
      const { done, value } = steps.next();
      if (done) {
        this.#steps = null;
        this.#done();
        return;
      }
      made += value;
    }
    this.#wait();
  }
}
