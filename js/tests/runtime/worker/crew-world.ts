// An engine with several hands, each of which runs its windows when a test lets it.
import { expect } from "vitest";
import type { RawScores, Result } from "../../../src/core/types";
import type { FromWorker, Port, Request, ToWorker } from "../../../src/runtime/protocol";
import { type EngineOptions, startEngine } from "../../../src/runtime/worker/engine";
import type { Sessions } from "../../../src/runtime/worker/hand";
import type { Session } from "../../../src/runtime/worker/session";
import { handsOf, makeModel, OPTIONS, VOCAB } from "../fake-model";
import { contentOf, eventually } from "../helpers";

const { manifest } = makeModel("one");
export const FIELD = "the field ".repeat(90);
export const LONG = `${FIELD}zebra ${FIELD}it is ${FIELD}`;
export const SHORT = "it is the zebra";

/** One of the test's hands: each runs its windows when it is told to. */
interface Stage {
  readonly waiting: (() => void)[];
  /** Thrown by the next window, or the next opening. */
  failure: Error | null;
}

/** Logits that depend on each token and its place, as a real model's do. */
function logitsOf(input_ids: Int32Array, salt: number): Float32Array {
  return Float32Array.from(input_ids, (id, place) => Math.sin(id * 7.3 + place * 0.37 + salt) * 4);
}

export class World {
  readonly stages: Stage[] = [];
  readonly said: FromWorker[] = [];
  readonly runs: string[] = [];
  readonly hands: ReturnType<typeof handsOf>;
  /** Whether windows wait to be let go. */
  held = false;
  refuses = false;
  /** What the next models say that cannot be opened, though the hand lives on. */
  damage = "";
  /** Lets models that are being opened go on; null: they open at once. */
  opening: (() => void)[] | null = null;
  private readonly port: Port<FromWorker, ToWorker>;

  constructor(options: EngineOptions, gate?: () => Promise<void>) {
    this.hands = handsOf(() => this.sessions(), gate);
    this.port = { postMessage: (message) => this.said.push(message), onmessage: null };
    startEngine(this.port, this.hands.hands, options);
  }

  tell(message: ToWorker): void {
    this.port.onmessage!({ data: message } as MessageEvent<ToWorker>);
  }

  /** Begins to load a model. */
  begin(model: string): void {
    const onnx = contentOf(new Uint8Array(1));
    const files = { manifest: manifest.model, optimized: true, onnx, vocab: VOCAB };
    this.tell({ kind: "load", model, files });
  }

  async load(model = "m"): Promise<void> {
    this.begin(model);
    const loaded = { kind: "loaded", model, backend: "fake" };
    await eventually(() => expect(this.said).toContainEqual(loaded));
  }

  ask(client: string, id: number, passage: string, changes: Partial<Request> = {}): void {
    const question = "where is it";
    const request = { model: "m", question, passage, options: OPTIONS, ...changes };
    this.tell({ kind: "ask", client, id, request });
  }

  /** Resolves when a window waits in a hand. */
  waits(hand: number): Promise<void> {
    return eventually(() => expect(this.stages[hand]?.waiting.length).toBe(1));
  }

  async answer(client: string, id: number): Promise<Result> {
    return eventually(() => {
      for (const message of this.said) {
        if (message.kind !== "result" || !message.final) continue;
        if (message.client === client && message.id === id) return message.result;
      }
      throw new Error("not yet");
    });
  }

  scores(client: string): RawScores {
    this.tell({ kind: "scores", client, id: 0 });
    const last = this.said.at(-1);
    if (last?.kind !== "scores" || last.scores === null) throw new Error("no scores came");
    return last.scores;
  }

  private sessions(): Sessions {
    const stage: Stage = { waiting: [], failure: null };
    this.stages.push(stage);
    const fail = (): void => {
      const { failure } = stage;
      stage.failure = null;
      if (failure !== null) throw failure;
    };
    return {
      init: async () => {},
      open: async (): Promise<Session> => {
        const { damage } = this;
        if (this.opening !== null) await new Promise<void>((go) => this.opening?.push(go));
        if (damage !== "") throw new Error(damage);
        if (this.refuses) throw new Error("Aborted(). no memory");
        return {
          backend: "fake",
          run: async (features) => {
            if (this.held) await new Promise<void>((resolve) => stage.waiting.push(resolve));
            fail();
            return features.map(({ input_ids }) => {
              this.runs.push(input_ids.join(" "));
              return { start_logits: logitsOf(input_ids, 0), end_logits: logitsOf(input_ids, 1) };
            });
          },
          dispose: async () => {},
        };
      },
    };
  }
}

/** What one worker says, without how it came to it. */
export function essence(result: Result) {
  const { timing: _, backend: __, windows_known: ___, ...rest } = result;
  return rest;
}
