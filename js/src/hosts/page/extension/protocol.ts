// What the bar on a page and the offscreen document say to each other. It travels as JSON.
import type { Manifest, Progress } from "../../../core/manifest";
import type { Result } from "../../../core/types";
import type { Question } from "../../../runtime/client";

/** The name of a bar's connection. */
export const PORT = "qna-find";
/** What a bar sends to the service worker when nobody answers: start the offscreen document. */
export const WAKE = "qna-find: wake";

/** Bar to offscreen document. */
export type ToModel =
  | { readonly kind: "load" }
  | { readonly kind: "ask"; readonly id: number; readonly question: Question }
  /** Stops the request under way. */
  | { readonly kind: "stop" };

/** Offscreen document to bar. */
export type FromModel =
  /** The first message. */
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  | { readonly kind: "loading"; readonly progress: Progress }
  | { readonly kind: "loaded"; readonly backend: string }
  | { readonly kind: "load-failed"; readonly message: string }
  | { readonly kind: "running"; readonly id: number; readonly progress: Progress }
  /** `final` false: first answers of a long page. */
  | {
      readonly kind: "result";
      readonly id: number;
      readonly final: boolean;
      readonly result: Result;
    }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
