// How many workers read a text at the same time. Pure.

/** What is known of the reader's machine. */
export interface Machine {
  readonly cores: number;
  /** GiB, rounded by the browser; undefined where it does not say. */
  readonly memory?: number | undefined;
}

/** More workers than this are slowed down by the memory that they share. */
const MOST = 4;
/** Windows left per worker from which one more pays for its start: a session costs about three. */
const WINDOWS_EACH = 8;

/** The most workers by default: half of the cores, as the page and others need some too. */
export function defaultWorkers({ cores, memory = Number.POSITIVE_INFINITY }: Machine): number {
  const half = Math.max(1, Math.floor(cores / 2));
  // A worker with a model of 25 MB takes up to 400 MB.
  const room = memory <= 2 ? 1 : memory <= 4 ? 2 : MOST;
  return Math.min(MOST, half, room);
}

/** How many workers so many windows are worth, at most `most`; 0 when there is nothing to do. */
export function worthwhileWorkers(windows: number, most: number): number {
  return Math.min(most, Math.ceil(windows / WINDOWS_EACH));
}

/** The machine that this script runs on. */
export function thisMachine(): Machine {
  const { hardwareConcurrency: cores = 1, deviceMemory: memory } = (globalThis.navigator ?? {}) as {
    hardwareConcurrency?: number;
    deviceMemory?: number;
  };
  return { cores, memory };
}
