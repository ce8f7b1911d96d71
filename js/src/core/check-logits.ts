// What a model gave for a window, looked at before it counts.
import type { Feature, Logits } from "./types";

/** @throws {Error} when the logits are too short for the feature or not finite. */
export function checkLogits(window: number, feature: Feature, logits: Logits): void {
  const { start_logits, end_logits } = logits;
  const { input_ids, passage_position, window_length } = feature;
  for (const [name, values] of Object.entries({ start_logits, end_logits })) {
    if (values.length < input_ids.length) {
      throw new Error(
        `The model gave ${values.length} ${name} for the ${input_ids.length} tokens of ` +
          `window ${window}. It must give one per token.`,
      );
    }
    for (let k = 0; k < passage_position + window_length; k++) {
      if (!Number.isFinite(values[k])) {
        throw new Error(
          `The model gave ${values[k]} among the ${name} of window ${window}; every logit ` +
            "must be a finite number. Try another model file or backend.",
        );
      }
    }
  }
}
