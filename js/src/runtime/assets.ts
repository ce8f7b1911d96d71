// Where the browser's files come from. (Seam; the lookup chain follows.)
import type { Asset, Progress } from "./protocol";

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** One place that may hold an asset. */
export interface AssetSource {
  /** For progress and errors: "browser cache", "kernel", "server", "page". */
  readonly name: string;
  /** The bytes as shipped, or null when this place does not hold them. Rejects when it should but cannot. */
  read(asset: Asset, options: ReadOptions): Promise<Uint8Array | null>;
}
