// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createComponent } from "../../src/component/component";
import { HeadlessHost } from "../../src/hosts/headless";
import { FakeClient, result } from "../component/fake-client";
import { MANIFEST } from "./states";

let host: HeadlessHost;
let client: FakeClient;
let stop: AbortController;
const settle = () => vi.advanceTimersByTimeAsync(0);
const TEXTS = { passage: "An 😀 and a zebra.", question: "What is it?" };
const ZEBRA = {
  ...result("zebra"),
  null_margin: -7.5,
  answers: [{ ...result("zebra").answers[0]!, start: 12, end: 17 }],
};

beforeEach(async () => {
  vi.useFakeTimers();
  stop = new AbortController();
  client = new FakeClient();
  host = new HeadlessHost({ inputs: { top_k: 1 }, manifest: MANIFEST });
  createComponent(host, stop.signal, client);
  client.loads[0]!.resolve({ backend: "wasm, 1 thread" });
  await settle();
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

test("a question is answered in code points, asked again at once, and the next one anew", async () => {
  const first = host.ask(TEXTS, 20);
  await settle();
  expect(client.asks[0]!.args).toMatchObject({ question: "What is it?", options: { top_k: 1 } });
  client.asks[0]!.resolve(ZEBRA);
  const answered = await first;
  expect(answered.answers?.[0]).toMatchObject({ text: "zebra", start: 11, end: 16 });
  // As the page decides: the best span of all may be none that is shown.
  expect(answered.null_margin).toBe(-7.5);
  expect(await host.ask(TEXTS, 20)).toEqual(answered);
  expect(client.asks.length).toBe(1);

  const second = host.ask({ question: "Who?" }, 20);
  await settle();
  client.asks[1]!.resolve(result("An"));
  expect((await second).answers?.[0]?.text).toBe("An");
});

test("a failure and a long silence reject in words", async () => {
  const failing = host.ask(TEXTS, 20);
  await settle();
  client.asks[0]!.reject(new Error("The model stopped."));
  await expect(failing).rejects.toThrow("The model stopped.");

  const blank = host.ask({ passage: " " }, 20);
  const silence = expect(blank).rejects.toThrow("no answer after 20 seconds");
  await vi.advanceTimersByTimeAsync(20_000);
  await silence;
});
