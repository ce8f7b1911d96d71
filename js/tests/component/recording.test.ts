// What a component records, and which question is meant for which text.
import { expect, test } from "vitest";
import { result } from "./fake-client";
import { client, component, host, rest, settle, shown, startLoaded, TEXTS } from "./started";

test("final answers are recorded without any view, in the host's history, and can be brought back", async () => {
  await startLoaded();
  client.asks[0]!.handlers.onPartial(result("not yet", 1, 2));
  expect(host.history.asked).toEqual([]);
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  expect(component.history).toBe(host.history);
  expect(component.history.asked.map(({ question }) => question)).toEqual(["What is it?"]);

  component.actions.setQuestion("Where");
  component.actions.setOptions({ top_k: 2 });
  host.written.length = 0;
  component.actions.restore(component.history.asked[0]!);
  expect(host.written).toEqual([{ question: "What is it?", top_k: 5 }]);
  expect(component.state.inputs).toMatchObject({ ...TEXTS, top_k: 5 });
  expect(component.history.drafts).toMatchObject([{ question: "Where", options: { top_k: 2 } }]);
  await rest();
  client.asks[1]!.resolve(result("zebra"));
  await settle();
  expect(component.history.asked.length).toBe(1);

  component.actions.restore(component.history.drafts[0]!);
  expect(component.state.inputs).toMatchObject({ question: "Where", top_k: 2 });
  expect(component.history.drafts).toEqual([]);
});

test("a question that stands while another text is put below it is answered, and not recorded", async () => {
  await startLoaded();
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  component.actions.setPassage("It was a gnu.");
  await rest();
  client.asks[1]!.resolve(result("gnu"));
  await settle();
  expect(shown()).toBe("gnu");
  expect(component.history.asked.map(({ passage }) => passage)).toEqual([TEXTS.passage]);
  component.actions.confirm();
  expect(component.history.asked.map(({ passage }) => passage)).toEqual([
    TEXTS.passage,
    "It was a gnu.",
  ]);
  // What the host sets, it means; so does who types a question over the text.
  host.set({ passage: "It will be a yak." });
  await settle();
  client.asks[2]!.resolve(result("yak"));
  await settle();
  component.actions.setPassage("An okapi.");
  component.actions.setQuestion("Which is it?");
  await rest();
  client.asks[3]!.resolve(result("okapi"));
  await settle();
  expect(component.history.asked).toHaveLength(4);
});

test("a text below a blank one is what the question was put to", async () => {
  await startLoaded({ passage: "", question: "Who?" });
  component.actions.setPassage("It is I.");
  await rest();
  client.asks[0]!.resolve(result("I"));
  await settle();
  expect(component.history.asked).toHaveLength(1);
});

test("minutes of reading for a question left over from another text wait for a word", async () => {
  await startLoaded();
  const slow = { ...result("gnu", 4, 1340), timing: { ...result("").timing, total_ms: 1600 } };
  component.actions.setPassage("A book.");
  await rest();
  client.asks[1]!.handlers.onPartial({ ...slow, windows_done: 2 });
  expect(component.state).toMatchObject({ status: "running", held: false });
  client.asks[1]!.handlers.onPartial(slow);
  expect(component.state).toMatchObject({ status: "ready", held: true, progress: null });
  expect(client.asks[1]!.waiter.signal.aborted).toBe(true);
  component.actions.confirm();
  expect(component.state).toMatchObject({ status: "running", held: false });
  client.asks[2]!.handlers.onPartial(slow);
  expect(component.state.status).toBe("running");
  // A question that is asked is read to the end.
  component.actions.setQuestion("Which?");
  await rest();
  client.asks[3]!.handlers.onPartial(slow);
  expect(component.state.status).toBe("running");
});
