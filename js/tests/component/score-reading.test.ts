// Which scores reach the state, of those that the engine gives.
import { expect, test } from "vitest";
import type { RawScores } from "../../src/core/types";
import { makeModel } from "../runtime/fake-model";
import { result } from "./fake-client";
import { client, component, host, settle, startLoaded, stop } from "./started";

/** Of one window. */
function scoresOf(id: number): RawScores {
  const tokens = Int32Array.of(id);
  const encoding = { input_ids: tokens, starts: tokens, ends: tokens };
  const logits = { start_logits: Float32Array.of(1), end_logits: Float32Array.of(1) };
  return { question: encoding, passage: encoding, features: [], logits: [logits] };
}

test("a former model's scores never stand beside the answers of another one", async () => {
  await startLoaded();
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  const other = makeModel("two").manifest;
  host.set({ model: "two" }, { ...other, model: { ...other.model, title: "The other" } });
  const replies: ((scores: RawScores) => void)[] = [];
  client.scores = () => new Promise((resolve) => replies.push(resolve as (typeof replies)[0]));
  component.actions.inspect(stop.signal);
  client.loads[1]!.resolve({ backend: "wasm, 1 thread" });
  await settle();
  replies[0]!(scoresOf(1));
  await settle();
  expect(component.state).toMatchObject({ model: "The other", scores: null });
  client.asks[1]!.resolve(result("gnu"));
  await settle();
  replies[1]!(scoresOf(2));
  await settle();
  expect(component.state.scores).toEqual(scoresOf(2));
});

test("the choice of another model leaves the scores of the one that answers", async () => {
  await startLoaded();
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  client.scores = async () => scoresOf(1);
  component.actions.inspect(stop.signal);
  component.actions.setOptions({ model: "two" });
  await settle();
  expect(component.state.scores).toEqual(scoresOf(1));
});
