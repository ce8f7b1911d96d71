// Caches what is computed from the scores until the scores change.
import { Inspection } from "../../core/inspection";
import type { RawScores } from "../../core/types";
import { type TokenWord, tokenPieces, tokenWords } from "../../core/words";

export class Reading {
  #inspection: Inspection | null = null;
  #words: readonly TokenWord[] = [];
  #of: { readonly passage: RawScores["passage"]; readonly pieces: boolean } | null = null;

  inspect(scores: RawScores, max_answer_len: number): Inspection {
    const known = this.#inspection;
    if (known?.scores === scores && known.max_answer_len === max_answer_len) return known;
    this.#inspection = new Inspection(scores, max_answer_len);
    return this.#inspection;
  }

  words(text: string, { passage }: RawScores, pieces: boolean): readonly TokenWord[] {
    if (this.#of?.passage !== passage || this.#of.pieces !== pieces) {
      this.#of = { passage, pieces };
      this.#words = pieces ? tokenPieces(passage) : tokenWords(text, passage);
    }
    return this.#words;
  }
}
