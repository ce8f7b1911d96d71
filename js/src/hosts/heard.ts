// What a host's other side says, checked: a saved notebook may come from anybody, and a kernel may be
// of another version. What is not whole counts as not said. Python's twin: qna_widget/hosts/heard.py.
import { DEFAULT_INPUTS, type Inputs } from "../component/inputs";
import * as contract from "../core/contract";
import type { Asset, Fetching, Manifest, ModelChoice } from "../core/manifest";

/** What contract.json says of one input. */
interface Spec {
  readonly type: string | readonly string[];
  readonly null?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Of a model's file, as in qna_widget/core/bounded.py. */
const MODEL_BYTES = 2 ** 31;

type Named = Readonly<Record<string, unknown>>;

const INPUTS = Object.entries(contract.inputs) as [keyof Inputs, Spec][];

/** Every input: as it is said where it may be so, else its default. */
export function inputsOf(say: (name: keyof Inputs) => unknown): Inputs {
  const inputs = INPUTS.map(([name, spec]) => {
    const value = say(name);
    return [name, isAllowed(value, spec) ? value : DEFAULT_INPUTS[name]];
  });
  return Object.fromEntries(inputs) as unknown as Inputs;
}

/** Null for none. */
export function manifestOf(value: unknown): Manifest | null {
  if (!isNamed(value) || !isNamed(value.model) || !isNamed(value.runtime)) return null;
  const { model, runtime } = value;
  const whole =
    ["name", "title", "note"].every((name) => typeof model[name] === "string") &&
    Number.isSafeInteger(model.max_seq_len) &&
    typeof model.lowercase === "boolean" &&
    [model.onnx, model.vocab, runtime.wasm].every(isAsset) &&
    (isNone(model.onnx_webgpu) || isAsset(model.onnx_webgpu)) &&
    (isNone(runtime.webgpu) ||
      (isNamed(runtime.webgpu) && isAsset(runtime.webgpu.script) && isAsset(runtime.webgpu.wasm)));
  return whole ? (value as unknown as Manifest) : null;
}

/** Null for none. */
export function fetchingOf(value: unknown): Fetching | null {
  const whole =
    isNamed(value) &&
    ["model", "what", "error"].every((name) => typeof value[name] === "string") &&
    ["done", "total"].every((name) => Number.isFinite(value[name]));
  return whole ? (value as unknown as Fetching) : null;
}

export function modelsOf(value: unknown): readonly ModelChoice[] {
  return everyOf(value, isChoice);
}

export function examplesOf(value: unknown): readonly string[] {
  return everyOf(value, (example) => typeof example === "string");
}

/** The list itself, so that an unchanged one is known as such; none where a part of it is wrong. */
function everyOf<T>(value: unknown, isOne: (one: unknown) => one is T): readonly T[] {
  return Array.isArray(value) && value.every(isOne) ? value : [];
}

function isAllowed(value: unknown, spec: Spec): boolean {
  if (value === null) return spec.null !== undefined;
  const type = Array.isArray(spec.type) ? spec.type[0] : spec.type;
  if (type === "string") return typeof value === "string" && (spec.enum?.includes(value) ?? true);
  const isNumber = type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  return isNumber && spec.minimum! <= (value as number) && (value as number) <= spec.maximum!;
}

function isAsset(value: unknown): value is Asset {
  return (
    isNamed(value) &&
    ["name", "path", "sha256"].every((name) => typeof value[name] === "string") &&
    ["bytes", "unpacked_bytes"].every((name) => isCount(value[name], MODEL_BYTES)) &&
    (value.encoding === "gzip" || value.encoding === "identity")
  );
}

function isChoice(value: unknown): value is ModelChoice {
  return (
    isNamed(value) &&
    ["name", "title", "where"].every((name) => typeof value[name] === "string") &&
    isCount(value.bytes) &&
    typeof value.cached === "boolean" &&
    (isNone(value.arrived) || Number.isFinite(value.arrived))
  );
}

function isCount(value: unknown, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && 0 <= (value as number) && (value as number) <= most;
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null;
}

function isNamed(value: unknown): value is Named {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
