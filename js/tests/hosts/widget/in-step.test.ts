// One invariant: when all rests, Python's inputs and answers are the page's, whatever the order and
// speed of edits, cancels, history clicks, changes of model and cells.
import { expect, test } from "vitest";
import { DEFAULT_INPUTS } from "../../../src/component/inputs";
import { crc32 } from "../../../src/core/crc32";
import { KernelTwin } from "./jupyter/kernel-twin";
import { outOfStep, run } from "./jupyter/script";

const SCRIPTS = 2000;
const PARTS = 10;

test.each(Array.from({ length: PARTS }, (_, part) => part))(
  "nothing is out of step when all rests, part %i",
  async (part) => {
    const failed: string[] = [];
    for (let i = 0; i < SCRIPTS / PARTS; i++) {
      const seed = 1 + part + PARTS * i;
      const world = await run({ seed });
      const faults = world.pages.flatMap((page) => outOfStep(world, page));
      if (world.lost > 0) faults.push(`${world.lost} messages were too long for Jupyter`);
      if (faults.length > 0) failed.push(`seed ${seed}: ${faults.join("; ")}`);
      world.close();
    }
    expect(failed).toEqual([]);
  },
  120_000,
);

test("a page that fails takes no answers away, one that is stopped does", () => {
  const inputs = { ...DEFAULT_INPUTS, passage: "Bert lives here.", question: "Where?" };
  const models = { atHand: ["auto"], fetched: {}, manifest: () => ({}) };
  const kernel = new KernelTwin(
    inputs,
    models,
    () => {},
    () => {},
  );
  let number = 0;
  const told = (outputs: object) => {
    const about = { inputs, passage_crc32: crc32(inputs.passage) };
    const content = { kind: "report", page: "p", number: ++number, ...about, outputs };
    kernel.handle({ method: "custom", content }, null);
    return [kernel.traits.answers, kernel.traits.status];
  };
  const found = [{ text: "here", start: 11, end: 15, score: 9, probability: 0.9 }];
  told({ status: "ready", answers: found, null_score: 1, timing: {} });
  expect(told({ status: "error", error: "No memory." })).toEqual([found, "error"]);
  expect(told({ status: "ready" })).toEqual([[], "ready"]);
});
