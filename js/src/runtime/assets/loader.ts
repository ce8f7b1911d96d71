// Where the browser's files come from: the cache first, then the host's sources in their order.
// The bytes are counted, kept and checked here, once for all sources.

import type { Asset, Progress } from "../../core/manifest";
import { inWords } from "../../core/text";
import { abortable, type InTurn, SharedJobs, type Waiter } from "../shared";
import { type AssetCache, CHUNK_BYTES } from "./cache";
import type { AssetSource, OpenOptions, Unpacked } from "./source";
import { sha256Hex, unpack, unpackedOf } from "./verify";

/** Loads files, each once at a time per page. */
export class AssetLoader {
  readonly #jobs = new SharedJobs<Unpacked>();

  constructor(private readonly cache: AssetCache) {}

  /**
   * The content of `asset`, unpacked and verified.
   * @param turn when what is not kept unpacked is read: one file after the other
   * @throws Error for the reader when no source has it; `signal.reason` when aborted.
   */
  async load(
    asset: Asset,
    sources: readonly AssetSource[],
    waiter: Waiter,
    turn: InTurn = (work) => work(),
  ): Promise<Unpacked> {
    return this.#jobs.run(asset.sha256, waiter, async (own) => {
      const whole = unpackedOf(asset);
      const kept = whole && (await this.#readWhole(whole, asset, own));
      if (kept) return kept;
      const bytes = await turn(() => abortable(this.#fetch(asset, sources, own), own.signal));
      const spare = new Blob([bytes]);
      if (whole) this.cache.replace(asset, whole, spare);
      else this.cache.tidy(asset);
      return { bytes, spare };
    });
  }

  /** What the cache keeps unpacked; null when that is nothing, or not the file. */
  async #readWhole(whole: Asset, asset: Asset, own: Waiter): Promise<Unpacked | null> {
    const kept = await this.cache.whole(whole);
    if (kept === null) return null;
    if ((await sha256Hex(kept.bytes)) !== whole.sha256) {
      await this.cache.drop(whole.sha256);
      return null;
    }
    own.onProgress(progressOf(asset, this.cache, asset.bytes));
    this.cache.tidy(whole);
    return kept;
  }

  async #fetch(
    asset: Asset,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Uint8Array<ArrayBuffer>> {
    waiter.signal.throwIfAborted();
    const transfer = new Transfer(asset, this.cache, waiter);
    const troubles: string[] = [];
    const attempt = async (
      source: AssetSource,
    ): Promise<Uint8Array<ArrayBuffer> | WrongBytes | null> => {
      try {
        if (await transfer.readFrom(source)) return await transfer.finish();
        if (source !== this.cache) {
          const what = "Load the page anew; if that does not help, put all its files there again.";
          troubles.push(`${source.name}: it has no ${asset.path}. ${what}`);
        }
        return null;
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
      if (got !== null && !(got instanceof WrongBytes)) return got;
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
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** Whether the last source continued where another had stopped. */
  resumed = false;
  #arrived = 0;
  /** Whole cache chunks stored so far. */
  #kept = 0;

  constructor(
    private readonly asset: Asset,
    private readonly cache: AssetCache,
    private readonly waiter: Waiter,
  ) {
    this.#bytes = new Uint8Array(asset.bytes);
  }

  /** Reads all that is missing; false when the source does not hold the file. */
  async readFrom(source: AssetSource): Promise<boolean> {
    const { asset, waiter } = this;
    this.resumed = this.#arrived > 0;
    const options: OpenOptions = {
      offset: this.#arrived,
      signal: waiter.signal,
      onWait: (reason) => this.#reportProgress(source, reason),
    };
    const pieces = await source.open(asset, options);
    if (pieces === null) return false;
    this.#reportProgress(source);
    for await (const piece of pieces) {
      waiter.signal.throwIfAborted();
      if (this.#arrived + piece.byteLength > asset.bytes) {
        throw this.#wrong("length", `${asset.bytes} bytes`, "more");
      }
      this.#bytes.set(piece, this.#arrived);
      this.#arrived += piece.byteLength;
      if (source !== this.cache) await this.#keep();
      this.#reportProgress(source);
    }
    if (source === this.cache && this.#arrived < asset.bytes) {
      // The cache has the beginning of a cut download: the next source continues there.
      this.#kept = this.#arrived / CHUNK_BYTES;
      return false;
    }
    if (this.#arrived < asset.bytes) {
      throw new Error(`it stopped after ${this.#arrived} of ${asset.bytes} bytes.`);
    }
    return true;
  }

  /**
   * Stores each chunk as soon as it is complete, so that a cut download can continue later. Waits
   * for a slow disk: queued chunks would hold the whole file once more in memory.
   */
  async #keep(): Promise<void> {
    const { asset } = this;
    const [bytes, arrived] = [this.#bytes, this.#arrived];
    for (;;) {
      const start = this.#kept * CHUNK_BYTES;
      const end = Math.min(start + CHUNK_BYTES, asset.bytes);
      if (start >= asset.bytes || arrived < end) return;
      this.cache.keep(asset, this.#kept, bytes.slice(start, end));
      this.#kept++;
      await abortable(this.cache.room(), this.waiter.signal);
    }
  }

  /**
   * The unpacked bytes.
   * @throws WrongBytes when the content is not what the manifest promises.
   */
  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    const actual = await sha256Hex(this.#bytes);
    // Plain http:// pages have no crypto.subtle: there only the length and gzip's checksum are checked.
    if (actual !== null && actual !== this.asset.sha256) {
      throw this.#wrong("sha256", this.asset.sha256, actual);
    }
    try {
      return await unpack(this.asset, this.#bytes);
    } catch (error) {
      throw new WrongBytes(inWords(error));
    }
  }

  /** Drops the bytes so far, in the cache as well. */
  async restart(): Promise<void> {
    this.#arrived = 0;
    this.#kept = 0;
    await this.cache.drop(this.asset.sha256);
  }

  #wrong(what: string, expected: string, actual: string): WrongBytes {
    return new WrongBytes(
      `wrong ${what}: expected ${expected}, got ${actual}. The copy was refused.`,
    );
  }

  #reportProgress(source: AssetSource, reason = ""): void {
    this.waiter.onProgress(progressOf(this.asset, source, this.#arrived, reason));
  }
}

function progressOf(asset: Asset, source: AssetSource, loaded: number, reason = ""): Progress {
  const name = reason ? `${asset.name} (${reason})` : asset.name;
  return { stage: "asset", name, loaded, total: asset.bytes, unit: "bytes", source: source.name };
}
