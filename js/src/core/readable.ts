// Whether a text is in a script and a language that the model's vocabulary was made for. Python's
// twin: qna_widget/core/readable.py. Pure.
import type { Encoding } from "./types";

/** Tokens from the text's beginning that are looked at. */
const SAMPLE = 4000;
const LATIN = /[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+/g;
/** Letters of other alphabets, from Greek to Georgian and Khmer. */
const ALPHABETIC = /[\u0370-\u1dff\u1f00-\u1fff]/g;
/** Chinese, Japanese and Korean, which are split into single characters in any case. */
const EAST_ASIAN = /[\u2e80-\ud7ff\uf900-\ufaff]/g;
/** Letters of another script from which on something can be said. */
const ENOUGH_LETTERS = 20;
const ENOUGH_WORDS = 20;
/** Common words that no other language below shares. */
const ENGLISH = new Set(
  "the of and that for with this from have are which by not it at or to".split(" "),
);
const OTHERS = new Set(
  (
    "der die das und ist nicht ein eine einen von mit den dem zu auf sich " +
    "le la les des et est une dans pour que qui pas du au " +
    "el los las y por con del para se il di che per non sono della " +
    "os da do com uma em de het een van niet och att det som på og er ikke nie jest się przez oraz ve bir"
  ).split(" "),
);

const OTHER_SCRIPT =
  "Most of this text is in a script that the model can hardly read: its answers may be wrong.";
const OTHER_LANGUAGE =
  "This text seems to be in a language that the model has not learnt: its answers may be wrong.";

/** All that `readingTrouble` may say. */
export const HARDLY_READ: readonly string[] = [OTHER_SCRIPT, OTHER_LANGUAGE];

/**
 * A sentence for the reader about a text that the model can hardly read; "" where it can.
 *
 * A multilingual vocabulary has whole words where an English one has single letters, so the rule is
 * about this model: other letters count only if they are unknown or stand nearly one by one, and
 * the words of another language only if they fall into many pieces.
 */
export function readingTrouble(
  text: string,
  { input_ids, ends }: Encoding,
  unk_id: number,
): string {
  const tokens = Math.min(SAMPLE, input_ids.length);
  if (tokens === 0) return "";
  const sample = text.slice(0, ends[tokens - 1]);
  const words = sample.match(LATIN) ?? [];
  const latin = words.reduce((sum, word) => sum + word.length, 0);
  const alphabetic = sample.match(ALPHABETIC)?.length ?? 0;
  const east_asian = sample.match(EAST_ASIAN)?.length ?? 0;
  const others = alphabetic + east_asian;
  if (others > latin && others >= ENOUGH_LETTERS) {
    const unknown = input_ids.subarray(0, tokens).filter((id) => id === unk_id).length;
    const spelt = alphabetic > east_asian && tokens > 0.6 * alphabetic;
    if (unknown <= 0.15 * tokens && !spelt) return "";
    return OTHER_SCRIPT;
  }
  const share = (list: ReadonlySet<string>): number =>
    words.filter((word) => list.has(word.toLowerCase())).length / words.length;
  const foreign = words.length >= ENOUGH_WORDS && tokens > 1.65 * words.length;
  if (!foreign || share(OTHERS) < 0.1 || share(ENGLISH) > 0.06) return "";
  return OTHER_LANGUAGE;
}
