// Temporary: engine properties until the generated tables are in.
export const REMOVED = 1;
export const SPACE = 2;
export const CJK = 4;
export const MARK = 8;
export const PUNCTUATION = 16;
export const LOWER = 32;
export const DECOMPOSES = 64;
export const ORDERED = 128;

export interface Unicode {
  readonly flags: Uint8Array;
  lower(char: number): number;
  combiningClass(char: number): number;
  decompose(char: number): number[];
}

let built: Unicode | undefined;

export function unicode(): Unicode {
  if (built) return built;
  const flags = new Uint8Array(0x110000);
  for (let c = 0; c < 0x110000; c++) {
    const s = String.fromCodePoint(c);
    if (/[\t\n\r\p{Z}]/u.test(s)) flags[c] = SPACE;
    else if (c === 0xfffd || /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(s)) flags[c] = REMOVED;
    else {
      let flag = 0;
      if (/\p{Mn}/u.test(s)) flag |= MARK;
      if (/[!-/:-@[-`{-~\p{P}]/u.test(s)) flag |= PUNCTUATION;
      if (s.toLowerCase() !== s) flag |= LOWER;
      if (s.normalize("NFD") !== s) flag |= DECOMPOSES;
      if (
        c >= 0x3400 &&
        /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u.test(s)
      )
        flag |= CJK;
      flags[c] = flag;
    }
  }
  built = {
    flags,
    lower: (char) => String.fromCodePoint(char).toLowerCase().codePointAt(0)!,
    combiningClass: () => 0,
    decompose: (char) =>
      Array.from(String.fromCodePoint(char).normalize("NFD"), (c) => c.codePointAt(0)!),
  };
  return built;
}
