// One invariant: when all rests, Python's inputs and answers are the page's, whatever the order and
// speed of edits, cancels, history clicks, changes of model and cells.
import { expect, test } from "vitest";
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
