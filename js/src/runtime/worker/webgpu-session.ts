// A session on the graphics card, used only after its logits agreed with wasm's: drivers differ.
import { inWords } from "../../core/text";
import type { Feature, Logits } from "../../core/types";
import { turns } from "../shared";
import { createSession, deviceLoss, type Session, type SessionOptions } from "./session";

/**
 * How far WebGPU may be from wasm on the same graph and input, as a share of the range of wasm's
 * logits. Float graphs differ by 1e-6, 16-bit ones by 1e-3; a driver that computes wrongly is out
 * by the whole range, or gives no numbers at all.
 */
export const TOLERANCE = 0.02;

/** A window of tokens that every vocabulary has, its second half of the passage. */
const TRIAL: readonly Feature[] = [
  {
    input_ids: Int32Array.from({ length: 24 }, (_, at) => at % 8),
    token_type_ids: Int32Array.from({ length: 24 }, (_, at) => Number(at > 11)),
  } as Partial<Feature> as Feature,
];

/** What the engine needs to open sessions; tests put others in. */
export interface Opener {
  create(onnx: Uint8Array, provider: "wasm" | "webgpu", optimized: boolean): Promise<Session>;
  deviceLoss(): Promise<string>;
}

/** Milliseconds that a lost device has to say so after a failed run. */
const LAST_WORDS_MS = 300;

/**
 * @param onDead called with a sentence when the device is lost or fails; it cannot be used again
 * @returns opens a session, or throws an Error for the reader when the device does not start, or
 *   computes something else than wasm
 */
export function webGpuSessions(
  onDead: (reason: string) => void,
  opener: Opener = { create: createSession, deviceLoss },
): (onnx: Uint8Array, options: SessionOptions) => Promise<Session> {
  const alone = turns(); // this edition of onnxruntime runs one task at a time
  const { signal } = new AbortController();
  let loss: Promise<void> | undefined;

  const run: (session: Session) => Session["run"] = (session) => async (features, how) => {
    try {
      return await alone(() => session.run(features, how));
    } catch (error) {
      how.signal.throwIfAborted();
      const late = new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS));
      await Promise.race([loss, late]);
      onDead(`it failed: ${inWords(error)}`);
      throw error;
    }
  };

  const open = async (onnx: Uint8Array, options: SessionOptions): Promise<Session> => {
    // One after the other: two sessions of a large model at a time would need twice the memory.
    const reference = await opener.create(onnx, "wasm", true);
    const expected = await reference.run(TRIAL, { signal });
    await reference.dispose();
    const session = await opener.create(onnx, "webgpu", options.optimized);
    loss ??= opener
      .deviceLoss()
      .then((reason) => onDead(`the graphics device was lost: ${reason}`));
    const given = await session.run(TRIAL, { signal });
    const share = disagreement(expected, given);
    if (!(share <= TOLERANCE)) {
      await session.dispose();
      const percent = Number.isFinite(share)
        ? `by ${(100 * share).toFixed(1)}%`
        : "by more than all";
      throw new Error(`WebGPU's logits differ from wasm's ${percent} of their range.`);
    }
    return { ...session, run: run(session), dispose: () => alone(() => session.dispose()) };
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
