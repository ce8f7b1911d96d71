// Answers Python's requests to the page: that the question is meant, pings, and tokens and logits of
// the last question.

import type { Component } from "../../component/component";
import { type ComponentState, isChanging } from "../../component/state";
import * as contract from "../../core/contract";
import { crc32 } from "../../core/crc32";
import { inWords } from "../../core/text";
import { attempt, type Model } from "./model";
import { packScores } from "./packed-scores";

/** Milliseconds after which a request for scores ends; Python has stopped waiting before. */
const PATIENCE = 60_000;

/** Answers until the signal aborts. `page` tells the pages apart: several may answer one request. */
export function answerRequests(
  model: Model,
  component: Component,
  page: string,
  signal: AbortSignal,
): void {
  const receive = (message: unknown): void => {
    const { kind, request } = (message ?? {}) as { kind?: unknown; request?: unknown };
    // It may stand there since another text was read: then a long one would wait for the reader.
    if (kind === "page.ask") component.actions.confirm();
    if (kind === "page.ping") attempt(() => model.send({ kind: "page.pong", request }));
    if (kind === "scores.read") void sendScores(model, component, page, request, signal);
  };
  model.on("msg:custom", receive);
  signal.addEventListener("abort", () => model.off("msg:custom", receive), { once: true });
}

async function sendScores(
  model: Model,
  component: Component,
  page: string,
  request: unknown,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { inputs, scores } = await scored(component, signal);
    const { passage, ...others } = inputs;
    const { counts, bytes } = packScores(passage, scores!);
    const head = { kind: "scores.chunk", request, page, inputs: others, counts };
    const whole = { ...head, passage_crc32: crc32(passage), total: bytes.byteLength };
    // Larger messages stall the page, and beyond 10 MB none gets through.
    const { chunk_bytes } = contract.scores;
    for (let offset = 0; offset < bytes.byteLength; offset += chunk_bytes) {
      const { buffer } = bytes.slice(offset, offset + chunk_bytes);
      model.send({ ...whole, offset }, undefined, [new DataView(buffer)]);
    }
  } catch (error) {
    const message = inWords(error);
    attempt(() => model.send({ kind: "scores.none", request, message }));
  }
}

/**
 * The first state that has the scores of all its windows.
 * @throws Error for the reader when none will come.
 */
function scored(component: Component, signal: AbortSignal): Promise<ComponentState> {
  return new Promise((resolve, reject) => {
    const own = new AbortController();
    const until = AbortSignal.any([signal, own.signal]);
    const end = (reason: string): void => {
      own.abort();
      reject(new Error(reason));
    };
    const timer = setTimeout(() => end("The browser has no scores yet."), PATIENCE);
    until.addEventListener("abort", () => clearTimeout(timer), { once: true });
    signal.addEventListener("abort", () => end("The widget was closed."), { signal: own.signal });
    const look = (state: ComponentState): void => {
      // Of a model that is on its way the inputs have the name already.
      if (until.aborted || isChanging(state)) return;
      const { status, result, scores, error } = state;
      if (status === "error") end(error);
      else if (status === "ready" && result === null) end("There is no question to score.");
      else if (status === "ready" && result!.windows_done < result!.windows_total) {
        end("The question was stopped before all windows were read.");
      } else if (status === "ready" && scores !== null) {
        if (scores.logits.includes(null)) return;
        own.abort();
        resolve(state);
      }
    };
    component.subscribe(look, until);
    component.actions.inspect(until);
    look(component.state);
  });
}
