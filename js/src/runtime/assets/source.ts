// What a place that holds files offers to the loader.
import type { Asset } from "../../core/manifest";
import type { Content } from "../content";

/** A file, unpacked. */
export interface Unpacked extends Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface OpenOptions {
  /** Bytes that have arrived before. A source starts after them, or reads and drops them. */
  readonly offset: number;
  readonly signal: AbortSignal;
  /** Called when nothing comes for long, e.g. with "waiting for the kernel". */
  readonly onWait: (reason: string) => void;
}

/** One place that may hold an asset. */
export interface AssetSource {
  /** For progress and errors: "browser cache", "kernel", "server", "page". */
  readonly name: string;
  /**
   * The file as shipped, from `offset` on, in order, in pieces of any size; null when this place
   * does not hold it. Rejects, or throws while it is read, when it should but cannot.
   */
  open(asset: Asset, options: OpenOptions): Promise<AsyncIterable<Uint8Array> | null>;
}
