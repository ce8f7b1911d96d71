// Checks and unpacks what was shipped.
import type { Asset } from "./protocol";

/** Lower-case hex; null where the page has no crypto.subtle (plain http:// on another machine). */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return null;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The file itself. It never grows beyond `unpacked_bytes`, whatever the archive says.
 * @throws Error when the bytes are no gzip, or have another length than the manifest says.
 */
export async function unpack(
  asset: Asset,
  shipped: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (asset.encoding === "identity") return shipped;
  const wrong = (actual: string): Error =>
    new Error(
      `${asset.name} unpacks to ${actual} instead of ${asset.unpacked_bytes} bytes. ` +
        "Reinstall qna-widget: its files do not belong together.",
    );
  const out = new Uint8Array(asset.unpacked_bytes);
  const reader = new Blob([shipped])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"))
    .getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (length + value.byteLength > out.byteLength) {
      await reader.cancel();
      throw wrong("more");
    }
    out.set(value, length);
    length += value.byteLength;
  }
  if (length !== out.byteLength) throw wrong(`${length}`);
  return out;
}
