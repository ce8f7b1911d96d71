// One job per key at a time, however many wait for it.
import type { Progress } from "../core/manifest";

/** Who waits for a job: may leave, and listens to its progress. */
export interface Waiter {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

interface Running<T> {
  readonly signal: AbortSignal;
  readonly watchers: Set<(progress: Progress) => void>;
  last: Progress | null;
  promise: Promise<T>;
}

/**
 * The first waiter runs the job with its own `job`; the others watch. When it fails or its waiter
 * leaves, the next waiter runs its own `job`, so nobody depends on one component's connection. When
 * that fails, too, it has failed for all who saw both: many who each tried would wait for ever.
 */
export class SharedJobs<T> {
  readonly #running = new Map<string, Running<T>>();

  async run(key: string, waiter: Waiter, job: (own: Waiter) => Promise<T>): Promise<T> {
    for (let failures = 0; ; ) {
      waiter.signal.throwIfAborted();
      const other = this.#running.get(key);
      if (other === undefined) return this.#start(key, waiter, job);
      other.watchers.add(waiter.onProgress);
      if (other.last !== null) waiter.onProgress(other.last);
      try {
        return await abortable(other.promise, waiter.signal);
      } catch (error) {
        if (!other.signal.aborted && ++failures === 2) throw error;
        // Look again: another watcher may run the job already.
      } finally {
        other.watchers.delete(waiter.onProgress);
      }
    }
  }

  #start(key: string, waiter: Waiter, job: (own: Waiter) => Promise<T>): Promise<T> {
    const watchers = new Set([waiter.onProgress]);
    const onProgress = (progress: Progress): void => {
      entry.last = progress;
      for (const watcher of watchers) watcher(progress);
    };
    const promise = Promise.resolve()
      .then(() => abortable(job({ signal: waiter.signal, onProgress }), waiter.signal))
      .finally(() => this.#running.delete(key));
    const entry: Running<T> = { signal: waiter.signal, watchers, last: null, promise };
    this.#running.set(key, entry);
    return promise;
  }
}

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs one task at a time; the others wait. */
export function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** `promise`, or a rejection with the signal's reason as soon as that aborts. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
