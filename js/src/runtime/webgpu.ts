// Decides whether this page computes on the graphics card: when model, package and browser support
// it, until the first failure. The worker's side: webgpu-session.ts.
import type { Manifest } from "../core/manifest";

const PATIENCE_MS = 3000;

export class WebGpu {
  #trouble = "";
  #adapter: Promise<boolean> | undefined;

  /** @param software whether to accept an adapter that runs on the processor, slower than wasm */
  constructor(private readonly software: boolean) {}

  /** A page without an adapter uses wasm without a notice: the reader could do nothing about it. */
  async isUsable(manifest: Manifest): Promise<boolean> {
    if (this.#trouble || !isOffered(manifest)) return false;
    this.#adapter ??= hasAdapter(this.software);
    return (await this.#adapter) && !this.#trouble;
  }

  /** Lasts as long as the page: a lost device seldom works again. */
  distrust(reason: string): void {
    this.#trouble ||= `The graphics card is not used: ${reason.replace(/\.?$/, ".")}`;
  }

  /** What the reader of this model should know; "" for nothing. */
  noticeFor(manifest: Manifest): string {
    return isOffered(manifest) ? this.#trouble : "";
  }
}

function isOffered({ model, runtime }: Manifest): boolean {
  return Boolean(model.onnx_webgpu && runtime.webgpu);
}

/** `navigator.gpu` may be there without any adapter. */
async function hasAdapter(software: boolean): Promise<boolean> {
  if (!globalThis.navigator?.gpu) return false;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  const request = navigator.gpu.requestAdapter().catch(() => null);
  const adapter = await Promise.race([request, late]);
  return adapter !== null && (software || !adapter.info?.isFallbackAdapter);
}
