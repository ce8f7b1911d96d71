// The parity tests in Python hold the rule itself; here is what only the page does with it.
import { expect, test } from "vitest";
import { asSign, inSigns } from "../../src/core/layout";
import { createTokenizer } from "../../src/core/tokenizer";
import { tokenWords } from "../../src/core/words";

const VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "soup", "fish", "tea", "##s", "7"];

test("white space becomes signs, and the text stays as long", () => {
  const text = "Soup\n\n\nFish  7\tTea | 7";
  expect(inSigns(text)).toBe("Soup¶¶\nFish| 7|Tea | 7");
});

test("a vocabulary without the signs is refused", () => {
  const lacking = (): unknown =>
    createTokenizer(VOCAB.join("\n"), { lowercase: true, layout_signs: true });
  expect(lacking).toThrow("lacks ¶");
});

test("a sign is a word of its own, and is shown as the model reads it", () => {
  const options = { lowercase: true, layout_signs: true };
  const tokenizer = createTokenizer([...VOCAB, "¶", "|"].join("\n"), options);
  const text = "\nSoups\nfish  7\r\n";
  const passage = tokenizer.encodePassage(text);
  const words = tokenWords(text, passage).map(({ start, end }) => text.slice(start, end));
  expect(words).toEqual(["Soups", "\n", "fish", " ", "7"]);
  expect(words.map(asSign)).toEqual(["Soups", "¶", "fish", "|", "7"]);
  expect(tokenizer.encode(text).input_ids).toHaveLength(4);
});
