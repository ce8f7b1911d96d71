// A few borders by hand; tests/unit/core/test_borders.py has the many, tests/parity/test_borders.py
// holds the two languages together.
import { expect, test, vi } from "vitest";
import { Borders } from "../../src/core/borders";
import { isBorder } from "../../src/core/graphemes";
import { createTokenizer } from "../../src/core/tokenizer";

const letters = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n)).filter(
  (letter) => letter === letter.toLowerCase(),
);
const vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "ферма", "か", "##か", "##い", "ம", "##ம"];
const tokenizer = createTokenizer(
  [...vocab, ...letters, ...letters.map((letter) => `##${letter}`)].join("\n"),
  { lowercase: true },
);

function answer(text: string, chosen: string, align_to_words: boolean, neat = true) {
  const passage = tokenizer.encode(text);
  const start = text.indexOf(chosen);
  const tokens = [...passage.starts.keys()].filter(
    (token) => passage.starts[token]! < start + chosen.length && passage.ends[token]! > start,
  );
  const range = new Borders(text, passage, tokenizer).range(tokens[0]!, tokens.at(-1)!, {
    align_to_words,
    neat,
  });
  return range && text.slice(...range);
}

test.each([
  ["run by Chloe\u0301. It", "Chloe", "Chloe\u0301"],
  ["a 1️⃣ b", "1", "1️⃣"],
  ["by [Tamsin Vale](https://example.org/t).", "[Tamsin Vale", "Tamsin Vale"],
  ["**Tamsin** **Vale**", "Tamsin** **Vale", "**Tamsin** **Vale**"],
  ["<b>Tamsin</b> owns", "Tamsin</b", "Tamsin"],
  ["𝄞 the (old) ferry", "(old", "old"],
  ["in „der linde“ am markt", "„der linde“ am", "„der linde“ am"],
  ["in „der linde“ am markt", "linde“ am", "„der linde“ am"],
  ["a . b", ".", null],
])("%s", (text, chosen, whole) => {
  expect(answer(text, chosen, false)).toBe(whole);
});

test.each([
  ["😀 Install v2.3.1-rc1 today.", "3.1", "v2.3.1-rc1"],
  ["mail tamsin.vale@example.org", "example.org", "tamsin.vale@example.org"],
  ["fell to -12.5 °C at", "12.5", "-12.5 °C"],
  [
    "at https://example.org/a_(b)?q=1,2&x=2#top. Read",
    "b",
    "https://example.org/a_(b)?q=1,2&x=2#top",
  ],
  ["[docs](https://example.org/docs), or", "example", "https://example.org/docs"],
  ["call +49 (0)30 1234-567 now", "1234", "+49 (0)30 1234-567"],
  ["in ~/.config/app.toml on", "config", "~/.config/app.toml"],
  ["in ../lib/x.so.1 now", "lib", "../lib/x.so.1"],
  ["at 9:30 a.m. on", "9", "9:30 a.m."],
  ["is 5-10 mg/dl now", "5", "5-10 mg/dl"],
  ["by o'brien there", "brien", "o'brien"],
  ["goes 5 km/h here", "km", "5 km/h"],
  ["for 10-12 people", "10", "10-12"],
  ["😀 has 1 000 000 people", "1", "1 000 000"],
  ["is 20 × 30 cm big", "30", "20 × 30 cm"],
  ["see don’t look", "don", "don’t"],
  ["in lindenstr. 14b, ulm", "14b", "lindenstr. 14b"],
  ["かかい", "かか", "かか"],
  ["か1999か、", "か1", "か1999"],
  ["か\u30991999か、", "1999", "1999"],
  ["at １２：３０ there", "３０", "１２：３０"],
  ["of ٣٫１４ here", "٣", "٣٫１４"],
  ["かhttps://a.b/cdか", "cd", "https://a.b/cd"],
])("whole in the view: %s", (text, chosen, whole) => {
  expect(answer(text, chosen, true)).toBe(whole);
});

test.each([
  ["അ", "വ", "ന്\u200d", " "],
  ["ه\u200d", "د"],
  ["क्\u200dष", "ण"],
  ["👩\u200d🚀", "👩\u200d", "a"],
  ["❤️\u200d🔥", "\n", "\r\n", " \u0301"],
  ["👩🏽\u200d⚕️", "👩\u200d", " "],
])("a joiner joins pictures and consonants alone: %j", (...characters) => {
  const near = Array.from(characters.join(""));
  const ends = characters.map((_, n) => Array.from(characters.slice(0, n + 1).join("")).length);
  const borders = near.map((_, n) => n + 1).filter((at) => isBorder(near, at));
  expect(borders).toEqual(ends);
});

test("words of one long name are looked at once", () => {
  const text = "a_".repeat(40);
  const passage = tokenizer.encode(text);
  const borders = new Borders(text, passage, tokenizer);
  const looked = vi.spyOn(String.prototype, "search"); // twice for each end of a word
  for (let first = 0; first < text.length; first++) {
    for (let last = first; last < text.length; last++) {
      borders.range(first, last, { align_to_words: true, neat: true });
    }
  }
  const count = looked.mock.calls.length;
  looked.mockRestore();
  expect(count).toBe(4 * passage.input_ids.length);
});

test("what was not read is in no answer", () => {
  const apart = "가나다".repeat(20); // 120 characters for the model
  for (const word of ["a".repeat(101), apart]) {
    const text = `see ${word} there`;
    expect(answer(text, text, true)).toBeNull();
    expect(new Borders(text, tokenizer.encode(text), tokenizer).unread).toBe(1);
  }
});

test("what the model drops of a word does not count", () => {
  for (const part of ["👩\u200d🚀", "ש\u200d\u200d", "☕\u00ad\u00ad"]) {
    const text = `see ${part.repeat(40)} there`;
    expect(answer(text, text, true)).toBe(text);
    expect(new Borders(text, tokenizer.encode(text), tokenizer).unread).toBe(0);
  }
});

test("answers that share a word meet there, but for cut tags", () => {
  const way = { align_to_words: true, neat: true };
  const borders = (text: string) => new Borders(text, tokenizer.encode(text), tokenizer);

  const plain = borders("ferma ферма , ферма");
  const count = tokenizer.encode("ferma").input_ids.length;
  expect(plain.meetIn(count, count)).toBe(true);
  expect(plain.meetIn(count + 1, count + 1)).toBe(false); // the comma may be trimmed

  const tagged = borders("<b>ферма");
  expect(tagged.place(1, 3, way)).toEqual([3, 7]);
  expect(tagged.place(1, 1, way)).toEqual([1, 1]); // both hold the token "b"
  expect(tagged.meetIn(1, 1)).toBe(false);
  expect(tagged.meetIn(3, 3)).toBe(true); // no tag any more
  expect(borders("a < b").meetIn(2, 2)).toBe(true); // none at all
  expect(borders("p<5, q<5").meetIn(2, 2)).toBe(true);
  expect(borders("<5 a> b").meetIn(1, 2)).toBe(false); // "5 a>" is cut off of an answer
});
