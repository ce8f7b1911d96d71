// A file's bytes on their way from thread to thread.

/** Bytes, or a Blob of them: the browser may keep that out of this process's memory. */
export type Bytes = Uint8Array<ArrayBuffer> | Blob;

/** Bytes are moved to who takes them first; the same in `spare` is for those after. */
export interface Content {
  readonly bytes: Bytes;
  readonly spare: Blob;
}

/** To be sent: the bytes, unless they were moved before. */
export function whatIsLeft({ bytes, spare }: Content): Bytes {
  return bytes instanceof Blob || bytes.byteLength > 0 ? bytes : spare;
}

/** What of it is to be moved. */
export const movable = (bytes: Bytes): Transferable[] =>
  bytes instanceof Blob ? [] : [bytes.buffer];
