// Checks and unpacks what was shipped.
import type { Asset } from "../../core/manifest";

/** Bytes unpacked at a time, some milliseconds of work. */
const PIECE = 1 << 18;

/**
 * The same file after unpacking, as an asset of its own; null where it could not be verified: its
 * sum is not known, or the page can take none.
 */
export function unpackedOf(asset: Asset): Asset | null {
  const { unpacked_sha256, sha256, unpacked_bytes: bytes } = asset;
  const known = asset.encoding === "identity" ? sha256 : unpacked_sha256;
  return known && globalThis.crypto?.subtle ? { ...asset, sha256: known, bytes } : null;
}

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
  const reader = pieces(shipped).pipeThrough(new DecompressionStream("gzip")).getReader();
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

/** The same memory, piece by piece; a Blob would hold a copy. Small pieces keep the page alive. */
function pieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.subarray(at, at + PIECE));
      at += PIECE;
    },
  });
}
