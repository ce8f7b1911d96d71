import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Asset } from "../../../src/core/manifest";
import type { AssetSource } from "../../../src/runtime/assets/source";
import { httpSource, inlineSource } from "../../../src/runtime/assets/sources";
import { makeFile } from "../helpers";

const { asset, shipped } = makeFile(300_000);
let server: Server;
let base: string;
/** Connections that the client has closed. */
let closed = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableEnded) closed++;
    });
    if (request.url === `/files/${asset.path}`) response.end(shipped);
    else if (request.url === "/files/static/endless.gz") response.write(shipped);
    else response.writeHead(request.url === "/files/static/broken.gz" ? 500 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function readAll(
  source: AssetSource,
  wanted: Asset,
  offset = 0,
  signal = new AbortController().signal,
): Promise<Buffer | null> {
  const pieces = await source.open(wanted, { offset, signal, onWait: () => {} });
  if (pieces === null) return null;
  const read: Uint8Array[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read);
}

test("a server's file is read whole, or from an offset on", async () => {
  const source = httpSource(base);
  expect((await readAll(source, asset))!.equals(shipped)).toBe(true);
  expect((await readAll(source, asset, 100_000))!.equals(shipped.subarray(100_000))).toBe(true);
});

test("what the server does not hold is null; what it should give but cannot is an error", async () => {
  const source = httpSource(base);
  expect(await readAll(source, { ...asset, path: "static/other.gz" })).toBeNull();
  await expect(readAll(source, { ...asset, path: "static/broken.gz" })).rejects.toThrow(
    /static\/broken\.gz answered 500/,
  );
});

test("a server that lacks a file is not said to be waited for", async () => {
  vi.stubGlobal("fetch", async () => new Response("Not found", { status: 404 }));
  vi.useFakeTimers();
  const onWait = vi.fn();
  const { signal } = new AbortController();
  expect(await httpSource(base).open(asset, { offset: 0, signal, onWait })).toBeNull();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onWait).not.toHaveBeenCalled();
});

test("aborting closes the connection", async () => {
  const controller = new AbortController();
  const before = closed;
  const endless = { ...asset, path: "static/endless.gz" };
  const read = readAll(httpSource(base), endless, 0, controller.signal);
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await expect(read).rejects.toThrow("enough");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(closed).toBe(before + 1);
});

test("data inside the page is read by its sha256", async () => {
  const data = Buffer.from(shipped).toString("base64");
  const source = inlineSource((sha256) => (sha256 === asset.sha256 ? data : undefined));
  expect((await readAll(source, asset, 5))!.equals(shipped.subarray(5))).toBe(true);
  expect(await readAll(source, { ...asset, sha256: "0".repeat(64) })).toBeNull();
});

test("a server that is gone is an error that says what to do", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const read = readAll(httpSource(`http://127.0.0.1:${port}/`), asset);
  await expect(read).rejects.toThrow(
    new RegExp(`^http://127.0.0.1:${port} does not answer.*start it again, then retry`),
  );
});
