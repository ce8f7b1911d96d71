// A host for tests, in Node and on the test page. No part of the package.

import { History } from "../../src/component/history";
import type { Host } from "../../src/component/host";
import type { Inputs } from "../../src/component/inputs";
import type { ComponentState } from "../../src/component/state";
import type { Fetching, Manifest, ModelChoice } from "../../src/core/manifest";
import type { AssetSource } from "../../src/runtime/assets/source";

/** What it was told is kept, what it says is set. */
export class ScriptedHost implements Host {
  readonly written: Partial<Inputs>[] = [];
  readonly states: ComponentState[] = [];
  models: readonly ModelChoice[] = [];
  /** How often Python was asked for its model again. */
  again = 0;
  /** What `readLink` gives, of the inputs. */
  link: (inputs: Inputs) => string = () => "";
  private fetching: Fetching | null = null;
  private changed: () => void = () => {};

  constructor(
    private inputs: Inputs,
    private manifest: Manifest | null,
    readonly sources: readonly AssetSource[] = [],
    readonly history = new History(),
  ) {}

  readInputs(): Inputs {
    return this.inputs;
  }

  readLink(): string {
    return this.link(this.inputs);
  }

  readManifest(): Manifest | null {
    return this.manifest;
  }

  readModels(): readonly ModelChoice[] {
    return this.models;
  }

  readFetching(): Fetching | null {
    return this.fetching;
  }

  fetchAgain(): void {
    this.again++;
  }

  onChange(callback: () => void): void {
    this.changed = callback;
  }

  writeInputs(changes: Partial<Inputs>): void {
    this.written.push(changes);
    this.inputs = { ...this.inputs, ...changes };
  }

  report(state: ComponentState): void {
    this.states.push(state);
  }

  /** As if Python had set them. */
  set(inputs: Partial<Inputs>, manifest = this.manifest, fetching = this.fetching): void {
    this.inputs = { ...this.inputs, ...inputs };
    this.manifest = manifest;
    this.fetching = fetching;
    this.changed();
  }
}
