// Keeps copies of the files in IndexedDB, the one store that plain http:// pages have too. When it
// is absent, full, blocked or silent, the files are loaded without it.

import type { Asset } from "../../core/manifest";
import { inWords } from "../../core/text";
import type { AssetSource, OpenOptions, Unpacked } from "./source";

/** Files lie in chunks, so that a reload shows true progress and a cut download can go on. */
export const CHUNK_BYTES = 1 << 20;
const DATABASE = "qna-widget";
const MAX_BYTES = 600e6;
const MAX_AGE_MS = 30 * 24 * 3600e3;
const PATIENCE_MS = 5000;
/** Chunks that may wait to be stored. */
const QUEUE = 8;

/** What is known of a stored file, keyed by its sha256; one in one piece is its own first chunk. */
interface FileRecord {
  readonly bytes: number;
  /** Milliseconds since 1970 when it was last loaded. */
  readonly used: number;
}

export interface CacheOptions {
  readonly factory?: IDBFactory | undefined;
  /** Milliseconds after which a silent database counts as broken. */
  readonly patience_ms?: number;
  readonly now?: () => number;
  /** Bytes of all files together. */
  readonly max_bytes?: number;
}

export class AssetCache implements AssetSource {
  readonly name = "browser cache";
  /** Why nothing is kept, as a sentence for the reader; "" while all is well. */
  trouble = "";
  /** Whether nothing can be read either; a full storage still gives what it has. */
  #broken = false;
  readonly #begun: number;
  #database: Promise<IDBDatabase> | null = null;
  #writes: Promise<void> = Promise.resolve();
  /** Chunks that were given to `keep`, the oldest first; `room` removes those that are stored. */
  readonly #queue: Promise<void>[] = [];
  readonly #patience_ms: number;
  readonly #now: () => number;
  readonly #max_bytes: number;

  constructor(private readonly options: CacheOptions = {}) {
    this.#patience_ms = options.patience_ms ?? PATIENCE_MS;
    this.#now = options.now ?? Date.now;
    this.#begun = this.#now();
    this.#max_bytes = options.max_bytes ?? MAX_BYTES;
  }

  /** The stored beginning of the file, chunk by chunk; null when there is none. */
  async open(asset: Asset, { signal }: OpenOptions): Promise<AsyncIterable<Uint8Array> | null> {
    const first = await this.#chunk(asset, 0);
    if (first === null) return null;
    const chunk = (index: number) => this.#chunk(asset, index);
    return (async function* () {
      yield first;
      for (let index = 1; index * CHUNK_BYTES < asset.bytes; index++) {
        signal.throwIfAborted();
        const next = await chunk(index);
        if (next === null) return;
        yield next;
      }
    })();
  }

  /** A file that is kept in one piece, with what `replace` was given; null when it is not. */
  async whole({ sha256, bytes }: Asset): Promise<Unpacked | null> {
    const spare = await this.#stored(sha256, 0);
    if (!(spare instanceof Blob) || spare.size !== bytes) return null;
    try {
      return { bytes: new Uint8Array(await this.#patient(spare.arrayBuffer())), spare };
    } catch {
      return null; // cleared meanwhile
    }
  }

  /** Queues one chunk to be stored. Never fails: a full or broken store only sets `trouble`. */
  keep(asset: Asset, index: number, bytes: Uint8Array): void {
    const stored = this.#enqueue(() =>
      this.#store(asset.sha256, (transaction) => {
        transaction.objectStore("files").put(this.#record(asset), asset.sha256);
        transaction.objectStore("chunks").put(bytes, [asset.sha256, index]);
      }),
    );
    this.#queue.push(stored);
  }

  /** Resolves when there is room for one more chunk. */
  async room(): Promise<void> {
    while (this.#queue.length > QUEUE) await this.#queue.shift();
  }

  /** Queues a file to be kept in one piece, in place of the chunks that it came in. */
  replace(chunks: Asset, whole: Asset, content: Blob): void {
    void this.#enqueue(async () => {
      try {
        await this.#store(whole.sha256, (transaction) => {
          remove(transaction, chunks.sha256);
          transaction.objectStore("files").put(this.#record(whole), whole.sha256);
          transaction.objectStore("chunks").put(content, [whole.sha256, 0]);
        });
        this.tidy(whole);
      } catch {
        this.tidy(chunks); // where no Blob can be kept
      }
    });
  }

  /** Forgets a file; waits for the writes before it. */
  drop(sha256: string): Promise<void> {
    return this.#enqueue(() => this.#remove(sha256));
  }

  /** After a file was loaded: marks it as used, removes what is old or too much. */
  tidy(loaded: Asset): void {
    void this.#enqueue(async () => {
      const files = await this.#within(["files"], "readwrite", (transaction) => {
        const store = transaction.objectStore("files");
        store.put(this.#record(loaded), loaded.sha256);
        return entries<FileRecord>(store);
      });
      let total = 0;
      for (const [sha256, file] of this.#newestFirst(files)) {
        total += file.bytes;
        if (this.#age(file) > MAX_AGE_MS || total > this.#max_bytes) await this.#remove(sha256);
      }
    });
  }

  /** Resolves when every chunk so far is stored, or the store has failed. */
  settled(): Promise<void> {
    return this.#writes;
  }

  #record(asset: Asset): FileRecord {
    return { bytes: asset.bytes, used: this.#now() };
  }

  /** The clock may have been set back since: what was used in the future counts as the oldest. */
  #age({ used }: FileRecord): number {
    const now = this.#now();
    return used > now ? MAX_AGE_MS : now - used;
  }

  #newestFirst(files: [string, FileRecord][] = []): [string, FileRecord][] {
    return files.sort(([, one], [, other]) => this.#age(one) - this.#age(other));
  }

  /** Writes; where the browser grants no more room, what was used longest ago goes first. */
  async #store(sha256: string, write: (transaction: IDBTransaction) => void): Promise<void> {
    const work = (transaction: IDBTransaction): undefined => void write(transaction);
    for (;;) {
      try {
        await this.#within(["chunks", "files"], "readwrite", work);
        return;
      } catch (error) {
        if (!isFull(error) || !(await this.#makeRoom(sha256))) throw error;
      }
    }
  }

  /** Removes what was used longest ago; false when all others were used since this page began. */
  async #makeRoom(for_sha256: string): Promise<boolean> {
    const files = await this.#within(["files"], "readonly", (transaction) =>
      entries<FileRecord>(transaction.objectStore("files")),
    );
    const since = this.#now() - this.#begun;
    const oldest = this.#newestFirst(files)
      .reverse()
      .find(([sha256, file]) => sha256 !== for_sha256 && this.#age(file) > since);
    if (oldest !== undefined) await this.#remove(oldest[0]);
    return oldest !== undefined;
  }

  async #chunk(asset: Asset, index: number): Promise<Uint8Array | null> {
    const stored = await this.#stored(asset.sha256, index);
    const length = Math.min(CHUNK_BYTES, asset.bytes - index * CHUNK_BYTES);
    return stored instanceof Uint8Array && stored.byteLength === length ? stored : null;
  }

  async #stored(sha256: string, index: number): Promise<unknown> {
    if (this.#broken) return null;
    try {
      return await this.#within(["chunks"], "readonly", (transaction) => {
        const request = transaction.objectStore("chunks").get([sha256, index]);
        return () => request.result;
      });
    } catch (error) {
      this.#giveUp(error);
      return null;
    }
  }

  async #remove(sha256: string): Promise<void> {
    const work = (transaction: IDBTransaction): undefined => void remove(transaction, sha256);
    await this.#within(["chunks", "files"], "readwrite", work);
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    this.#writes = this.#writes.then(async () => {
      if (this.trouble) return;
      try {
        await task();
      } catch (error) {
        this.#giveUp(error);
      }
    });
    return this.#writes;
  }

  #giveUp(error: unknown): void {
    const reason = inWords(error);
    this.#broken ||= !isFull(error);
    this.trouble ||= `This browser keeps no copy of the model (${reason}): it is loaded anew after each reload.`;
  }

  /** One transaction; what `work` returns is called once everything is on disk. */
  async #within<T>(
    stores: string[],
    mode: IDBTransactionMode,
    work: (transaction: IDBTransaction) => (() => T) | undefined,
  ): Promise<T | undefined> {
    this.#database ??= this.#connect();
    const database = await this.#patient(this.#database);
    return this.#patient(
      new Promise<T | undefined>((resolve, reject) => {
        const transaction = database.transaction(stores, mode);
        let result: (() => T) | undefined;
        try {
          result = work(transaction);
        } catch (error) {
          transaction.abort(); // all of it, or nothing
          throw error;
        }
        transaction.oncomplete = () => resolve(result?.());
        // Behind each error, and only here the transaction says which it was.
        transaction.onabort = () => reject(transaction.error ?? new Error("storage was refused"));
      }),
    );
  }

  async #connect(): Promise<IDBDatabase> {
    const factory = this.options.factory ?? globalThis.indexedDB;
    if (!factory) throw new Error("it has no IndexedDB");
    return new Promise((resolve, reject) => {
      const request = factory.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("chunks");
        request.result.createObjectStore("files");
      };
      request.onsuccess = () => {
        // A newer version in another tab must be able to change the layout.
        request.result.onversionchange = () => {
          request.result.close();
          this.#database = null;
        };
        // Cleared by the reader or the browser while the page is open: the next write makes it anew.
        request.result.onclose = () => {
          this.#database = null;
        };
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("another tab holds the storage"));
    });
  }

  #patient<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error("its storage does not answer")),
        this.#patience_ms,
      );
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

/** Whether the browser grants no more room. */
const isFull = (error: unknown): boolean =>
  error instanceof Error && error.name === "QuotaExceededError";

function remove(transaction: IDBTransaction, sha256: string): void {
  transaction.objectStore("files").delete(sha256);
  transaction
    .objectStore("chunks")
    .delete(IDBKeyRange.bound([sha256, 0], [sha256, Number.MAX_SAFE_INTEGER]));
}

/** Keys and values of a small store, once the transaction is complete. */
function entries<T>(store: IDBObjectStore): () => [string, T][] {
  const keys = store.getAllKeys();
  const values = store.getAll() as IDBRequest<T[]>;
  return () => keys.result.map((key, index) => [String(key), values.result[index]!]);
}
