// Windows that were run once are not run again; nothing else is taken for them.
import { expect, test } from "vitest";
import type { FromWorker } from "../../../src/runtime/protocol";
import type { EngineOptions } from "../../../src/runtime/worker/engine";
import { OPTIONS } from "../fake-model";
import { eventually } from "../helpers";
import { essence, SHORT, World } from "./crew-world";

/** Words of three kinds, told apart by the model; `n` of them. */
const text = (n: number, from = 0): string =>
  Array.from({ length: n }, (_, i) => ["field", "zebra", "the"][(i + from) ** 2 % 3]).join(" ");
const LONG = `${text(400)} it ${text(200, 1)}`;

async function world(options: EngineOptions = {}): Promise<World> {
  const made = new World({ workers: 1, ...options });
  await made.load();
  return made;
}

/** What an engine that knows nothing answers. */
async function anew(passage: string, changes: Parameters<World["ask"]>[3] = {}) {
  const fresh = await world();
  fresh.ask("a", 1, passage, changes);
  return essence(await fresh.answer("a", 1));
}

test("asked again, nothing is run, by whichever component; the answers are the same", async () => {
  const page = await world();
  page.ask("a", 1, LONG);
  const first = await page.answer("a", 1);
  const { length } = page.runs;
  page.ask("b", 1, LONG);
  const again = await page.answer("b", 1);
  expect(essence(again)).toEqual(essence(first));
  expect([first.windows_known, again.windows_known]).toEqual([0, first.windows_total]);
  expect(page.runs.length).toBe(length);
});

test("an edit costs the windows that it touches; undo costs nothing", async () => {
  const page = await world();
  page.ask("a", 1, LONG);
  const first = await page.answer("a", 1);
  const { length } = page.runs;
  const edited = LONG.replace(" it ", " where ");
  page.ask("a", 2, edited);
  expect(essence(await page.answer("a", 2))).toEqual(await anew(edited));
  // A window of twelve tokens begins every tenth.
  expect(page.runs.length - length).toBeLessThanOrEqual(2);
  page.ask("a", 3, LONG);
  expect(essence(await page.answer("a", 3))).toEqual(essence(first));
  expect(page.runs.length - length).toBeLessThanOrEqual(2);
  const longer = `${LONG} it is`;
  page.ask("a", 4, longer);
  expect(essence(await page.answer("a", 4))).toEqual(await anew(longer));
  expect(page.runs.length - length).toBeLessThanOrEqual(4);
});

test("another question, stride or model is computed", async () => {
  const page = await world();
  page.ask("a", 1, LONG);
  const { windows_total } = await page.answer("a", 1);
  const ways = [
    { question: "is it" },
    { options: { ...OPTIONS, doc_stride: 7 } },
    { options: { ...OPTIONS, doc_stride: 9 } },
  ];
  for (const [i, way] of ways.entries()) {
    page.ask("a", 2 + i, LONG, way);
    expect(essence(await page.answer("a", 2 + i))).toEqual(await anew(LONG, way));
  }
  await page.load("n");
  const { length } = page.runs;
  page.ask("a", 9, LONG, { model: "n" });
  await page.answer("a", 9);
  expect(page.runs.length - length).toBe(windows_total);
});

test("where no worker is to read, what is known is answered, and nothing is run", async () => {
  const page = await world();
  page.ask("a", 1, SHORT);
  await page.answer("a", 1);
  const { length } = page.runs;
  for (const [id, passage] of [LONG, SHORT].entries()) {
    page.ask("b", id, passage, { workers: 0 });
    await eventually(() => expect(page.said.at(-1)).toMatchObject({ client: "b", id }));
  }
  const [some, all] = page.said.slice(-2) as Extract<FromWorker, { kind: "result" }>[];
  expect([some?.final, some?.result.windows_done, all?.final]).toEqual([false, 0, true]);
  expect(page.runs.length).toBe(length);
  page.ask("b", 2, LONG);
  expect((await page.answer("b", 2)).windows_done).toBeGreaterThan(1);
});

test("what was run before a question was stopped is not run again", async () => {
  const page = await world();
  page.held = true;
  page.ask("a", 1, LONG);
  for (let window = 0; window < 5; window++) {
    await page.waits(0);
    page.stages[0]!.waiting.shift()!();
  }
  await page.waits(0);
  page.tell({ kind: "cancel", client: "a" });
  page.held = false;
  page.stages[0]!.waiting.shift()!();
  page.ask("a", 2, LONG);
  const { windows_total } = await page.answer("a", 2);
  // All once: the one under way when it was stopped was asked for anew before it came.
  expect(page.runs.length).toBeLessThanOrEqual(windows_total + 1);
});
