// Questions so far with their answers, within bounds. Pure: the time is a parameter.

import * as contract from "../core/contract";
import type { Answer, Result } from "../core/types";
import type { Inputs, Options } from "./inputs";

/** A question with its final answers. Offsets in UTF-16 units. */
export interface Asked {
  readonly question: string;
  readonly passage: string;
  readonly options: Options;
  /** Title of the model that answered. */
  readonly model: string;
  readonly null_score: number | null;
  /** Best first; the empty text comes first when "no answer" won. */
  readonly answers: readonly Answer[];
  /** Milliseconds since 1970. */
  readonly asked_at: number;
}

/** What of a component's state is recorded. */
export interface Recorded {
  readonly status: string;
  readonly inputs: Inputs;
  readonly result: Result | null;
}

/** Unanswered texts of the fields, kept when an older question replaced them. */
export interface Draft {
  readonly question: string;
  readonly passage: string;
  readonly options: Options;
}

/** Entries, and units of all passages together, each counted once; beyond, the oldest go. */
const { most_questions: MOST_ASKED, most_text: MOST_TEXT } = contract.history;
const MOST_DRAFTS = 20;
/** Milliseconds within which a question that only grew was not finished. */
const TYPING_MS = 3000;

export class History {
  /** Oldest first; one per question, passage, options and model: the first answers stand. */
  asked: readonly Asked[] = [];
  /** Newest first. */
  drafts: readonly Draft[] = [];
  /** Known passages, so that the same text is held once however often it was typed or set. */
  readonly #passages = new Map<string, string>();
  #units = 0;
  #seen: Result | null = null;

  constructor(private readonly most_text = MOST_TEXT) {}

  /**
   * Records a state's answers when they are final; not first answers, cancelled ones, and what was
   * recorded before.
   * @param now milliseconds since 1970
   */
  record({ status, result, inputs }: Recorded, now: number): void {
    if (status !== "ready" || result === null || result === this.#seen) return;
    if (result.windows_done < result.windows_total) return;
    this.#seen = result;
    const options = optionsOf(inputs);
    const entry: Asked = {
      question: inputs.question,
      passage: this.#passages.get(inputs.passage) ?? inputs.passage,
      options,
      model: result.model,
      null_score: result.null_score,
      answers: result.answers,
      asked_at: now,
    };
    if (this.asked.some((other) => same(other, entry))) return;
    if (!this.#passages.has(entry.passage)) {
      this.#passages.set(entry.passage, entry.passage);
      this.#units += entry.passage.length;
    }
    this.asked = [...this.asked, entry];
    this.drafts = this.drafts.filter((draft) => !this.#knows(draft));
    while (this.asked.length > MOST_ASKED || this.#units > this.most_text) {
      if (this.asked.length === 1) break;
      this.#dropOldest();
    }
  }

  /** Keeps the texts of the fields as a draft, unless the history has them. */
  keep(inputs: Inputs): void {
    const { question, passage } = inputs;
    const draft = { question, passage, options: optionsOf(inputs) };
    if (this.#knows(draft)) return;
    const others = this.drafts.filter(
      (other) => other.question !== question || other.passage !== passage,
    );
    this.drafts = [draft, ...others].slice(0, MOST_DRAFTS);
  }

  /**
   * Brings an entry back: returns what of it differs from `inputs`, whose texts become a draft when
   * nothing else holds them.
   */
  restore(entry: Asked | Draft, inputs: Inputs): Partial<Inputs> {
    this.keep(inputs);
    this.drafts = this.drafts.filter((draft) => draft !== entry);
    // The stride is Python's to set.
    const { doc_stride: _, ...options } = entry.options;
    const texts = { passage: entry.passage, question: entry.question };
    const differs = ([name, value]: [string, unknown]) => inputs[name as keyof Inputs] !== value;
    return Object.fromEntries(Object.entries({ ...texts, ...options }).filter(differs));
  }

  /** Whether entries of the history have both texts. */
  #knows({ question, passage }: Draft): boolean {
    return (
      (passage.trim() === "" || this.#passages.has(passage)) &&
      (question.trim() === "" || this.asked.some((entry) => entry.question === question))
    );
  }

  #dropOldest(): void {
    const [oldest, ...rest] = this.asked;
    this.asked = rest;
    const { passage } = oldest!;
    if (rest.some((entry) => entry.passage === passage)) return;
    this.#passages.delete(passage);
    this.#units -= passage.length;
  }
}

/**
 * Newest first, without steps on the way to the next entry: what differs from it in nothing but
 * the options, as a slider that is dragged leaves many, and a question that was still being typed.
 */
export function settled(asked: readonly Asked[]): Asked[] {
  return asked.filter((entry, i) => !isStep(entry, asked[i + 1])).reverse();
}

function isStep(entry: Asked, next: Asked | undefined): boolean {
  if (next === undefined) return false;
  if (entry.passage !== next.passage || entry.model !== next.model) return false;
  if (entry.question === next.question) return true;
  const typed = next.question.startsWith(entry.question.trimEnd());
  // The clock may have been set back between the two.
  return typed && Math.abs(next.asked_at - entry.asked_at) < TYPING_MS;
}

function optionsOf(inputs: Inputs): Options {
  const names = contract.history.options as (keyof Options)[];
  return Object.fromEntries(names.map((name) => [name, inputs[name]])) as unknown as Options;
}

function same(a: Asked, b: Asked): boolean {
  return sameText(a, b) && a.model === b.model && sameOptions(a.options, b.options);
}

function sameText(a: Draft, b: Draft): boolean {
  return a.question === b.question && a.passage === b.passage;
}

function sameOptions(a: Options, b: Options): boolean {
  return (Object.keys(a) as (keyof Options)[]).every((name) => a[name] === b[name]);
}
