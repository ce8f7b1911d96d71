// An answer in its sentence, with the place where it stands: as shown, and as copied. Pure.
import { toCodePoints } from "../../core/offsets";
import { createOutline, type Outline } from "../../core/outline";
import { sentenceAround } from "../../core/sentence";
import type { Answer } from "../../core/types";

export interface Quote {
  readonly before: string;
  readonly text: string;
  readonly after: string;
  /** Page and heading, e.g. "Page 3 · under “Rent”"; "" where the text has neither. */
  readonly place: string;
  /** As Python counts them, e.g. "characters 100–117". */
  readonly characters: string;
}

/** Quotes from one passage after another; what is found out about a passage is kept until then. */
export class Quotes {
  #passage: string | null = null;
  #outline: Outline = createOutline("");

  of(passage: string, { start, end }: Answer): Quote {
    if (this.#passage !== passage) {
      this.#passage = passage;
      this.#outline = createOutline(passage);
    }
    const sentence = sentenceAround(passage, start, end);
    const { page, heading } = this.#outline.placeAt(start);
    const places = [page === null ? "" : `Page ${page}`, heading && `under “${heading}”`];
    const [first, last] = toCodePoints(passage, [start, end]);
    return {
      before: (sentence.open.before ? "…" : "") + oneLine(passage.slice(sentence.start, start)),
      text: passage.slice(start, end),
      after: oneLine(passage.slice(end, sentence.end)) + (sentence.open.after ? "…" : ""),
      place: capital(places.filter(Boolean).join(" · ")),
      characters: `characters ${first!.toLocaleString("en")}–${last!.toLocaleString("en")}`,
    };
  }
}

/** What "Copy" takes along: the answer, its sentence, its place. */
export function copied({ before, text, after, place, characters }: Quote): string {
  const sentence = oneLine(`${before}${text}${after}`).trim();
  const words = oneLine(text).trim();
  const lines = [words, sentence === words ? "" : `“${sentence}”`];
  lines.push(`(${[place, characters].filter(Boolean).join(", ")})`);
  return lines.filter(Boolean).join("\n");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
