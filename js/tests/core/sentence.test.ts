import { describe, expect, test } from "vitest";
import { sentenceAround } from "../../src/core/sentence";

/** The sentence around the answer that stands in brackets. */
function around(marked: string): string {
  const start = marked.indexOf("[");
  const end = marked.indexOf("]") - 1;
  const text = marked.replace(/[[\]]/g, "");
  const { start: from, end: to, open } = sentenceAround(text, start, end);
  return `${open.before ? "…" : ""}${text.slice(from, to)}${open.after ? "…" : ""}`;
}

describe("the sentence around an answer", () => {
  test.each([
    ["One. The keys hang [in the hall]. Two.", "The keys hang in the hall."],
    ["[Bert] lives here! He likes it.", "Bert lives here!"],
    ["No stop at all, only [words]", "No stop at all, only words"],
    ["It was led by [Dr. Ann J. Smith] of Ely. She", "It was led by Dr. Ann J. Smith of Ely."],
    ["Ask Mr. Poe at no. [7]. Then go.", "Ask Mr. Poe at no. 7."],
    ["It costs [3.50 euros] e.g. in May. So.", "It costs 3.50 euros e.g. in May."],
    ["“Go [home].” He went.", "“Go home.”"],
    ["Bye. Tel. [+44 20 7946 0958] | mobile", "Tel. +44 20 7946 0958 | mobile"],
    ["Is it [red]? Yes.", "Is it red?"],
    ["会議は[明日]です。次は来週です。", "会議は明日です。"],
    ["वह [घर] गया। फिर आया।", "वह घर गया।"],
    ["An answer [over one. Border and] on. Next.", "An answer over one. Border and on."],
  ])("%s", (marked, sentence) => {
    expect(around(marked)).toBe(sentence);
  });

  test.each([
    [
      "Intro:\n\nThe lease ends\nin [May], says the\nlandlord. More.",
      "The lease ends\nin May, says the\nlandlord.",
    ],
    ["- Flour: 500 g\n- Salt: [10 g]\n- Water", "- Salt: 10 g"],
    ["# Rent\nThe rent is [900 euros].", "The rent is 900 euros."],
    ["3. Termination is [three months]. Then", "3. Termination is three months."],
    ["Lease\r3. Termination is [three months]. Then", "3. Termination is three months."],
    ["page one ends\f[Two] begins", "Two begins"],
    [
      "P1 Intensive 70 °C, 2 h 35 min, 14 l, 1.35 kWh\nP3 Eco 50 °C, [3 h 40 min], 9.5 l, 0.74 kWh\n" +
        "P4 Glass 40 °C, 1 h 15 min, 10 l, 0.70 kWh\nP5 Rapid 45 °C, 29 min, 9 l, 0.60 kWh (no drying)",
      "P3 Eco 50 °C, 3 h 40 min, 9.5 l, 0.74 kWh",
    ],
    [
      "Date: Thursday, 6 November 2025, in the library\nPresent: M. Okafor (chair), L. Brandt, J. Silva\n" +
        "Apologies: [K. Doyle]",
      "Apologies: K. Doyle",
    ],
    [
      "Last bus of all 23:42, from the Harbour only, without stops\nUniversity         05:38  [06:08]  06:38\nAirport            05:58  06:28  06:58",
      "University         05:38  06:08  06:38",
    ],
    [
      "```bash\npip install ferry-sync\n[brew] install ferry\n```\nThen",
      "pip install ferry-sync\nbrew install ferry",
    ],
    [
      "She had left the town in the spring of 1987, with\nMarta and the two dogs, in a boat that she and\n" +
        "Odalys had [lent] her for as long as she liked, as\nfar as anybody knows. More.",
      "She had left the town in the spring of 1987, with\nMarta and the two dogs, in a boat that she and\nOdalys had lent her for as long as she liked, as\nfar as anybody knows.",
    ],
  ])("lines: %j", (marked, sentence) => {
    expect(around(marked)).toBe(sentence);
    const windows = (text: string): string => text.replaceAll("\n", "\r\n");
    expect(around(windows(marked))).toBe(windows(sentence));
  });

  test("what says nothing but the answer comes with what stands before it", () => {
    expect(around("Launch\nOwner\n[Priya Nair]\nCity")).toBe("Owner\nPriya Nair");
    expect(around("Launch\r\nOwner\r\n[Priya Nair]\r\nCity")).toBe("Owner\r\nPriya Nair");
  });

  test("a book without a full stop is cut between words, and says so", () => {
    const word = "and so on ";
    const shown = around(`${word.repeat(500)}[the end] ${word.repeat(500)}`);
    expect(shown.length).toBeLessThan(700);
    expect(shown).toMatch(/^…(and|so|on) .*the end .* (and|so|on)…$/);
  });

  test("a cut never parts the halves of a character", () => {
    const shown = around(`${"😀".repeat(900)}[x]${"😀".repeat(901)}`);
    expect(shown).toMatch(/^…(😀)+x(😀)+…$/u);
  });
});
