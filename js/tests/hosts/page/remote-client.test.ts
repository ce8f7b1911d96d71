import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Manifest } from "../../../src/core/manifest";
import type { ChromePort } from "../../../src/hosts/page/extension/chrome";
import type { FromModel, ToModel } from "../../../src/hosts/page/extension/protocol";
import { RemoteClient } from "../../../src/hosts/page/extension/remote-client";
import type { Question } from "../../../src/runtime/client";
import { result } from "../../component/fake-client";

const MANIFEST = { model: { title: "Fake" } } as Manifest;
const question = (words: string) => ({ question: words, passage: "text" }) as Question;

/** The offscreen document's end of a connection. */
class FakePort implements ChromePort {
  readonly sent: ToModel[] = [];
  private readonly hear: ((message: unknown) => void)[] = [];
  private readonly leave: (() => void)[] = [];
  readonly onMessage = { addListener: (f: (message: unknown) => void) => this.hear.push(f) };
  readonly onDisconnect = { addListener: (f: () => void) => this.leave.push(f) };
  readonly disconnect = vi.fn();

  postMessage(message: unknown): void {
    this.sent.push(message as ToModel);
  }

  say(message: FromModel): void {
    for (const hear of this.hear) hear(message);
  }

  break(): void {
    for (const leave of this.leave) leave();
  }
}

let ports: FakePort[];
let client: RemoteClient;
const wake = vi.fn(async () => true);

function handlers() {
  return { signal: new AbortController().signal, onProgress: vi.fn(), onPartial: vi.fn() };
}

/** Lets promises that are settled go on. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

async function opened(): Promise<FakePort> {
  const open = client.open();
  await turn();
  ports.at(-1)!.say({ kind: "manifest", manifest: MANIFEST });
  expect(await open).toEqual(MANIFEST);
  return ports.at(-1)!;
}

async function loaded(): Promise<FakePort> {
  const port = await opened();
  const loading = client.load(MANIFEST, [], handlers());
  port.say({ kind: "loaded", backend: "wasm" });
  await loading;
  return port;
}

beforeEach(() => {
  ports = [];
  wake.mockClear();
  wake.mockImplementation(async () => true);
  client = new RemoteClient(() => {
    const port = new FakePort();
    ports.push(port);
    return port;
  }, wake);
});

describe("a bar's model", () => {
  it("loads and answers by way of the offscreen document", async () => {
    const port = await opened();
    const waiter = handlers();
    const loading = client.load(MANIFEST, [], waiter);
    const progress = { stage: "asset", name: "m", loaded: 1, total: 2, unit: "bytes" } as const;
    port.say({ kind: "loading", progress });
    port.say({ kind: "loaded", backend: "wasm" });
    expect(await loading).toEqual({ backend: "wasm" });
    expect(waiter.onProgress).toHaveBeenCalledWith(progress);
    const heard = handlers();
    const answer = client.ask(question("Who?"), heard);
    await turn();
    expect(port.sent).toEqual([
      { kind: "load" },
      { kind: "ask", id: 1, question: question("Who?") },
    ]);
    port.say({ kind: "result", id: 1, final: false, result: result("first", 1, 2) });
    port.say({ kind: "result", id: 1, final: true, result: result("last") });
    expect(await answer).toEqual(result("last"));
    expect(heard.onPartial).toHaveBeenCalledWith(result("first", 1, 2));
  });

  it("hears the newest question alone", async () => {
    const port = await loaded();
    const older = client.ask(question("Who?"), handlers());
    await turn();
    const newer = client.ask(question("Where?"), handlers());
    await expect(older).rejects.toMatchObject({ name: "AbortError" });
    await turn();
    port.say({ kind: "result", id: 1, final: true, result: result("old") });
    port.say({ kind: "result", id: 2, final: true, result: result("new") });
    expect(await newer).toEqual(result("new"));
  });

  it("stops the model when the reader stops", async () => {
    const port = await loaded();
    const stop = new AbortController();
    const asked = client.ask(question("Who?"), { ...handlers(), signal: stop.signal });
    await turn();
    stop.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    expect(port.sent.at(-1)).toEqual({ kind: "stop" });
  });

  it("starts the offscreen document again that the browser closed", async () => {
    const port = await loaded();
    const lost = client.ask(question("Who?"), handlers());
    await turn();
    port.break();
    await expect(lost).rejects.toThrow("The extension's model was stopped. Ask again.");
    const again = client.ask(question("Who?"), handlers());
    await turn();
    expect(ports).toHaveLength(2);
    ports[1]!.say({ kind: "manifest", manifest: MANIFEST });
    await turn();
    ports[1]!.say({ kind: "loaded", backend: "wasm" });
    await turn();
    ports[1]!.say({ kind: "result", id: 2, final: true, result: result("found") });
    expect(await again).toEqual(result("found"));
  });

  it("connects once for several questions that come while nobody answers", async () => {
    (await loaded()).break();
    const [older, newer] = ["Who?", "Where?"].map((words) =>
      client.ask(question(words), handlers()),
    );
    const refused = expect(older).rejects.toMatchObject({ name: "AbortError" });
    await turn();
    expect(ports).toHaveLength(2);
    const port = ports[1]!;
    port.say({ kind: "manifest", manifest: MANIFEST });
    await turn();
    // Between connecting and loading a question has to wait, too.
    const newest = client.ask(question("When?"), handlers());
    const refusedToo = expect(newer).rejects.toMatchObject({ name: "AbortError" });
    await turn();
    expect(port.sent.filter(({ kind }) => kind === "ask")).toEqual([]);
    port.say({ kind: "loaded", backend: "wasm" });
    await turn();
    expect(port.sent.at(-1)).toEqual({ kind: "ask", id: 3, question: question("When?") });
    port.say({ kind: "result", id: 3, final: true, result: result("found") });
    expect(await newest).toEqual(result("found"));
    await Promise.all([refused, refusedToo]);
  });

  it("says what a reader can do when the extension is gone or silent", async () => {
    wake.mockImplementation(() => Promise.reject(new Error("Extension context invalidated.")));
    await expect(client.open()).rejects.toThrow("Reload this page, then try again.");
    wake.mockImplementation(async () => true);
    const silent = client.open();
    await turn();
    ports[0]!.break();
    await turn();
    ports[1]!.break();
    await expect(silent).rejects.toThrow("Close the bar and open it again.");
  });

  it("lets go", async () => {
    const port = await opened();
    client.release();
    expect(port.disconnect).toHaveBeenCalled();
  });
});
