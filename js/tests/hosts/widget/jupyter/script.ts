// A reader and a notebook who do as chance will have it, and what must hold when they rest.
import type { Inputs } from "../../../../src/component/inputs";
import * as contract from "../../../../src/core/contract";
import { wellFormed } from "../../../../src/core/text";
import { outputsOf } from "../../../../src/hosts/outputs";
import { Clock } from "./clock";
import { Random } from "./random";
import { type Page, World } from "./world";

const PASSAGES = [
  "Bert lives at 123 Sesame Street.",
  "🙂 Ernie 𠮷 moved to 12 Rainbow Road 🏠 in 1969.",
  "Two lines,\r\nand a third\none.",
  "Half an emoji \ud83d, as some keyboards send it.",
  "The quick brown fox. ".repeat(40),
  "",
];
/** Once for all scripts: it is long. */
const TOO_LONG = {
  passage: "It does not fit. ".repeat(contract.comm.passage / 16),
  question: "Does it fit? ".repeat(contract.comm.question / 12),
};
const QUESTIONS = ["Where?", "Who is it?", "When\udc00?", "", "Why, if at all?"];
const MODELS = ["auto", "bundled", "owner/slow", "owner/gone", "no-such-model"];
const PAUSES = [0, 0, 0, 10, 40, 120, 260, 310, 700, 1500];
/** Milliseconds of the clock within which everything has come to rest. */
const REST = 120_000;

export interface Options {
  readonly seed: number;
  readonly tooLong?: boolean;
  /** Models that Python fetches, in a thread of its own, do not come in the same order twice. */
  readonly fetching?: boolean;
  /** Keep what happened to the kernel, step by step. */
  readonly keep?: boolean;
}

/** Runs one script to its end and gives the world at rest. */
export async function run({
  seed,
  tooLong = true,
  fetching = true,
  keep = false,
}: Options): Promise<World> {
  const random = new Random(seed);
  const clock = new Clock();
  clock.install();
  try {
    const latency = random.of([1, 20, 200]);
    const pages = random.chance(0.25) ? 2 : 1;
    const begin = { passage: PASSAGES[0]!, question: QUESTIONS[0]! };
    const world = new World(clock, random, begin, latency, pages);
    if (keep) world.steps = [];
    await clock.go(random.of(PAUSES));
    for (let steps = 4 + random.below(14); steps > 0; steps--) {
      step(world, {
        tooLong,
        models: fetching ? MODELS : MODELS.filter((m) => !/slow|gone/.test(m)),
      });
      await clock.go(random.of(PAUSES));
    }
    await clock.rest(REST);
    return world;
  } finally {
    clock.restore();
  }
}

interface Allowed {
  readonly tooLong: boolean;
  readonly models: readonly string[];
}

function step(world: World, { tooLong, models }: Allowed): void {
  const { random } = world;
  const page = random.of(world.pages);
  const { actions, history, state } = page.component;
  const acts: readonly [number, () => void][] = [
    [6, () => actions.setQuestion(state.inputs.question + random.of(["a", "b", "?"]))],
    [4, () => actions.setQuestion(random.of(QUESTIONS))],
    [4, () => actions.setPassage(random.of(PASSAGES))],
    [tooLong ? 0.3 : 0, () => actions.setQuestion(TOO_LONG.question)],
    [tooLong ? 0.03 : 0, () => actions.setPassage(TOO_LONG.passage)],
    [3, () => actions.setOptions(option(random))],
    [2, () => actions.setOptions({ model: random.of(models) })],
    [2, () => actions.cancel()],
    [1, () => actions.retry()],
    [3, () => restore(page, [...history.asked, ...history.drafts], random)],
    [2, () => world.busy(random.of([50, 400, 2000]))],
    [1, () => showView(page)],
    [3, () => assign(world, models)],
  ];
  let left = random.next() * acts.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, act] of acts) {
    left -= weight;
    if (left >= 0) continue;
    act();
    break;
  }
}

function restore(page: Page, entries: readonly never[] | readonly unknown[], random: Random): void {
  if (entries.length > 0) page.component.actions.restore(random.of(entries) as never);
}

/** A cell that sets one to three inputs. */
function assign(world: World, models: readonly string[]): void {
  const { random } = world;
  for (let more = 1 + random.below(3); more > 0; more--) {
    const values: Partial<Inputs> = random.of([
      { question: wellFormed(random.of(QUESTIONS)) },
      { passage: wellFormed(random.of(PASSAGES)) },
      option(random),
      random.chance(0.3) ? { model: random.of(models) } : { question: "From a cell?" },
    ]);
    for (const [name, value] of Object.entries(values)) world.assign(name, value);
  }
}

function option(random: Random): Partial<Inputs> {
  return random.of<Partial<Inputs>>([
    { top_k: 1 + random.below(5) },
    { no_answer_threshold: random.below(40) / 10 - 2 },
    { overlap: random.of(["none", "nested", "allow"] as const) },
    { max_answer_len: 10 + random.below(20) },
  ]);
}

/** Jupyter counts views in the model, and saves it for that, whatever else is unsaved. */
function showView({ model }: Page): void {
  model.set("_view_count", Number(model.get("_view_count") ?? 0) + 1);
  model.save_changes();
}

/** What is out of step between a page and Python, in words; empty when nothing is. */
export function outOfStep(world: World, page: Page): string[] {
  const { traits } = world.kernel;
  const { state } = page.component;
  const faults: string[] = [];
  const hold = (name: string, pythons: unknown, pages: unknown): void => {
    const [one, other] = [JSON.stringify(pythons), JSON.stringify(pages)];
    if (one !== other) faults.push(`${name}: Python ${short(one)}, page ${short(other)}`);
  };
  const apart = (["passage", "question"] as const).filter(
    (name) => state.inputs[name].length >= TOO_LONG[name].length,
  );
  for (const name of Object.keys(contract.inputs) as (keyof Inputs)[]) {
    if ((apart as string[]).includes(name)) continue;
    const value = state.inputs[name];
    hold(name, traits[name], typeof value === "string" ? wellFormed(value) : value);
  }
  const { answers = [], null_score = null, timing = {}, status, error } = outputsOf(state);
  if (apart.length > 0) {
    hold("link", /too long/.test(state.link), true);
    // The other page may well have answered what Python has.
    if (world.pages.length === 1) hold("status", traits.status, "error");
    return faults;
  }
  hold("link", "", state.link);
  // What the other page was last to say, it may have been stopped or failed at.
  if (world.pages.length > 1) return faults;
  hold("status", [traits.status, traits.error], [status, error]);
  // What was answered before a page failed at the same is true all the same.
  if (status === "error") return faults;
  hold("answers", traits.answers, answers);
  hold("null_score", traits.null_score, null_score);
  hold("timing", traits.timing, timing);
  return faults;
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
