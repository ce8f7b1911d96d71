// Logits of windows that were run before: an edited text costs the windows whose tokens it changes,
// and going back to an older text or question costs nothing.
import type { Feature, Logits } from "../../core/types";

/** A book of 500,000 characters takes about 5 MB. */
const MOST_BYTES = 32 << 20;
/** What an entry takes besides its texts and numbers; estimated. */
const ENTRY_BYTES = 400;

/**
 * By what the model sees, its ids, and nothing else: whatever text, stride or question brought
 * these about, the logits are the same. What was not wanted for longest is forgotten first.
 */
export class KnownWindows {
  private readonly entries = new Map<string, Logits>();
  private bytes = 0;

  constructor(private readonly most_bytes = MOST_BYTES) {}

  get(model: string, feature: Feature): Logits | undefined {
    const key = keyOf(model, feature);
    const logits = this.entries.get(key);
    if (logits !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, logits);
    }
    return logits;
  }

  set(model: string, feature: Feature, logits: Logits): void {
    const key = keyOf(model, feature);
    if (this.entries.has(key)) return;
    this.entries.set(key, logits);
    this.bytes += bytesOf(key, logits);
    for (const [oldest, its] of this.entries) {
      if (this.bytes <= this.most_bytes) break;
      this.entries.delete(oldest);
      this.bytes -= bytesOf(oldest, its);
    }
  }
}

function keyOf(model: string, { input_ids, passage_position }: Feature): string {
  return `${model} ${passage_position} ${input_ids.join(" ")}`;
}

function bytesOf(key: string, { start_logits, end_logits }: Logits): number {
  return ENTRY_BYTES + key.length + start_logits.byteLength + end_logits.byteLength;
}
