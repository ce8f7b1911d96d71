// Answers that the host kept: what becomes of them before a model is there, and where none comes.
import { expect, test } from "vitest";
import { createComponent } from "../../src/component/component";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { ScriptedHost } from "../page/scripted";
import { result } from "./fake-client";
import { client, host, rest, settle, start, stop, TEXTS } from "./started";

const readSaved = () => result("kept");

test("where kept answers stayed when the load was cancelled, a new question loads again", async () => {
  start();
  const { state, actions } = createComponent(
    Object.assign(host, { readSaved }),
    stop.signal,
    client,
  );
  expect(state.result).toEqual(result("kept"));
  actions.cancel();
  await settle();
  const { length } = client.loads;
  actions.setQuestion("And now?");
  await rest();
  expect(client.loads.length).toBe(length + 1);
});

test("kept answers go with an edit, and come back with the inputs that they are to", async () => {
  start();
  const alone = new ScriptedHost({ ...DEFAULT_INPUTS, ...TEXTS }, null);
  const component = createComponent(
    Object.assign(alone, { readSaved, alone: true }),
    stop.signal,
    client,
  );
  const { actions } = component;
  const shown = () => component.state.result?.answers[0]?.text;
  const drawn: unknown[] = [];
  component.subscribe(() => drawn.push(shown()), stop.signal);
  actions.setQuestion("Who?");
  actions.setOptions({ top_k: 4 });
  await rest();
  actions.setQuestion(TEXTS.question);
  expect(shown()).toBeUndefined();
  actions.setOptions({ top_k: 5 });
  await rest();
  expect(shown()).toBe("kept");
  expect([drawn[0], drawn.at(-1)]).toEqual([undefined, "kept"]);
  expect(component.state).toMatchObject({ status: "ready", error: "" });
});

test("once a model answered, nothing that was kept is shown any more", async () => {
  start();
  Object.assign(host, { readSaved });
  const component = createComponent(host, stop.signal, client);
  client.loads.at(-1)!.resolve({ backend: "wasm, 1 thread" });
  await settle();
  for (const top_k of [4, 5]) {
    component.actions.setOptions({ top_k });
    expect(component.state.result).toBeNull();
  }
});
