// How many cases, and texts that are likelier to go wrong than random ones.
import fc from "fast-check";

const CASES = Number(process.env.CASES ?? 0);

/**
 * The size of one property: a fixed share with the other tests; with CASES=n in the environment, as
 * `make fuzz` sets it, n new ones (SEED=… asks the same again).
 *
 * @param share of the fixed size, for what is slow
 */
export function size(share = 1): fc.Parameters<unknown> {
  const numRuns = Math.ceil((CASES || 200) * share);
  const seed = process.env.SEED ? Number(process.env.SEED) : undefined;
  if (CASES === 0) return { numRuns, seed: seed ?? 1 };
  return seed === undefined ? { numRuns } : { numRuns, seed };
}

/** Beyond vitest's own, for what CASES may ask. */
export const PATIENCE = 30 * 60_000;

const PIECES = [
  ..."aZ9é.,:;!?-_()[]*<>'\"«»/\\@#%$€°…。！、¿\n\t \r\f\0\u007f\u0085\u00ad",
  ..."\u0301\u0323\u0345\u034f\u200b\u200c\u200d\u2060\ufe0f\ufeff\ufffd\u2028",
  ..."東かカ한\u1112\u1161\u11abกำதமிक्षשָלمي𝄞🙂👍🏽🇩🇪ßİΣςǅﬁ½³",
  "\ud800",
  "\udc00",
  "Bert",
  "Mr.",
  "U.S.",
  "No. 5. ",
  "v2.3.1-rc1",
  "tamsin@example.org",
  "https://example.org/a?b=c#d.",
  "-12.5 °C",
  "$4,000.50",
  "[Tamsin Vale](https://example.org/t)",
  "**Vale**",
  "<b>x</b>",
  "\n\n",
  "\r\n",
  ". The ",
  "? then ",
  "x".repeat(101),
  "[UNK]",
  "[SEP]",
  "##s",
];

/** Texts of troublemakers, and of any characters, halves of pairs included. */
export const texts = (maxLength = 40): fc.Arbitrary<string> =>
  fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary", maxLength }),
    fc.string({ unit: "grapheme", maxLength }),
  );

/** What JSON can carry, and what it cannot. */
export const anything = fc.anything({ maxDepth: 3, withBigInt: false });
