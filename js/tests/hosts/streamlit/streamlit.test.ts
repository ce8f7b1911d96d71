// @vitest-environment jsdom
import { beforeEach, expect, type Mock, test, vi } from "vitest";
import type { Component } from "../../../src/component/component";
import type { StreamlitHost } from "../../../src/hosts/streamlit/streamlit";
import qna, { type Arguments, type Data } from "../../../src/hosts/streamlit/streamlit";
import { makeInputs, makeResult, makeState } from "../states";
import { makeData } from "./data";

interface Made {
  readonly host: StreamlitHost;
  readonly signal: AbortSignal;
}

const made: Made[] = vi.hoisted(() => []);

vi.mock("../../../src/component/component", () => ({
  createComponent: (host: StreamlitHost, signal: AbortSignal): Component => {
    made.push({ host, signal });
    host.onChange(() => changed(), signal);
    return { actions: {} } as Component;
  },
}));
vi.mock("../../../src/view/view", () => ({ mountView: () => {} }));

const changed = vi.fn();
let key = 0;
let args: Arguments & { setStateValue: Mock<Arguments["setStateValue"]> };

/** Streamlit makes new objects for each call. */
function call(data: Partial<Data> = {}): () => void {
  args = { ...args, data: { ...args.data, ...data } };
  return qna(args);
}

test("other examples are a change, equal ones are none", () => {
  call();
  call({ examples: [] });
  expect(changed).not.toHaveBeenCalled();
  call({ examples: ["Where?"] });
  expect(changed).toHaveBeenCalledTimes(1);
  expect(made[0]!.host.readExamples()).toEqual(["Where?"]);
});

beforeEach(() => {
  made.length = 0;
  changed.mockClear();
  args = {
    data: makeData({ key: `key ${key++}`, since: { passage: "0:a", question: "0:a" } }),
    parentElement: document.createElement("div"),
    setStateValue: vi.fn<Arguments["setStateValue"]>(),
  };
});

const host = () => made.at(-1)!.host;

test("only answers rerun the app, and equal ones only once", () => {
  call();
  host().report(makeState({ status: "loading", result: null }));
  host().report(makeState({ status: "running", result: makeResult({ windows_done: 1 }) }));
  expect(args.setStateValue).not.toHaveBeenCalled();
  host().report(makeState());
  const slower = { tokens: 20, windows: 2, run_ms: 50, total_ms: 60 };
  host().report(makeState({ result: makeResult({ timing: slower }) }));
  expect(args.setStateValue).toHaveBeenCalledTimes(1);
  expect(args.setStateValue).toHaveBeenCalledWith("report", {
    revision: "0:a",
    number: 1,
    changes: {},
    outputs: expect.objectContaining({ status: "ready", null_score: -4.5 }),
  });
});

test("a stopped question says how far it went, and gives no answers", () => {
  call();
  host().report(makeState({ result: makeResult({ windows_done: 1 }) }));
  const progress = { stage: "run", name: "A model", loaded: 1, total: 2, unit: "windows" };
  const [, { outputs }] = args.setStateValue.mock.calls[0] as [string, { outputs: object }];
  expect(outputs).toMatchObject({ status: "ready", answers: [], timing: {}, progress });
});

test("what is typed goes to Python with its answers", () => {
  call();
  host().report(makeState());
  host().writeInputs({ question: "Who?" });
  expect(args.setStateValue).toHaveBeenCalledTimes(1);
  expect(host().readInputs().question).toBe("Who?");
  host().report(makeState({ inputs: makeInputs({ question: "Who?" }) }));
  expect(args.setStateValue).toHaveBeenLastCalledWith(
    "report",
    expect.objectContaining({ changes: { question: "Who?" } }),
  );
});

test("half an emoji does not reach Python, which would refuse it", () => {
  call();
  host().writeInputs({ question: "Wh\ud83d?" });
  host().report(makeState({ inputs: makeInputs({ question: "Wh\ud83d?" }) }));
  expect(args.setStateValue).toHaveBeenLastCalledWith(
    "report",
    expect.objectContaining({ changes: { question: "Wh\ufffd?" } }),
  );
});

test("without a result Python gets empty answers", () => {
  call();
  host().report(makeState({ result: null, inputs: makeInputs({ question: "" }) }));
  expect(args.setStateValue).toHaveBeenCalledWith("report", {
    revision: "0:a",
    number: 1,
    changes: {},
    outputs: expect.objectContaining({ answers: [], null_score: null, timing: {} }),
  });
});

test("data that is only sent again changes nothing; a new revision overrides", () => {
  call();
  host().writeInputs({ question: "Who?" });
  call({ changes: { question: "Wh" } });
  expect(host().readInputs().question).toBe("Who?");
  expect(changed).not.toHaveBeenCalled();
  const since = { passage: "1:b", question: "1:b" };
  call({ revision: "1:b", since, arguments: makeInputs({ passage: "Another." }), changes: {} });
  expect(changed).toHaveBeenCalledTimes(1);
  expect(host().readInputs()).toMatchObject({ passage: "Another.", question: "Where?" });
});

test("a new revision keeps what was typed into fields that it does not override", () => {
  call();
  host().writeInputs({ question: "Who?", passage: "Typed." });
  const since = { passage: "1:b", question: "0:a" };
  const changes = { question: "Wh", top_k: 2 };
  call({ revision: "1:b", since, arguments: makeInputs({ passage: "Another." }), changes });
  expect(changed).toHaveBeenCalledTimes(1);
  expect(host().readInputs()).toMatchObject({
    passage: "Another.",
    question: "Who?",
    top_k: 2,
  });
});

test("asked anew what is answered already, Python is told at once", () => {
  call();
  host().writeInputs({ question: "Who?" });
  const answered = makeState({ inputs: makeInputs({ question: "Who?" }) });
  host().report(answered);
  const since = { passage: "0:a", question: "1:b" };
  call({ revision: "1:b", since, arguments: makeInputs({ question: "Who?" }), changes: {} });
  expect(args.setStateValue).toHaveBeenCalledTimes(2);
  expect(args.setStateValue).toHaveBeenLastCalledWith(
    "report",
    expect.objectContaining({ revision: "1:b", number: 1, changes: {} }),
  );
  // Something else, or something that is still being computed, is no answer to it.
  call({ revision: "2:c", since, arguments: makeInputs({ question: "When?" }), changes: {} });
  host().report({ ...answered, status: "running", inputs: makeInputs({ question: "When?" }) });
  call({ revision: "3:d", since, arguments: makeInputs({ question: "When?" }), changes: {} });
  expect(args.setStateValue).toHaveBeenCalledTimes(2);
});

test("hidden and shown again it has what was typed, and equal answers rerun nothing", () => {
  const hide = call();
  host().writeInputs({ question: "Who?" });
  host().report(makeState());
  hide();
  args = { ...args, parentElement: document.createElement("div") };
  call({ heard: 1 });
  expect(made).toHaveLength(2);
  expect(host().readInputs().question).toBe("Who?");
  host().report(makeState());
  expect(args.setStateValue).toHaveBeenCalledTimes(1);
});

test("a report that was lost while hiding is sent again", () => {
  const hide = call();
  host().report(makeState());
  hide();
  args = { ...args, parentElement: document.createElement("div") };
  call({ heard: 0 });
  host().report(makeState());
  host().report(makeState());
  expect(args.setStateValue.mock.calls.map(([, report]) => report)).toMatchObject([
    { number: 1 },
    { number: 2 },
  ]);
});

test("what Streamlit was told without a server is told again when there is one", async () => {
  document.body.innerHTML = "<div data-test-connection-state='CONNECTED'></div>";
  const app = document.body.firstElementChild!;
  const turn = async (state: string) => {
    app.setAttribute("data-test-connection-state", state);
    await Promise.resolve();
  };
  call();
  host().report(makeState({ result: makeResult() }));
  const end = call({ heard: 1 });
  await turn("PINGING_SERVER");
  await turn("CONNECTED");
  expect(args.setStateValue).toHaveBeenCalledTimes(1);
  await turn("PINGING_SERVER");
  host().writeInputs({ question: "Who?" });
  host().report(makeState({ result: makeResult() }));
  expect(args.setStateValue).toHaveBeenCalledTimes(2);
  await turn("CONNECTED");
  expect(args.setStateValue).toHaveBeenCalledTimes(3);
  expect(args.setStateValue.mock.lastCall![1]).toMatchObject({
    number: 3,
    changes: { question: "Who?" },
  });
  end();
  await turn("PINGING_SERVER");
  await turn("CONNECTED");
  expect(args.setStateValue).toHaveBeenCalledTimes(3);
  document.body.replaceChildren();
});

test("a page that knows nothing takes what Python remembers", () => {
  call({ changes: { question: "Remembered?" } });
  expect(host().readInputs().question).toBe("Remembered?");
});

test("a new memory of Python's replaces nothing that was typed", () => {
  call();
  host().writeInputs({ passage: "typed", question: "typed, too?" });
  // The server was restarted and knows of the question alone, by the page's address.
  const since = { passage: "0:b", question: "0:b" };
  const empty = { ...makeInputs(), passage: "", question: "typed, too?" };
  call({ memory: "n", revision: "0:b", since, arguments: empty });
  expect(host().readInputs()).toMatchObject({ passage: "typed", question: "typed, too?" });
  // What the script changes from now on counts again.
  call({
    memory: "n",
    revision: "1:c",
    since: { passage: "1:c", question: "0:b" },
    arguments: { ...empty, passage: "the script's" },
  });
  expect(host().readInputs()).toMatchObject({ passage: "the script's", question: "typed, too?" });
});

test("a new memory hears what the former one had heard, along with other offers, too", () => {
  call();
  host().report(makeState());
  call({ heard: 1 });
  call({ memory: "n", heard: 0, examples: ["Where?"] });
  expect(args.setStateValue).toHaveBeenCalledTimes(2);
  call({ heard: 2, examples: [] });
  host().report(makeState());
  expect(args.setStateValue).toHaveBeenCalledTimes(2);
});

test("what the script changes counts after a new memory with an equal revision", () => {
  call();
  host().writeInputs({ passage: "typed", question: "typed, too?" });
  call({ memory: "n" }); // the server was restarted, or the app has cleared its session's state
  call({
    revision: "1:c",
    since: { passage: "1:c", question: "0:a" },
    arguments: makeInputs({ passage: "the script's" }),
  });
  expect(host().readInputs()).toMatchObject({ passage: "the script's", question: "typed, too?" });
});

test("of a text that takes long to read the app hears before there are answers", () => {
  call();
  host().writeInputs({ passage: "A book" });
  const partial = makeResult({ windows_done: 3, windows_total: 300 });
  const quick = { ...partial, timing: { ...partial.timing, total_ms: 2 } };
  host().report(makeState({ status: "running", result: quick }));
  expect(args.setStateValue).not.toHaveBeenCalled();
  const slow = { ...partial, timing: { ...partial.timing, total_ms: 400 } };
  host().report(makeState({ status: "running", result: slow }));
  host().report(makeState({ status: "running", result: { ...slow, windows_done: 4 } }));
  expect(args.setStateValue).toHaveBeenCalledTimes(1);
  expect(args.setStateValue.mock.calls[0]![1]).toMatchObject({
    changes: { passage: "A book" },
    outputs: { status: "loading", answers: [], null_score: null },
  });
  host().report(makeState());
  expect(args.setStateValue).toHaveBeenCalledTimes(2);
});
