import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AssetSource } from "../../../src/runtime/assets/source";
import {
  eventually,
  type File,
  MIB,
  makeFile,
  packFile,
  sha256,
  sourceOf,
  waiter,
} from "../helpers";
import { FakeBrowser } from "./fake-browser";

let browser: FakeBrowser;
let file: File;

beforeEach(() => {
  browser = new FakeBrowser();
  file = makeFile(3.5 * MIB);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Loads `file` on a page of its own and waits until the browser has what came. */
async function store(...sources: ReturnType<typeof sourceOf>[]): Promise<void> {
  const { cache, loader } = browser.page();
  await loader.load(file.asset, sources, waiter()).catch(() => undefined);
  await cache.settled();
}

test("bytes are counted to the total, verified and unpacked", async () => {
  const own = waiter();
  const { bytes } = await browser.page().loader.load(file.asset, [sourceOf(file.shipped)], own);
  expect(sha256(bytes)).toBe(sha256(file.content));
  const loaded = own.steps.map((step) => step.loaded);
  expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  expect(own.steps.at(-1)).toEqual({
    stage: "asset",
    name: "model.onnx",
    loaded: file.asset.bytes,
    total: file.asset.bytes,
    unit: "bytes",
    source: "server",
  });
});

test("a first visit never speaks of the browser's cache, which holds nothing", async () => {
  const own = waiter();
  await browser.page().loader.load(file.asset, [sourceOf(file.shipped)], own);
  expect(new Set(own.steps.map((step) => step.source))).toEqual(new Set(["server"]));
});

test("a disk that is slower than the network holds the download up, not the memory", async () => {
  const { cache, loader } = browser.page();
  const big = makeFile(6 * MIB);
  let writing = 0;
  let most = 0;
  let end = (): void => {};
  const disk = new Promise<void>((resolve) => {
    end = resolve;
  });
  vi.spyOn(cache, "keep").mockImplementation(() => {
    most = Math.max(most, ++writing);
  });
  vi.spyOn(cache, "room").mockImplementation(() => (writing < 3 ? Promise.resolve() : disk));
  const load = loader.load(big.asset, [sourceOf(big.shipped)], waiter());
  await eventually(() => expect(most).toBe(3));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(most).toBe(3);
  end();
  expect(sha256((await load).bytes)).toBe(sha256(big.content));
});

test("a second page reads every byte from the browser, chunk by chunk", async () => {
  await store(sourceOf(file.shipped));
  const source = sourceOf(file.shipped);
  const own = waiter();
  const { bytes } = await browser.page().loader.load(file.asset, [source], own);
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(source.opened).toEqual([]);
  expect(own.steps.map((step) => step.loaded)).toEqual([
    0,
    MIB,
    2 * MIB,
    3 * MIB,
    file.asset.bytes,
  ]);
  expect(new Set(own.steps.map((step) => step.source))).toEqual(new Set(["browser cache"]));
});

test("a cut download goes on where it stopped, after a reload", async () => {
  await store(sourceOf(file.shipped, { cut: 2.5 * MIB }));
  const source = sourceOf(file.shipped);
  const { cache, loader } = browser.page();
  const { bytes } = await loader.load(file.asset, [source], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(source.opened).toEqual([2 * MIB]);
  await cache.settled();
  const again = sourceOf(file.shipped);
  await browser.page().loader.load(file.asset, [again], waiter());
  expect(again.opened).toEqual([]);
});

test("the next source goes on where one broke", async () => {
  const broken = sourceOf(file.shipped, { cut: 900_000 });
  const source = sourceOf(file.shipped, { name: "kernel" });
  const { bytes } = await browser.page().loader.load(file.asset, [broken, source], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(source.opened).toEqual([900_000]);
});

test("a damaged copy in the browser is refused, deleted and replaced", async () => {
  await store(sourceOf(file.shipped));
  await browser.chunks((stored) => stored.put(new Uint8Array(MIB), [file.asset.sha256, 1]));
  const source = sourceOf(file.shipped);
  const { cache, loader } = browser.page();
  const { bytes } = await loader.load(file.asset, [source], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(source.opened).toEqual([0]);
  await cache.settled();
  const chunk = await browser.chunks((stored) => stored.get([file.asset.sha256, 1]));
  expect(sha256(chunk as Uint8Array)).toBe(sha256(file.shipped.slice(MIB, 2 * MIB)));
});

test("when the kept beginning spoils the file, the same source is read from zero", async () => {
  await store(sourceOf(file.shipped, { cut: 2.5 * MIB }));
  await browser.chunks((stored) => stored.put(new Uint8Array(MIB), [file.asset.sha256, 0]));
  const source = sourceOf(file.shipped);
  const { bytes } = await browser.page().loader.load(file.asset, [source], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(source.opened).toEqual([2 * MIB, 0]);
});

test("wrong bytes are never used: the error names the file, the expected and the actual", async () => {
  const other = makeFile(3.5 * MIB, 2);
  const wrong = other.shipped.slice(0, file.asset.bytes);
  const padded = new Uint8Array(file.asset.bytes);
  padded.set(wrong);
  const { cache, loader } = browser.page();
  const load = loader.load(file.asset, [sourceOf(padded)], waiter());
  await expect(load).rejects.toThrow("model.onnx could not be loaded");
  await expect(load).rejects.toThrow(file.asset.sha256);
  await expect(load).rejects.toThrow(sha256(padded));
  await cache.settled();
  expect(await browser.chunks((stored) => stored.count())).toBe(0);
});

test("a source that goes on and on is left at the file's length", async () => {
  const endless = sourceOf(new Uint8Array(file.asset.bytes + 50 * MIB));
  const load = browser.page().loader.load(file.asset, [endless], waiter());
  await expect(load).rejects.toThrow(
    `wrong length: expected ${file.asset.bytes} bytes, got more. The copy was refused.`,
  );
});

test("after a source with wrong bytes the next one is tried from zero", async () => {
  const good = sourceOf(file.shipped, { name: "kernel" });
  const longer = new Uint8Array(file.asset.bytes + 5);
  const wrong = [sourceOf(new Uint8Array(file.asset.bytes)), sourceOf(longer)];
  const { bytes } = await browser.page().loader.load(file.asset, [...wrong, good], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(good.opened).toEqual([0]);
});

test("a file that unpacks to another length is refused", async () => {
  const { asset, shipped } = packFile(new Uint8Array(5 * MIB), "bomb");
  const load = browser
    .page()
    .loader.load({ ...asset, unpacked_bytes: 1000 }, [sourceOf(shipped)], waiter());
  await expect(load).rejects.toThrow("bomb unpacks to more instead of 1000 bytes");
});

test("without crypto.subtle the archive's own sum still refuses damage", async () => {
  vi.stubGlobal("crypto", {});
  const damaged = file.shipped.slice();
  damaged[2 * MIB]! ^= 0xff;
  const good = sourceOf(file.shipped, { name: "kernel" });
  const { bytes } = await browser
    .page()
    .loader.load(file.asset, [sourceOf(damaged), good], waiter());
  expect(sha256(bytes)).toBe(sha256(file.content));
  expect(good.opened).toEqual([0]);
});

test("places that do not hold the file are passed over; if none does, that is said", async () => {
  const own = waiter();
  const sources = [sourceOf(null), sourceOf(file.shipped, { name: "kernel" })];
  await browser.page().loader.load(file.asset, sources, own);
  expect(own.steps.at(-1)?.source).toBe("kernel");
  const nowhere = browser.page().loader.load(makeFile(10, 3).asset, [sourceOf(null)], waiter());
  await expect(nowhere).rejects.toThrow(
    /^model.onnx could not be loaded. \w+: it has no \S+. Load the page anew; if that does not help/,
  );
});

test("two who want the same file share one load, and both see it come", async () => {
  const { loader } = browser.page();
  const [first, second] = [waiter(), waiter()];
  const [mine, yours] = [sourceOf(file.shipped), sourceOf(file.shipped)];
  const loads = [loader.load(file.asset, [mine], first), loader.load(file.asset, [yours], second)];
  for (const { bytes } of await Promise.all(loads))
    expect(sha256(bytes)).toBe(sha256(file.content));
  expect(mine.opened.length + yours.opened.length).toBe(1);
  for (const { steps } of [first, second]) expect(steps.at(-1)?.loaded).toBe(file.asset.bytes);
});

test("who watches a load takes over, by own means, when its owner leaves", async () => {
  const { loader } = browser.page();
  const [first, second] = [waiter(), waiter()];
  const [mine, yours] = [silentAfter(MIB), sourceOf(file.shipped)];
  const left = loader.load(file.asset, [mine], first);
  const load = loader.load(file.asset, [yours], second);
  await eventually(() => expect(second.steps.at(-1)?.loaded).toBe(MIB));
  first.controller.abort();
  await expect(left).rejects.toThrow("aborted");
  expect(sha256((await load).bytes)).toBe(sha256(file.content));
  expect(yours.opened).toEqual([MIB]);
});

test.each([
  ["serves all who watched", true],
  ["that fails, too, has failed for all", false],
])("when a load fails, one more %s", async (_, mended) => {
  const { loader } = browser.page();
  const sources = [1, 2, 3, 4, 5].map((n) =>
    sourceOf(mended && n > 1 ? file.shipped : new Uint8Array(file.asset.bytes)),
  );
  const loads = sources.map((source) => loader.load(file.asset, [source], waiter()));
  const ends = (await Promise.allSettled(loads)).map(({ status }) => status);
  expect(ends).toEqual(["rejected", ...Array(4).fill(mended ? "fulfilled" : "rejected")]);
  expect(sources.map(({ opened }) => opened.length)).toEqual([1, 1, 0, 0, 0]);
});

/** Gives the first bytes of `file`, then nothing any more. */
function silentAfter(length: number): AssetSource {
  return {
    name: "kernel",
    open: async () =>
      (async function* () {
        yield file.shipped.subarray(0, length);
        await new Promise(() => {});
      })(),
  };
}

test("an aborted load stops reading", async () => {
  const own = waiter();
  const pieces = { count: 0 };
  const endless = {
    name: "server",
    open: async () =>
      (async function* () {
        for (;;) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          pieces.count++;
          yield new Uint8Array(10);
        }
      })(),
  };
  const load = browser.page().loader.load(file.asset, [endless], own);
  await eventually(() => expect(pieces.count).toBeGreaterThan(2));
  own.controller.abort();
  await expect(load).rejects.toThrow("aborted");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { count } = pieces;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pieces.count).toBe(count);
});
