// What a component needs of the page around it. Each host implements it in a file of its own.

import type { Fetching, Manifest, ModelChoice } from "../core/manifest";
import type { Result } from "../core/types";
import type { AssetSource } from "../runtime/assets/source";
import type { History } from "./history";
import type { Inputs } from "./inputs";
import type { ComponentState } from "./state";

export interface Host {
  /** The inputs and the manifest as Python last set them. */
  readInputs(): Inputs;
  /** Null until Python has the first model. */
  readManifest(): Manifest | null;
  /** What a menu of models offers; hosts without a choice leave both out. */
  readModels?(): readonly ModelChoice[];
  /** The model that Python fetches, or could not fetch; null for none. */
  readFetching?(): Fetching | null;
  /** Asks Python anew for a first model that it could not fetch. */
  fetchAgain?(): void;
  /** Questions to offer to the reader; hosts that have none leave it out. */
  readExamples?(): readonly string[];
  /** The answers to these inputs that the host kept, to be drawn until newer ones are there. */
  readSaved?(): Result | null;
  /** What the reader should know of the way to Python, as sentences; "" when all is well. */
  readLink?(): string;
  /** Whether nothing can be asked here for want of Python; changes together with the link. */
  readonly alone?: boolean;
  /**
   * Calls back whenever Python changed an input, the examples or the manifest, or the way to it
   * changed; until the signal aborts.
   */
  onChange(callback: () => void, signal: AbortSignal): void;
  /** Sends what the reader typed or chose to Python. */
  writeInputs(changes: Partial<Inputs>): void;
  /** Sends a new state to Python; the host selects, converts offsets and throttles. */
  report(state: ComponentState): void;
  /** What was asked before, where the host keeps it longer than the component lives. */
  readonly history?: History;
  /** Where this host finds files, after the page's own cache, in order of preference. */
  readonly sources: readonly AssetSource[];
}
