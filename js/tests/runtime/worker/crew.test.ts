// Several hands read one text: whatever becomes of them, the answer is that of one alone.
import { expect, test } from "vitest";
import type { RawScores, Result } from "../../../src/core/types";
import { defaultWorkers, worthwhileWorkers } from "../../../src/runtime/worker/crew-size";
import type { EngineOptions } from "../../../src/runtime/worker/engine";
import { contentOf, eventually } from "../helpers";
import { essence, FIELD, LONG, SHORT, World } from "./crew-world";

async function alone(): Promise<{ result: Result; scores: RawScores }> {
  const world = new World({ workers: 1 });
  await world.load();
  world.ask("a", 1, LONG);
  const result = await world.answer("a", 1);
  expect(world.hands.started.length).toBe(1);
  expect(world.runs.length).toBe(result.windows_total);
  return { result, scores: world.scores("a") };
}

const rest = (ms = 15) => new Promise((resolve) => setTimeout(resolve, ms));

/** A world in which three hands stand with a window each, of a long text. */
async function three(options: EngineOptions = {}): Promise<World> {
  const world = new World({ workers: 3, ...options });
  await world.load();
  world.held = true;
  world.ask("a", 1, LONG);
  await eventually(() => {
    expect(world.stages.map(({ waiting }) => waiting.length)).toEqual([1, 1, 1]);
  });
  return world;
}

function go(world: World): void {
  world.held = false;
  for (const { waiting } of world.stages) for (const wake of waiting.splice(0)) wake();
}

test("two, three or four hands answer what one does, each window run once", async () => {
  const one = await alone();
  for (const workers of [2, 3, 4]) {
    const world = new World({ workers });
    await world.load();
    world.ask("a", 1, LONG);
    const result = await world.answer("a", 1);
    expect(essence(result)).toEqual(essence(one.result));
    expect(world.scores("a")).toEqual(one.scores);
    expect(world.runs.length).toBe(result.windows_total);
    expect(world.hands.started.length).toBeLessThanOrEqual(workers);
  }
});

test("a short text starts no further hand; a request may want fewer, or more", async () => {
  const world = new World({ workers: 3 });
  await world.load();
  world.ask("a", 1, SHORT);
  await world.answer("a", 1);
  world.ask("a", 2, LONG, { workers: 1 });
  await world.answer("a", 2);
  expect(world.hands.started.length).toBe(1);
  world.held = true;
  world.ask("a", 3, LONG, { workers: 5, question: "is it" });
  await eventually(() => expect(world.hands.started.length).toBe(5));
  go(world);
  expect((await world.answer("a", 3)).backend).toBe("fake, 5 workers");
});

test("a hand that crashes costs its window, which another one runs", async () => {
  const one = await alone();
  const world = await three();
  world.hands.started[1]!.kill("it crashed");
  await rest();
  expect(world.hands.started.map(({ stopped }) => stopped)).toEqual([false, true, false]);
  go(world);
  const result = await world.answer("a", 1);
  expect(essence(result)).toEqual(essence(one.result));
  expect(world.said.filter(({ kind }) => kind === "dead")).toEqual([]);
  // Most die because memory is short: no other one takes its place.
  expect(world.hands.started.length).toBe(3);
});

test("a hand that traps, or hangs, is ended and its window run elsewhere", async () => {
  const one = await alone();
  const world = await three({ crew: { run_ms: 300 } });
  world.stages[0]!.failure = new WebAssembly.RuntimeError("memory access out of bounds");
  world.hands.started[2]!.mute();
  for (const wake of world.stages[0]!.waiting.splice(0)) wake();
  await eventually(() => expect(world.hands.started[0]!.stopped).toBe(true));
  for (const wake of world.stages[1]!.waiting.splice(0)) wake();
  world.held = false;
  await eventually(() => expect(world.hands.started[2]!.stopped).toBe(true));
  const result = await world.answer("a", 1);
  expect(essence(result)).toEqual(essence(one.result));
});

test("when the only hand dies, another one is started with what is kept", async () => {
  const one = await alone();
  const world = new World({ workers: 1 });
  world.tell({ kind: "begin", threads: 2 });
  world.tell({ kind: "init", wasm: contentOf(Uint8Array.of(1, 2, 3)) });
  await world.load();
  world.held = true;
  world.ask("a", 1, LONG);
  await eventually(() => expect(world.stages[0]?.waiting.length).toBe(1));
  world.hands.started[0]!.kill("it crashed");
  await eventually(() => expect(world.stages[1]?.waiting.length).toBe(1));
  go(world);
  expect(essence(await world.answer("a", 1))).toEqual(essence(one.result));
});

test.each([true, false])("a question waits for a hand that a load called: %s", async (comes) => {
  let answer = () => {};
  const world: World = new World({ workers: 1 }, async () => {
    if (world.hands.started.length === 0) return;
    await new Promise<void>((go) => (answer = go));
    if (!comes) throw new Error("no memory");
  });
  await world.load();
  world.hands.started[0]!.kill("out of memory");
  world.begin("other");
  world.ask("a", 1, SHORT);
  await rest();
  answer();
  if (comes) await world.answer("a", 1);
  else await eventually(() => expect(world.said.map(({ kind }) => kind)).toContain("dead"));
});

test("a window that ends two hands is not given to a third: the engine says that it is dead", async () => {
  const world = new World({ workers: 1 });
  await world.load();
  world.held = true;
  world.ask("a", 1, LONG);
  for (const hand of [0, 1]) {
    await eventually(() => expect(world.stages[hand]?.waiting.length).toBe(1));
    world.hands.started[hand]!.kill("out of memory");
  }
  await eventually(() => {
    expect(world.said).toContainEqual({ kind: "dead", message: "out of memory" });
  });
});

test("a further hand that cannot open the model leaves the work to those that can", async () => {
  const one = await alone();
  const world = new World({ workers: 3 });
  await world.load();
  world.refuses = true;
  world.ask("a", 1, LONG);
  expect(essence(await world.answer("a", 1))).toEqual(essence(one.result));
  expect(world.hands.started.length).toBeLessThanOrEqual(2);
});

test("another model that cannot be opened costs no window of the text that is being read", async () => {
  const one = await alone();
  const world = new World({ workers: 1 });
  await world.load();
  world.held = true;
  world.ask("a", 1, LONG);
  await world.waits(0);
  world.damage = "no such graph";
  world.begin("n");
  await eventually(() => {
    expect(world.said.filter(({ kind }) => kind === "load-failed")).toHaveLength(1);
  });
  go(world);
  expect(essence(await world.answer("a", 1))).toEqual(essence(one.result));
  expect(world.hands.started.length).toBe(1);
});

test("a window that comes to its end beside a long opening does not end that", async () => {
  const world = await three({ crew: { rest_ms: 30 } });
  world.opening = [];
  world.begin("n");
  await eventually(() => expect(world.opening).toHaveLength(1));
  world.tell({ kind: "cancel", client: "a" });
  go(world);
  await eventually(() => {
    expect(world.hands.started.map(({ stopped }) => stopped)).toEqual([false, true, true]);
  });
  for (const open of world.opening) open();
  const loaded = { kind: "loaded", model: "n", backend: "fake" };
  await eventually(() => expect(world.said).toContainEqual(loaded));
});

test("cancelling stops all hands after their window; a newer question takes them", async () => {
  const world = await three();
  world.tell({ kind: "cancel", client: "a" });
  go(world);
  await rest(40);
  expect(world.runs.length).toBe(3);
  world.ask("a", 2, SHORT);
  expect((await world.answer("a", 2)).windows_total).toBe(1);
  expect(world.said.filter((m) => m.kind === "result" && m.id === 1 && m.final)).toEqual([]);
});

test("two components share the hands in turn", async () => {
  const world = await three();
  world.ask("b", 1, `${FIELD}zebra`);
  await rest();
  go(world);
  const { windows_total } = await world.answer("b", 1);
  await world.answer("a", 1);
  // The shorter text was asked later and is done sooner: meanwhile as many of the other's were run.
  const steps = world.said.filter(({ kind }) => kind === "progress" || kind === "result");
  const end = steps.findIndex((m) => m.kind === "result" && m.client === "b" && m.final);
  const others = steps.slice(0, end).filter((m) => m.kind === "progress" && m.client === "a");
  expect(Math.abs(others.length - windows_total)).toBeLessThanOrEqual(6);
});

test("after a rest all hands but one end, and come again for the next long text", async () => {
  const world = await three({ crew: { rest_ms: 60 } });
  go(world);
  await world.answer("a", 1);
  await eventually(() => {
    expect(world.hands.started.filter(({ stopped }) => !stopped).length).toBe(1);
  });
  await rest(150);
  expect(world.hands.started.filter(({ stopped }) => !stopped).length).toBe(1);
  world.held = true;
  world.ask("a", 2, LONG, { question: "is it" });
  await eventually(() => expect(world.hands.started.length).toBe(5));
  go(world);
  await world.answer("a", 2);
});

test("a hand that comes too late for any work rests and ends as well", async () => {
  let open = (): void => {};
  let starts = 0;
  const gate = (): Promise<void> =>
    ++starts === 1 ? Promise.resolve() : new Promise((resolve) => (open = resolve));
  const world = new World({ workers: 2, crew: { rest_ms: 60 } }, gate);
  await world.load();
  world.ask("a", 1, LONG);
  await world.answer("a", 1);
  open();
  await eventually(() => expect(world.hands.started.length).toBe(2));
  await eventually(() => {
    expect(world.hands.started.filter(({ stopped }) => !stopped).length).toBe(1);
  });
  world.ask("a", 2, SHORT);
  await world.answer("a", 2);
});

test("where workers start no workers, the engine runs the windows in its own thread", async () => {
  const one = await alone();
  const world = new World({ workers: 3 }, async () => {
    throw new Error("the page forbids workers");
  });
  await world.load();
  world.ask("a", 1, LONG);
  expect(essence(await world.answer("a", 1))).toEqual(essence(one.result));
  expect(world.hands.started.length).toBe(1);
});

test.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
  "random schedule %i: deaths, hangs, cancelling and other questions change no answer",
  async (seed) => {
    const one = await alone();
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const world = new World({ workers: 2 + random(3), crew: { run_ms: 400 } });
    await world.load();
    world.held = true;
    let id = 1;
    world.ask("a", id, LONG);
    for (let step = 0; step < 60; step++) {
      await new Promise((resolve) => setTimeout(resolve, random(3)));
      const hand = random(world.stages.length);
      const act = random(20);
      const living = world.hands.started.filter(({ stopped }) => !stopped).length;
      if (act === 0 && living > 1) world.hands.started[hand]!.kill("it crashed");
      else if (act === 1 && living > 1) world.hands.started[hand]!.mute();
      else if (act === 2) world.ask("b", step, random(2) === 0 ? SHORT : `${FIELD}zebra`);
      else if (act === 3) world.tell({ kind: "cancel", client: "b" });
      else if (act === 4) {
        world.tell({ kind: "cancel", client: "a" });
        world.ask("a", ++id, LONG);
      } else world.stages[hand]!.waiting.shift()?.();
    }
    go(world);
    expect(essence(await world.answer("a", id))).toEqual(essence(one.result));
    expect(world.scores("a")).toEqual(one.scores);
    expect(world.said.filter(({ kind }) => kind === "dead" || kind === "failed")).toEqual([]);
  },
);

test("half of the cores, at most four, fewer where memory is small", () => {
  const sizes = [1, 2, 3, 4, 6, 8, 16, 64].map((cores) => defaultWorkers({ cores }));
  expect(sizes).toEqual([1, 1, 1, 2, 3, 4, 4, 4]);
  const memory = [0.5, 1, 2, 4, 8].map((gib) => defaultWorkers({ cores: 16, memory: gib }));
  expect(memory).toEqual([1, 1, 1, 2, 4]);
});

test("one worker more for each eight windows, none for nothing", () => {
  expect([0, 1, 8, 9, 24, 25, 1000].map((n) => worthwhileWorkers(n, 4))).toEqual([
    0, 1, 1, 2, 3, 4, 4,
  ]);
});
