import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "../../src/core/tokenizer";

interface Case {
  readonly text: string;
  readonly lowercase: boolean;
  readonly input_ids: number[];
  readonly starts: number[];
  readonly ends: number[];
}

// Written by `make fixtures` from the Rust library; the offsets are UTF-16 units.
const { vocab, cases } = JSON.parse(
  readFileSync(new URL("../../../tests/parity/fixtures/tokenizer.json", import.meta.url), "utf8"),
) as { vocab: string[]; cases: Case[] };
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
const small = (...tokens: string[]) =>
  createTokenizer([...SPECIAL, ...tokens].join("\n"), { lowercase: true });

describe("against the Rust library", () => {
  const tokenizers = {
    true: createTokenizer(vocab.join("\n"), { lowercase: true }),
    false: createTokenizer(vocab.join("\n"), { lowercase: false }),
  };
  it.each(cases)("$text (lowercase: $lowercase)", ({ text, lowercase, ...expected }) => {
    const { input_ids, starts, ends } = tokenizers[`${lowercase}`].encode(text);
    expect({
      input_ids: Array.from(input_ids),
      starts: Array.from(starts),
      ends: Array.from(ends),
    }).toEqual(expected);
  });
});

describe("the vocabulary", () => {
  it("gives each line its number as id", () => {
    const tokenizer = small("bert", "##y");
    expect(tokenizer).toMatchObject({ pad_id: 0, unk_id: 1, cls_id: 2, sep_id: 3, vocab_size: 6 });
    expect([...tokenizer.encode("Bert Berty").input_ids]).toEqual([4, 4, 5]);
  });

  it("may end in a line break, have \\r\\n ends, or come as bytes", () => {
    const lines = [...SPECIAL, "bert"];
    for (const text of [lines.join("\n"), `${lines.join("\n")}\n`, `${lines.join("\r\n")}\r\n`]) {
      for (const given of [text, new TextEncoder().encode(text)]) {
        const tokenizer = createTokenizer(given, { lowercase: true });
        expect(tokenizer.vocab_size).toBe(5);
        expect([...tokenizer.encode("bert").input_ids]).toEqual([4]);
      }
    }
  });

  it("breaks lines at \\n only", () => {
    const tokenizer = small("\u2028", "\u0085", "\u000b", "bert");
    expect([...tokenizer.encode("bert").input_ids]).toEqual([7]);
  });

  it("counts empty lines and lets the last of two equal tokens win", () => {
    expect([...small("", "bert", "bert").encode("bert").input_ids]).toEqual([6]);
  });

  it("is refused without its special tokens", () => {
    expect(() => createTokenizer("a\nb", { lowercase: true })).toThrow(
      "The vocabulary of 2 tokens lacks [UNK]",
    );
  });
});

describe("offsets", () => {
  it("point into the original text behind an emoji and under accents", () => {
    const text = "😀 Café\u0301";
    const { starts, ends } = small("cafe").encode(text);
    expect(text.slice(starts[1], ends[1])).toBe("Café");
  });

  it("of a lone surrogate: it is dropped, as U+FFFD is", () => {
    const tokenizer = small("a", "##b");
    for (const dropped of ["\ud800", "\udc00", "\ufffd"]) {
      const { input_ids, starts, ends } = tokenizer.encode(`a${dropped}b`);
      expect([...input_ids]).toEqual([4, 5]);
      expect([...starts]).toEqual([0, 2]);
      expect([...ends]).toEqual([1, 3]);
    }
  });

  it("are kept from one text to the next: a tokenizer has no memory", () => {
    const tokenizer = small("a", "##b");
    const first = tokenizer.encode("ab ab");
    tokenizer.encode("ab \u0301".repeat(50));
    expect(tokenizer.encode("ab ab")).toEqual(first);
  });
});
