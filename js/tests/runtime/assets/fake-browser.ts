// A browser's storage that outlives its pages, for the tests of loader and cache.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { AssetCache, type CacheOptions } from "../../../src/runtime/assets/cache";
import { AssetLoader } from "../../../src/runtime/assets/loader";

export class FakeBrowser {
  readonly factory = new IDBFactory();

  /** A page of its own on this browser. */
  page(options: Partial<CacheOptions> = {}): { cache: AssetCache; loader: AssetLoader } {
    const cache = new AssetCache({ factory: this.factory, ...options });
    return { cache, loader: new AssetLoader(cache) };
  }

  /** Raw access to the stored chunks, as damage on disk would have it. */
  async chunks(work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = this.factory.open("qna-widget", 1);
      request.onsuccess = () => resolve(request.result);
    });
    return new Promise((resolve) => {
      const transaction = database.transaction(["chunks"], "readwrite");
      const request = work(transaction.objectStore("chunks"));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result);
      };
    });
  }
}
