// The extension's offscreen document: it holds the model and answers the bars of all pages.
import type { Manifest } from "../../../core/manifest";
import { inWords } from "../../../core/text";
import { httpSource } from "../../../runtime/assets/sources";
import { type Client, Runtime } from "../../../runtime/client";
import { startEngineFrom } from "../../../runtime/start";
import { browser, type ChromePort } from "./chrome";
import { type FromModel, PORT, type ToModel } from "./protocol";

/** Milliseconds without a bar after which the model's memory is given back. */
const IDLE_MS = 300_000;

/** qna-find.json of the extension. */
interface Listing {
  readonly manifest: Manifest;
  readonly worker: string;
}

interface Ready {
  readonly manifest: Manifest;
  readonly runtime: Runtime;
}

const base = new URL(".", location.href);
const ready: Promise<Ready> = fetch(new URL("qna-find.json", base))
  .then((response) => response.json())
  .then(({ manifest, worker }: Listing) => ({
    manifest,
    runtime: new Runtime({ start: startEngineFrom(new URL(worker, base)) }),
  }));
let bars = 0;
let idle: ReturnType<typeof setTimeout> | undefined;

class Served {
  private client: Client | null = null;
  private readonly gone = new AbortController();
  private asking = new AbortController();

  constructor(private readonly port: ChromePort) {
    port.onMessage.addListener((message) => void this.receive(message as ToModel));
    port.onDisconnect.addListener(() => this.end());
    ready.then(
      ({ manifest }) => this.send({ kind: "manifest", manifest }),
      () => {
        port.disconnect(); // the bar says that nothing answers
        this.end();
      },
    );
  }

  private async receive(message: ToModel): Promise<void> {
    const { manifest, runtime } = await ready;
    this.client ??= runtime.connect();
    if (message.kind === "load") await this.load(this.client, manifest);
    else if (message.kind === "ask") await this.ask(this.client, message);
    else this.asking.abort();
  }

  private async load(client: Client, manifest: Manifest): Promise<void> {
    try {
      const { backend } = await client.load(manifest, [httpSource(base)], {
        signal: this.gone.signal,
        onProgress: (progress) => this.send({ kind: "loading", progress }),
      });
      this.send({ kind: "loaded", backend });
    } catch (error) {
      this.send({ kind: "load-failed", message: inWords(error) });
    }
  }

  private async ask(
    client: Client,
    { id, question }: Extract<ToModel, { kind: "ask" }>,
  ): Promise<void> {
    // The newer request replaces the older one; aborting that would throw its windows away.
    const own = new AbortController();
    this.asking = own;
    try {
      const result = await client.ask(question, {
        signal: own.signal,
        onProgress: (progress) => this.send({ kind: "running", id, progress }),
        onPartial: (result) => this.send({ kind: "result", id, final: false, result }),
      });
      this.send({ kind: "result", id, final: true, result });
    } catch (error) {
      this.send({ kind: "failed", id, message: inWords(error) });
    }
  }

  private send(message: FromModel): void {
    if (!this.gone.signal.aborted) this.port.postMessage(message);
  }

  private end(): void {
    this.gone.abort();
    this.asking.abort();
    this.client?.release();
    bars--;
    rest();
  }
}

function rest(): void {
  clearTimeout(idle);
  if (bars === 0) idle = setTimeout(() => window.close(), IDLE_MS);
}

browser.runtime.onConnect.addListener((port) => {
  if ((port as ChromePort & { name?: string }).name !== PORT) return;
  bars++;
  rest();
  new Served(port);
});
rest();
