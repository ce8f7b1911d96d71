import { forceCloseDatabase } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AssetCache } from "../../../src/runtime/assets/cache";
import { AssetLoader } from "../../../src/runtime/assets/loader";
import { type File, MIB, makeFile, sha256, sourceOf, waiter } from "../helpers";
import { FakeBrowser } from "./fake-browser";

const DAY_MS = 24 * 3600e3;
let browser: FakeBrowser;
let file: File;

beforeEach(() => {
  browser = new FakeBrowser();
  file = makeFile(3.5 * MIB);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ["absent", undefined],
  [
    "throwing",
    {
      open: () => {
        throw new DOMException("denied", "SecurityError");
      },
    },
  ],
  ["refusing", { open: () => failing() }],
  ["silent", { open: () => ({}) }],
])("an IndexedDB that is %s stops nothing, and is told once", async (_, broken) => {
  vi.stubGlobal("indexedDB", undefined);
  const cache = new AssetCache({
    factory: broken as unknown as globalThis.IDBFactory | undefined,
    patience_ms: 30,
  });
  const { bytes } = await new AssetLoader(cache).load(
    file.asset,
    [sourceOf(file.shipped)],
    waiter(),
  );
  expect(sha256(bytes)).toBe(sha256(file.content));
  await cache.settled();
  expect(cache.trouble).toMatch(/^This browser keeps no copy of the model \(.+\)/);
});

function failing(): object {
  const request: { onerror?: () => void; error: DOMException } = {
    error: new DOMException("no storage in private windows", "InvalidStateError"),
  };
  setTimeout(() => request.onerror?.(), 0);
  return request;
}

/** What the cache says when each `put` does this. */
async function troubleOf(put: (store: IDBObjectStore, ...given: [unknown]) => IDBRequest) {
  const cache = new AssetCache({ factory: browser.factory });
  const spy = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...given
  ) {
    return put(this, ...(given as [unknown])) as IDBRequest<IDBValidKey>;
  });
  const load = new AssetLoader(cache).load(file.asset, [sourceOf(file.shipped)], waiter());
  expect(sha256((await load).bytes)).toBe(sha256(file.content));
  await cache.settled();
  spy.mockRestore();
  return cache.trouble;
}

test("a full disk stops nothing", async () => {
  const full = new DOMException("the disk is full", "QuotaExceededError");
  const trouble = await troubleOf(() => {
    throw full;
  });
  expect(trouble).toContain("the disk is full");
});

/** Lets every write fail for lack of room, until something is removed if `frees`. */
function fullStorage(frees: boolean): void {
  let full = true;
  const { put, delete: remove } = IDBObjectStore.prototype;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...given
  ) {
    const [value] = given as [unknown];
    const large = value instanceof Uint8Array || value instanceof Blob;
    if (full && large) throw new DOMException("no room", "QuotaExceededError");
    return put.apply(this, given);
  });
  vi.spyOn(IDBObjectStore.prototype, "delete").mockImplementation(function (
    this: IDBObjectStore,
    ...given
  ) {
    if (frees) full = false;
    return remove.apply(this, given);
  });
}

const kept = async () => {
  const keys = (await browser.chunks((stored) => stored.getAllKeys())) as [string, number][];
  return new Set(keys.map(([sha]) => sha));
};

test("a full storage makes room by what other pages loaded, the least recently used first", async () => {
  const files = [makeFile(1000, 5), makeFile(1000, 6), makeFile(1000, 7)];
  const [oldest, older, next] = files.map((each) => each.asset.sha256);
  for (const [place, other] of files.slice(0, 2).entries()) {
    const { cache, loader } = browser.page({ now: () => 1000 + place });
    await loader.load(other.asset, [sourceOf(other.shipped)], waiter());
    await cache.settled();
  }
  expect(await kept()).toEqual(new Set([oldest, older]));
  fullStorage(true);
  const { cache, loader } = browser.page({ now: () => 2000 });
  await loader.load(files[2]!.asset, [sourceOf(files[2]!.shipped)], waiter());
  await cache.settled();
  vi.restoreAllMocks();
  expect(cache.trouble).toBe("");
  expect(await kept()).toEqual(new Set([older, next]));
});

test("a storage that stays full keeps and gives what this page loaded from it", async () => {
  const next = makeFile(1000, 5);
  await loadIn(browser.page());
  fullStorage(false);
  const { cache, loader } = browser.page();
  const load = ({ asset }: File, shipped: Uint8Array | null) =>
    loader.load(asset, [sourceOf(shipped)], waiter());
  await load(file, null);
  await cache.settled();
  await load(next, next.shipped);
  await cache.settled();
  expect(cache.trouble).toContain("no room");
  // Back to the first model, while its server or kernel is gone.
  expect(sha256((await load(file, null)).bytes)).toBe(sha256(file.content));
  vi.restoreAllMocks();
  expect(await kept()).toEqual(new Set([file.asset.sha256]));
});

test("a storage that refuses by an event is told by the error's name", async () => {
  const trouble = await troubleOf((store, ...given) => {
    store.add(...given);
    return store.add(...given); // twice the same key
  });
  expect(trouble).toContain("ConstraintError");
});

test("what was not used for long is cleared away", async () => {
  const early = browser.page();
  await early.loader.load(file.asset, [sourceOf(file.shipped)], waiter());
  await early.cache.settled();
  const next = makeFile(2 * MIB, 7);
  const late = browser.page({ now: () => Date.now() + 31 * DAY_MS });
  await late.loader.load(next.asset, [sourceOf(next.shipped)], waiter());
  await late.cache.settled();
  const keys = (await browser.chunks((stored) => stored.getAllKeys())) as [string, number][];
  expect(new Set(keys.map(([sha]) => sha))).toEqual(new Set([next.asset.sha256]));
});

test("what exceeds the limit is cleared away, the least recently used first", async () => {
  const others = [makeFile(1.5 * MIB, 5), makeFile(1.5 * MIB, 6), makeFile(1.5 * MIB, 7)];
  let now = Date.now();
  for (const other of others) {
    now += 1000;
    const { cache, loader } = browser.page({ now: () => now, max_bytes: 3.5 * MIB });
    await loader.load(other.asset, [sourceOf(other.shipped)], waiter());
    await cache.settled();
  }
  const keys = (await browser.chunks((stored) => stored.getAllKeys())) as [string, number][];
  const kept = others.slice(1).map(({ asset }) => asset.sha256);
  expect(new Set(keys.map(([sha]) => sha))).toEqual(new Set(kept));
});

/** A tab in which a newer version of the package changes the layout. */
function newerTab(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = browser.factory.open("qna-widget", 2);
    request.onupgradeneeded = () => request.result.deleteObjectStore("chunks");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("an older tab is in the way"));
  });
}

async function loadIn({ cache, loader }: ReturnType<FakeBrowser["page"]>): Promise<void> {
  const { bytes } = await loader.load(file.asset, [sourceOf(file.shipped)], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  await cache.settled();
}

test("a newer version in another tab is let through, and this one goes on without storage", async () => {
  const page = browser.page();
  await loadIn(page);
  expect(page.cache.trouble).toBe("");
  const newer = await newerTab();
  await loadIn(page);
  expect(page.cache.trouble).toMatch(/^This browser keeps no copy of the model \(.*version/i);
  await loadIn(browser.page());
  newer.close();
});

test("a storage of another layout stops nothing", async () => {
  await new Promise((resolve) => {
    const request = browser.factory.open("qna-widget", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("files");
    request.onsuccess = () => resolve(request.result.close());
  });
  const page = browser.page();
  await loadIn(page);
  expect(page.cache.trouble).toMatch(/^This browser keeps no copy/);
});

test("a storage that is cleared while the page is open is made anew", async () => {
  const opened: IDBDatabase[] = [];
  const open = browser.factory.open.bind(browser.factory);
  vi.spyOn(browser.factory, "open").mockImplementation((name, version) => {
    const request = open(name, version);
    request.addEventListener("success", () => opened.push(request.result));
    return request;
  });
  const page = browser.page();
  await loadIn(page);
  // Its types want the class where it takes an instance.
  forceCloseDatabase(opened[0]! as unknown as Parameters<typeof forceCloseDatabase>[0]);
  await new Promise((resolve) => {
    browser.factory.deleteDatabase("qna-widget").onsuccess = resolve;
  });
  await loadIn(page);
  expect(page.cache.trouble).toBe("");
  const kept = (await browser.chunks((stored) => stored.getAllKeys())) as unknown[];
  expect(kept).toHaveLength(Math.ceil(file.asset.bytes / MIB));
});

test("of a copy that was evicted in part the rest is loaded", async () => {
  await loadIn(browser.page());
  await browser.chunks((stored) => stored.delete([file.asset.sha256, 2]));
  const { cache, loader } = browser.page();
  const offsets: number[] = [];
  const source = sourceOf(file.shipped);
  const watched = {
    ...source,
    open: (...given: Parameters<typeof source.open>) => {
      offsets.push(given[1].offset);
      return source.open(...given);
    },
  };
  const { bytes } = await loader.load(file.asset, [watched], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(offsets).toEqual([2 * MIB]);
  await cache.settled();
});

test.each([
  ["shorter", new Uint8Array(MIB - 1)],
  ["longer", new Uint8Array(MIB + 1)],
  ["no bytes at all", "text"],
  ["nothing", null],
])("a damaged chunk is not taken: %s", async (_, damaged) => {
  await loadIn(browser.page());
  await browser.chunks((stored) => stored.put(damaged, [file.asset.sha256, 1]));
  const { cache } = browser.page();
  const signal = new AbortController().signal;
  const taken: Uint8Array[] = [];
  const how = { offset: 0, signal, onWait: () => undefined };
  for await (const chunk of (await cache.open(file.asset, how))!) taken.push(chunk);
  expect(taken.map((chunk) => chunk.byteLength)).toEqual([MIB]);
});

test("a clock that was set back does not push out what was just loaded", async () => {
  const [early, late] = [makeFile(1.5 * MIB, 5), makeFile(1.5 * MIB, 6)];
  const future = browser.page({ now: () => Date.now() + 400 * DAY_MS });
  await future.loader.load(early.asset, [sourceOf(early.shipped)], waiter());
  await future.cache.settled();
  const today = browser.page({ max_bytes: 2 * MIB });
  await today.loader.load(late.asset, [sourceOf(late.shipped)], waiter());
  await today.cache.settled();
  const keys = (await browser.chunks((stored) => stored.getAllKeys())) as [string, number][];
  expect(new Set(keys.map(([sha]) => sha))).toEqual(new Set([late.asset.sha256]));
});
