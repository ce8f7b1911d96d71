// What a host's other side says, checked: a saved notebook may come from anybody, and a kernel may be
// of another version. What is not whole counts as not said. Python's twin: qna_widget/hosts/heard.py.
import { DEFAULT_INPUTS, type Inputs } from "../component/inputs";
import * as contract from "../core/contract";
import type { Fetching, Manifest, ModelChoice } from "../core/manifest";

/** What contract.json says of one input. */
interface Spec {
  readonly type: string | readonly string[];
  readonly null?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The type of a value, or its parts by name; one whose name ends in "?" may be missing, or null. */
type Shape = "string" | "boolean" | "number" | "count" | { readonly [name: string]: Shape };

/** Of a model's file, as in qna_widget/core/bounded.py; no count of ours is larger. */
const MOST = 2 ** 31;
const ASSET: Shape = {
  name: "string",
  path: "string",
  sha256: "string",
  bytes: "count",
  encoding: "string",
  unpacked_bytes: "count",
  "unpacked_sha256?": "string",
};
const MANIFEST: Shape = {
  model: {
    name: "string",
    title: "string",
    note: "string",
    max_seq_len: "count",
    lowercase: "boolean",
    "layout_signs?": "boolean",
    onnx: ASSET,
    vocab: ASSET,
    "onnx_webgpu?": ASSET,
  },
  runtime: { wasm: ASSET, "webgpu?": { script: ASSET, wasm: ASSET } },
};
const FETCHING: Shape = {
  model: "string",
  what: "string",
  done: "number",
  total: "number",
  error: "string",
};
const CHOICE: Shape = {
  name: "string",
  title: "string",
  where: "string",
  bytes: "number",
  cached: "boolean",
  "arrived?": "number",
};

/** Every input: as it is said where it may be so, else its default. */
export function inputsOf(say: (name: keyof Inputs) => unknown): Inputs {
  const inputs = Object.entries(contract.inputs).map(([name, spec]) => {
    const value = say(name as keyof Inputs);
    return [name, isAllowed(value, spec) ? value : DEFAULT_INPUTS[name as keyof Inputs]];
  });
  return Object.fromEntries(inputs) as unknown as Inputs;
}

/** Null for none. */
export function manifestOf(value: unknown): Manifest | null {
  return fits(value, MANIFEST) ? (value as Manifest) : null;
}

/** Null for none. */
export function fetchingOf(value: unknown): Fetching | null {
  return fits(value, FETCHING) ? (value as Fetching) : null;
}

export function modelsOf(value: unknown): readonly ModelChoice[] {
  return allOf(value, CHOICE);
}

export function examplesOf(value: unknown): readonly string[] {
  return allOf(value, "string");
}

/** The list itself, so that an unchanged one is known as such; none where a part of it is wrong. */
function allOf<T>(value: unknown, shape: Shape): readonly T[] {
  return Array.isArray(value) && value.every((one) => fits(one, shape)) ? value : [];
}

function isAllowed(value: unknown, spec: Spec): boolean {
  if (value === null) return spec.null !== undefined;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = spec;
  const type = [spec.type].flat()[0];
  if (type === "string") return fits(value, type) && (spec.enum?.includes(value as string) ?? true);
  const is = type === "integer" ? Number.isSafeInteger : Number.isFinite;
  return is(value) && minimum <= (value as number) && (value as number) <= maximum;
}

function fits(value: unknown, shape: Shape): boolean {
  if (shape === "number") return Number.isFinite(value);
  if (shape === "count")
    return Number.isInteger(value) && 0 <= Number(value) && Number(value) <= MOST;
  if (typeof shape === "string") return typeof value === shape;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(shape).every(([name, part]) => {
    const given = (value as Readonly<Record<string, unknown>>)[name.replace("?", "")];
    return ((given ?? null) === null && name.endsWith("?")) || fits(given, part);
  });
}
