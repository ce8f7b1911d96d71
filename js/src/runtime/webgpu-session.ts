// A session on the graphics card, trusted only after it has agreed with wasm. Drivers differ.
import type { Logits } from "../core/types";
import { createSession, deviceLoss, type Session, type SessionOptions } from "./session";

/**
 * How far WebGPU may be from wasm on the same graph and input, as a share of the range of wasm's
 * logits. Float graphs differ by 1e-6, 16-bit ones by 1e-3; a driver that computes wrongly is out
 * by the whole range, or gives no numbers at all.
 */
export const TOLERANCE = 0.02;

/** What the engine needs to open sessions; tests put others in. */
export interface Opener {
  create(onnx: Uint8Array, provider: "wasm" | "webgpu", optimized: boolean): Promise<Session>;
  deviceLoss(): Promise<string>;
}

/**
 * @param onLost told once, in words, when the device is lost: nothing works on it any more
 * @throws Error in words when the device does not start, or computes something else than wasm
 */
export function webGpuSessions(
  onLost: (reason: string) => void,
  opener: Opener = { create: createSession, deviceLoss },
): (onnx: Uint8Array, options: SessionOptions) => Promise<Session> {
  const alone = turns();
  let watched = false;
  const open = async (onnx: Uint8Array, options: SessionOptions): Promise<Session> => {
    const { signal } = new AbortController();
    // One after the other: two sessions of a large model at a time would take twice the memory.
    const reference = await opener.create(onnx, "wasm", true);
    const trial = options.trial();
    const expected = await reference.run(trial, { signal });
    await reference.dispose();
    const session = await opener.create(onnx, "webgpu", options.optimized);
    if (!watched) {
      watched = true;
      void opener.deviceLoss().then((reason) => onLost(`the graphics device was lost: ${reason}`));
    }
    const given = await session.run(trial, { signal });
    const share = disagreement(expected, given);
    if (!(share <= TOLERANCE)) {
      await session.dispose();
      const percent = Number.isFinite(share) ? `by ${(100 * share).toFixed(1)}%` : "entirely";
      throw new Error(`WebGPU's logits differ from wasm's ${percent} of their range.`);
    }
    return {
      ...session,
      run: (features, how) => alone(() => session.run(features, how)),
      dispose: () => alone(() => session.dispose()),
    };
  };
  return (onnx, options) => alone(() => open(onnx, options));
}

/** The largest difference, as a share of the range of the expected logits; NaN where one is NaN. */
export function disagreement(expected: readonly Logits[], given: readonly Logits[]): number {
  const flat = (all: readonly Logits[]): number[] =>
    all.flatMap(({ start_logits, end_logits }) => [...start_logits, ...end_logits]);
  const [wanted, got] = [flat(expected), flat(given)];
  const range = Math.max(...wanted) - Math.min(...wanted);
  const most = wanted.reduce((most, logit, i) => Math.max(most, Math.abs(logit - got[i]!)), 0);
  return most / range;
}

/** This edition of onnxruntime does one thing at a time: whatever comes meanwhile waits its turn. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
