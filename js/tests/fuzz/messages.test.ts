// Messages between page and kernel: whatever comes, in whatever order.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Component } from "../../src/component/component";
import * as contract from "../../src/core/contract";
import { createOffsetMap } from "../../src/core/offsets";
import { answerRequests } from "../../src/hosts/widget/requests";
import { type Saved, savedResult } from "../../src/hosts/widget/saved";
import { WidgetHost } from "../../src/hosts/widget/widget";
import { type AssetRead, type Buffers, rpcSource } from "../../src/runtime/assets/kernel";
import { MANIFEST, makeInputs, makeState } from "../hosts/states";
import { FakeModel } from "../hosts/widget/fake-model";
import { makeFile } from "../runtime/helpers";
import { anything, PATIENCE, size, texts } from "./cases";

const { asset, shipped } = makeFile(400);
const CHUNK = Math.ceil(shipped.length / 5);

const CHOICE = { name: "auto", title: "Mini", where: "package", bytes: 5, cached: true };
const FETCHING = { model: "auto", what: "", done: 0, total: 0, error: "" };

/** What becomes of one request for a chunk. */
const fate = fc.constantFrom(
  "given",
  "given",
  "given",
  "twice",
  "late",
  "lost",
  "cut",
  "longer",
  "nothing",
  "refused",
  "changed",
);

/** Replies as the fates say, one after the other; noise in between. */
function kernel(fates: readonly string[], noise: readonly unknown[]) {
  const listeners = new Set<(message: unknown, buffers: Buffers) => void>();
  const said: string[] = [];
  const say = (message: unknown, buffers: Buffers = []) => {
    for (const listener of [...listeners]) listener(message, buffers);
  };
  const answer = (read: AssetRead, what: string): void => {
    const { request, sha256, offset, length } = read;
    const head = { kind: "asset.chunk", request, sha256, offset, total: asset.bytes };
    const bytes = shipped.slice(offset, offset + length);
    if (what === "lost") return;
    if (what === "cut") say(head, [bytes.slice(1)]);
    else if (what === "longer") say(head, [new Uint8Array(length + 1)]);
    else if (what === "nothing") say(head);
    else if (what === "refused") say({ kind: "asset.error", request, message: "No such file." });
    else if (what === "changed") say(head, [bytes.map((byte) => byte ^ 1)]);
    else say(head, [bytes]);
    if (what === "twice") say(head, [bytes]);
  };
  const source = rpcSource(
    (read) => {
      const what = fates[said.length % fates.length]!;
      said.push(what);
      const odd = noise[said.length % Math.max(1, noise.length)];
      const now = what === "late" ? 12 : 0;
      setTimeout(() => {
        say(odd);
        say({ kind: "asset.chunk", request: odd, offset: read.offset }, [shipped]);
        say({ ...(typeof odd === "object" ? odd : {}), kind: "asset.error", request: "other" });
        answer(read, what);
      }, now);
    },
    (callback, signal) => {
      listeners.add(callback);
      signal.addEventListener("abort", () => listeners.delete(callback));
    },
    { chunk_bytes: CHUNK, chunk_timeout_ms: 5, waiting_ms: 1000 },
  );
  return { source, listeners, said };
}

test("a file arrives whole, or not at all and in words", { timeout: PATIENCE }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { minLength: 1, maxLength: 8 }),
      fc.array(anything, { maxLength: 3 }),
      async (fates, noise) => {
        const { source, listeners, said } = kernel(fates, noise);
        const signal = new AbortController().signal;
        const pieces: Uint8Array[] = [];
        let trouble = "";
        try {
          const opened = await source.open(asset, { offset: 0, signal, onWait: () => undefined });
          for await (const piece of opened!) pieces.push(piece);
        } catch (error) {
          trouble = (error as Error).message;
        }
        expect(listeners.size).toBe(0);
        const whole = Buffer.concat(pieces);
        // What is changed on the way is the loader's to notice, by its sha256.
        if (!said.includes("changed"))
          expect(shipped.subarray(0, whole.length)).toEqual(Uint8Array.from(whole));
        if (trouble === "") expect(whole.length).toBe(shipped.length);
        else expect(trouble).toMatch(/^(the kernel sent \d+ |No such file\.)/);
        if (fates.every((one) => one === "given" || one === "twice")) expect(trouble).toBe("");
      },
    ),
    size(0.2),
  );
});

test("the page answers pings and requests for scores, and nothing else", {
  timeout: PATIENCE,
}, () => {
  const message = fc.oneof(
    anything,
    fc.record({ kind: fc.oneof(fc.constantFrom(...Object.keys(contract.messages)), anything) }),
    fc.record({ kind: fc.constant("page.ping"), request: anything }),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.boolean(), (messages, gone) => {
      const model = new FakeModel({});
      const listening: unknown[] = [];
      const component = {
        state: makeState({ status: "error", error: "No model." }),
        subscribe: (look: unknown) => listening.push(look),
        actions: { confirm: () => undefined, inspect: () => undefined },
      } as unknown as Component;
      const stop = new AbortController();
      answerRequests(model, component, "p", stop.signal);
      model.gone = gone;
      vi.spyOn(console, "warn").mockImplementation(() => undefined);
      for (const one of messages) model.receive(one);
      const pings = messages.filter(
        (one) => (one as { kind?: unknown } | null)?.kind === "page.ping",
      );
      expect(model.sent.filter(({ kind }) => kind === "page.pong").length).toBe(
        gone ? 0 : pings.length,
      );
      for (const { kind } of model.sent) expect(["page.pong", "scores.none"]).toContain(kind);
      stop.abort();
      expect(model.listening()).toBe(0);
    }),
    size(),
  );
});

test("what a notebook keeps of inputs, models and questions is whole, or as if it were not there", {
  timeout: PATIENCE,
}, () => {
  const asset = fc.record(
    { name: anything, path: anything, sha256: anything, bytes: anything, encoding: anything },
    { requiredKeys: [] },
  );
  const changed = <T extends object>(whole: T) =>
    fc
      .tuple(fc.constantFrom(...Object.keys(whole)), fc.oneof(anything, asset))
      .map(([name, value]) => ({ ...whole, [name]: value }));
  const manifest = fc.oneof(
    anything,
    fc.record({ model: anything, runtime: anything }, { requiredKeys: [] }),
    changed(MANIFEST.model).map((model) => ({ ...MANIFEST, model })),
    changed(MANIFEST.runtime).map((runtime) => ({ ...MANIFEST, runtime })),
  );
  const state = fc.record(
    {
      ...Object.fromEntries(
        Object.keys(contract.inputs).map((name) => [name, fc.oneof(anything, fc.integer())]),
      ),
      _manifest: manifest,
      _models: fc.oneof(anything, fc.array(changed(CHOICE))),
      _fetching: fc.oneof(anything, changed(FETCHING)),
      examples: fc.oneof(anything, fc.array(anything)),
      answers: anything,
      null_score: anything,
      timing: anything,
      backend: anything,
    },
    { requiredKeys: [] },
  );
  let manifests = 0;
  fc.assert(
    fc.property(state, (values) => {
      const stop = new AbortController();
      const host = new WidgetHost(new FakeModel(values as Record<string, unknown>), stop.signal);
      const inputs = host.readInputs();
      expect(typeof inputs.passage).toBe("string");
      expect(typeof inputs.question).toBe("string");
      expect(inputs.top_k).toBeGreaterThanOrEqual(contract.inputs.top_k.minimum);
      expect(inputs.max_answer_len).toBeLessThanOrEqual(contract.inputs.max_answer_len.maximum);
      expect(contract.inputs.overlap.enum).toContain(inputs.overlap);
      host.readSaved();
      const { model, runtime } = host.readManifest() ?? MANIFEST;
      if (host.readManifest() !== null) manifests++;
      for (const { sha256, bytes } of [model.onnx, model.vocab, runtime.wasm]) {
        expect(typeof sha256).toBe("string");
        expect(bytes).toBeGreaterThanOrEqual(0);
      }
      for (const { title, bytes } of host.readModels()) expect(title.length + bytes).not.toBeNaN();
      const { error, total } = host.readFetching() ?? FETCHING;
      expect(error.length + total).not.toBeNaN();
      for (const example of host.readExamples()) expect(typeof example).toBe("string");
      stop.abort();
    }),
    size(),
  );
  expect(manifests).toBeGreaterThan(0);
});

test("kept answers are drawn where they fit the text, or not at all", { timeout: PATIENCE }, () => {
  const number = fc.oneof(fc.integer({ min: -3, max: 50 }), fc.double(), anything);
  const answer = fc.record(
    { text: texts(3), start: number, end: number, score: number, probability: number },
    { requiredKeys: [] },
  );
  const fitting = fc.record({
    text: texts(3),
    start: fc.integer({ min: 0, max: 3 }),
    end: fc.integer({ min: 0, max: 6 }),
    score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const answers = fc.oneof(
    fc.array(fc.oneof(answer, anything), { maxLength: 4 }),
    fc.array(fitting, { maxLength: 4 }),
    anything,
  );
  let drawn = 0;
  fc.assert(
    fc.property(texts(12), answers, number, anything, (passage, given, null_score, timing) => {
      const saved = { answers: given, null_score, timing, backend: "", model: "" };
      const result = savedResult(makeInputs({ passage }), saved as unknown as Saved);
      if (result === null) return;
      drawn++;
      const { code_points } = createOffsetMap(passage);
      result.answers.forEach((one, n) => {
        const { start, end } = (given as { start: number; end: number }[])[n]!;
        expect(0 <= start && start <= end && end <= code_points).toBe(true);
        expect(0 <= one.start && one.start <= one.end && one.end <= passage.length).toBe(true);
        expect(Number.isFinite(one.score) && Number.isFinite(one.probability)).toBe(true);
      });
      expect(Object.values(result.timing).every(Number.isFinite)).toBe(true);
      expect(result.null_probability).toBeLessThanOrEqual(1);
    }),
    size(),
  );
  expect(drawn).toBeGreaterThan(0);
});
