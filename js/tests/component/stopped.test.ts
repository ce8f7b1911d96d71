// Options that change while reading, or loading, is stopped.
import { expect, test } from "vitest";
import { result } from "./fake-client";
import { client, component, rest, settle, shown, start, startLoaded } from "./started";

const RATE = { tokens: 1, windows: 9000, run_ms: 1000, total_ms: 1000 };

/** The newest question answers what was read with the options as they are, and that is all. */
async function decoded(text: string): Promise<void> {
  const { args, handlers, waiter } = client.asks.at(-1)!;
  expect(args.workers).toBe(0);
  handlers.onPartial(result(text, 5, 9000));
  await settle();
  expect(waiter.signal.aborted).toBe(true);
  expect(component.state).toMatchObject({ status: "ready", progress: null });
  expect(shown()).toBe(text);
}

test("what was stopped is decoded anew as far as it was read, and stays stopped", async () => {
  await startLoaded();
  client.asks[0]!.handlers.onPartial(result("first", 5, 9000));
  component.actions.cancel();
  component.actions.setOptions({ no_answer_threshold: 1 });
  expect(component.state).toMatchObject({ status: "ready", result: null });
  // Another one before that has come.
  component.actions.setOptions({ no_answer_threshold: 2 });
  await decoded("second");
  expect(component.state.held).toBe(false);
  component.actions.setOptions({ top_k: 1 });
  await decoded("third");
  component.actions.retry();
  expect(component.state.status).toBe("running");
  expect(client.asks.at(-1)!.args).not.toHaveProperty("workers");
});

test("a long text that waits for a word waits on", async () => {
  await startLoaded();
  component.actions.setPassage("Another text, very long.");
  await rest();
  client.asks[1]!.handlers.onPartial({ ...result("first", 5, 9000), timing: RATE });
  expect(component.state).toMatchObject({ status: "ready", held: true });
  component.actions.setOptions({ top_k: 3 });
  await decoded("second");
  expect(component.state.held).toBe(true);
  component.actions.confirm();
  expect(component.state).toMatchObject({ status: "running", held: false });
});

test("what turns out to be read whole waits for nothing", async () => {
  await startLoaded();
  component.actions.setPassage("Another text, very long.");
  await rest();
  client.asks[1]!.handlers.onPartial({ ...result("first", 5, 9000), timing: RATE });
  component.actions.setOptions({ top_k: 3 });
  client.asks[2]!.resolve(result("whole"));
  await settle();
  expect(component.state).toMatchObject({ status: "ready", held: false });
});

test("a cancelled load stays cancelled", async () => {
  start();
  component.actions.cancel();
  component.actions.setOptions({ top_k: 3 });
  await rest();
  expect(client.loads.length).toBe(1);
  expect(component.state).toMatchObject({ status: "idle", inputs: { top_k: 3 } });
  component.actions.retry();
  client.loads[1]!.resolve({ backend: "wasm" });
  await settle();
  expect(client.asks.map(({ args }) => args.options.top_k)).toEqual([3]);
});

test("Enter in the question asks again what was stopped, and what failed", async () => {
  await startLoaded();
  component.actions.cancel();
  expect(component.state).toMatchObject({ status: "ready", result: null });
  component.actions.confirm();
  expect(component.state.status).toBe("running");
  client.asks.at(-1)!.reject(new Error("The model failed."));
  await settle();
  expect(component.state.status).toBe("error");
  component.actions.confirm();
  expect(component.state).toMatchObject({ status: "running", error: "" });
  client.asks.at(-1)!.resolve(result("zebra"));
  await settle();
  const asked = client.asks.length;
  component.actions.confirm();
  expect(client.asks.length).toBe(asked);
});
