// Where the browser's files come from: the cache first, then the host's sources in their order.
// The bytes are counted, kept and checked here, once for all sources.

import type { Asset, Progress } from "../../core/manifest";
import { inWords } from "../../core/text";
import { abortable, SharedJobs, type Waiter } from "../shared";
import { type AssetCache, CHUNK_BYTES } from "./cache";
import type { AssetSource, OpenOptions } from "./source";
import { sha256Hex, unpack } from "./verify";
/** Loads files, each once at a time per page. */
export class AssetLoader {
  private readonly jobs = new SharedJobs<Uint8Array<ArrayBuffer>>();

  constructor(private readonly cache: AssetCache) {}

  /**
   * The unpacked bytes of `asset`, verified.
   * @throws Error for the reader when no source has it; `signal.reason` when aborted.
   */
  async load(
    asset: Asset,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.jobs.run(asset.sha256, waiter, (own) => this.fetch(asset, sources, own));
  }

  private async fetch(
    asset: Asset,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const transfer = new Transfer(asset, this.cache, waiter);
    const troubles: string[] = [];
    const attempt = async (
      source: AssetSource,
    ): Promise<Uint8Array<ArrayBuffer> | WrongBytes | null> => {
      try {
        return (await transfer.readFrom(source)) ? await transfer.finish() : null;
      } catch (error) {
        waiter.signal.throwIfAborted();
        troubles.push(`${source.name}: ${inWords(error)}`);
        if (!(error instanceof WrongBytes)) return null;
        await transfer.restart();
        return error;
      }
    };
    for (const source of [this.cache, ...sources]) {
      let got = await attempt(source);
      // The beginning came from another source and may be wrong: read once more from zero.
      if (got instanceof WrongBytes && transfer.resumed) got = await attempt(source);
      if (got === null || got instanceof WrongBytes) continue;
      this.cache.tidy(asset);
      return got;
    }
    throw new Error(
      `${asset.name} could not be loaded. ${troubles.join(" ") || "No source holds it."}`,
    );
  }
}

/** All bytes arrived, but they are not those of the manifest. */
class WrongBytes extends Error {}

/** One file while it loads: the bytes so far. */
class Transfer {
  private readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether the last source continued where another had stopped. */
  resumed = false;
  private arrived = 0;
  /** Whole cache chunks stored so far. */
  private kept = 0;

  constructor(
    private readonly asset: Asset,
    private readonly cache: AssetCache,
    private readonly waiter: Waiter,
  ) {
    this.bytes = new Uint8Array(asset.bytes);
  }

  /** Reads all that is missing; false when the source does not hold the file. */
  async readFrom(source: AssetSource): Promise<boolean> {
    const { asset, waiter } = this;
    this.resumed = this.arrived > 0;
    const options: OpenOptions = {
      offset: this.arrived,
      signal: waiter.signal,
      onWait: (reason) => this.reportProgress(source, reason),
    };
    const pieces = await source.open(asset, options);
    if (pieces === null) return false;
    this.reportProgress(source);
    for await (const piece of pieces) {
      waiter.signal.throwIfAborted();
      if (this.arrived + piece.byteLength > asset.bytes) {
        throw this.wrong("length", `${asset.bytes} bytes`, "more");
      }
      this.bytes.set(piece, this.arrived);
      this.arrived += piece.byteLength;
      if (source !== this.cache) await this.keep();
      this.reportProgress(source);
    }
    if (source === this.cache && this.arrived < asset.bytes) {
      // The cache has the beginning of a cut download: the next source continues there.
      this.kept = this.arrived / CHUNK_BYTES;
      return false;
    }
    if (this.arrived < asset.bytes) {
      throw new Error(`it stopped after ${this.arrived} of ${asset.bytes} bytes.`);
    }
    return true;
  }

  /**
   * Stores each chunk as soon as it is complete, so that a cut download can continue later. Waits
   * for a slow disk: queued chunks would hold the whole file once more in memory.
   */
  private async keep(): Promise<void> {
    const { asset, bytes, arrived } = this;
    for (;;) {
      const start = this.kept * CHUNK_BYTES;
      const end = Math.min(start + CHUNK_BYTES, asset.bytes);
      if (start >= asset.bytes || arrived < end) return;
      this.cache.keep(asset, this.kept, bytes.slice(start, end));
      this.kept++;
      await abortable(this.cache.room(), this.waiter.signal);
    }
  }

  /**
   * The unpacked bytes.
   * @throws WrongBytes when the content is not what the manifest promises.
   */
  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    const actual = await sha256Hex(this.bytes);
    // Plain http:// pages have no crypto.subtle: there only the length and gzip's checksum are checked.
    if (actual !== null && actual !== this.asset.sha256) {
      throw this.wrong("sha256", this.asset.sha256, actual);
    }
    try {
      return await unpack(this.asset, this.bytes);
    } catch (error) {
      throw new WrongBytes(inWords(error));
    }
  }

  /** Drops the bytes so far, in the cache as well. */
  async restart(): Promise<void> {
    this.arrived = 0;
    this.kept = 0;
    await this.cache.drop(this.asset.sha256);
  }

  private wrong(what: string, expected: string, actual: string): WrongBytes {
    return new WrongBytes(
      `wrong ${what}: expected ${expected}, got ${actual}. The copy was refused.`,
    );
  }

  private reportProgress(source: AssetSource, reason = ""): void {
    this.waiter.onProgress({
      stage: "asset",
      name: reason ? `${this.asset.name} (${reason})` : this.asset.name,
      loaded: this.arrived,
      total: this.asset.bytes,
      unit: "bytes",
      source: source.name,
    } satisfies Progress);
  }
}
