import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readingTrouble } from "../../src/core/readable";
import { createTokenizer } from "../../src/core/tokenizer";

const packed = readFileSync("../qna_widget/models/bundled/vocab.txt.gz");
const tokenizer = createTokenizer(new Uint8Array(gunzipSync(packed)), { lowercase: true });
const said = (text: string) => readingTrouble(text, tokenizer.encode(text), tokenizer.unk_id);

test.each([
  "Арендатор платит ежемесячную арендную плату в размере 940 евро.",
  "租客每月支付租金九百四十欧元，于每月第三个工作日到期。交付钥匙之前须支付押金。",
])("another script is told: %s", (text) => {
  expect(said(text)).toMatch(/^Most of this text is in a script that the model can hardly read/);
});

test("another language is told", () => {
  const text =
    "Der Mieter zahlt eine monatliche Miete von 940 Euro, die am dritten Werktag eines jeden " +
    "Monats fällig ist. Eine Kaution von drei Monatsmieten ist vor der Übergabe zu zahlen.";
  expect(said(text)).toMatch(/^This text seems to be in a language that the model has not learnt/);
  // A vocabulary that has these words in one piece was made for them.
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}]+|[.,]/gu));
  const plain = [...words].map((word) => word.normalize("NFD").replace(/\p{Mn}/gu, ""));
  const vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...plain].join("\n");
  const german = createTokenizer(vocab, { lowercase: true });
  expect(readingTrouble(text, german.encode(text), german.unk_id)).toBe("");
});

test.each([
  "The tenant pays a monthly rent of 940 euros, due on the third working day of each month.",
  "Jean de la Tour, Maria da Silva, Ludwig van der Berg and Hans von und zu Stein met in the house " +
    "of the count, and they spoke of wine and of the weather with the others.",
  "The word мир means peace and also world, and 平和 means peace.",
  "",
])("English is not troubled: %s", (text) => {
  expect(said(text)).toBe("");
});
