// What the browser keeps of a file whose sum after unpacking is known: that, in one piece.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Asset } from "../../../src/core/manifest";
import { turns } from "../../../src/runtime/shared";
import { type File, MIB, makeFile, sha256, sourceOf, waiter, withUnpackedSum } from "../helpers";
import { FakeBrowser } from "./fake-browser";

let browser: FakeBrowser;
let file: File;
let whole: string;

beforeEach(() => {
  browser = new FakeBrowser();
  file = withUnpackedSum(makeFile(2.5 * MIB));
  whole = file.asset.unpacked_sha256!;
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const keys = () => browser.chunks((stored) => stored.getAllKeys());

/** Loads it on a page of its own; how often the server was asked, and the steps. */
async function load(asset: Asset = file.asset) {
  const { cache, loader } = browser.page();
  const [source, own] = [sourceOf(file.shipped), waiter()];
  const { bytes, spare } = await loader.load(asset, [source], own);
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(sha256(new Uint8Array(await spare.arrayBuffer()))).toBe(sha256(file.content));
  await cache.settled();
  expect(cache.trouble).toBe("");
  return { asked: source.opened.length, steps: own.steps };
}

test("it takes the place of the chunks, and is all that the next page reads", async () => {
  expect((await load()).asked).toBe(1);
  expect(await keys()).toEqual([[whole, 0]]);
  const { asked, steps } = await load();
  expect(asked).toBe(0);
  const { bytes } = file.asset;
  expect(steps).toEqual([expect.objectContaining({ loaded: bytes, source: "browser cache" })]);
});

test("a file that needs no unpacking is kept so, too", async () => {
  const { content, asset } = file;
  const { unpacked_sha256: _, ...bare } = asset;
  const sum = sha256(content);
  const plain: Asset = { ...bare, encoding: "identity", sha256: sum, bytes: content.byteLength };
  file = { asset: plain, content, shipped: content };
  expect((await load(plain)).asked).toBe(1);
  expect(await keys()).toEqual([[sum, 0]]);
  expect((await load(plain)).asked).toBe(0);
});

test("chunks that were kept before are taken, and replaced", async () => {
  const { unpacked_sha256: _, ...former } = file.asset;
  await load(former);
  expect((await load()).asked).toBe(0);
  expect(await keys()).toEqual([[whole, 0]]);
});

test.each([
  ["other bytes", () => new Blob([new Uint8Array(2.5 * MIB)])],
  ["too few", () => new Blob([file.content.slice(1)])],
  ["no Blob", () => file.content],
])("what is kept is not trusted: %s", async (_, damaged) => {
  await load();
  await browser.chunks((stored) => stored.put(damaged(), [whole, 0]));
  expect((await load()).asked).toBe(1);
  expect((await load()).asked).toBe(0);
});

test("where no Blob can be kept the chunks stay", async () => {
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    value,
    key,
  ) {
    if (value instanceof Blob) throw new DOMException("no Blobs here", "DataCloneError");
    return put.call(this, value, key);
  });
  await load();
  expect((await load()).asked).toBe(0);
  expect(await keys()).toEqual([0, 1, 2].map((index) => [file.asset.sha256, index]));
});

test("a page that can take no sums trusts the archive's own alone", async () => {
  await load();
  vi.stubGlobal("crypto", {});
  expect((await load()).asked).toBe(1);
});

test("of several files what must come from elsewhere comes in turn, the kept one at once", async () => {
  await load();
  const others = [makeFile(MIB, 5), makeFile(MIB, 6)];
  const { loader } = browser.page();
  const turn = turns();
  const finished: string[] = [];
  const opened: string[] = [];
  const from = ({ shipped, asset }: File) => {
    const source = sourceOf(shipped);
    const open = (...given: Parameters<typeof source.open>) => {
      opened.push(`${asset.sha256} after ${finished.length}`);
      return source.open(...given);
    };
    return { ...source, open };
  };
  const loads = [...others, file].map(async (each) => {
    await loader.load(each.asset, [from(each)], waiter(), turn);
    finished.push(each.asset.sha256);
  });
  await Promise.all(loads);
  const [one, two] = others.map(({ asset }) => asset.sha256);
  expect(opened.map((line) => line.split(" ")[0])).toEqual([one, two]);
  expect(finished.indexOf(one!)).toBeLessThan(finished.indexOf(two!));
  expect(opened[1]).not.toBe(`${two} after 0`);
});
