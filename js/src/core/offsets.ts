// The one conversion between UTF-16 units (JavaScript) and code points (Python).

/** Converts offsets into one text, both ways. */
export interface OffsetMap {
  /** Length of the text in code points; a lone surrogate is one. */
  readonly code_points: number;
  /**
   * Code points before a UTF-16 offset; one between the halves of a pair is taken as the pair's start.
   * @throws {RangeError} outside 0…text.length.
   */
  toCodePoint(unit: number): number;
  /**
   * UTF-16 units before a code point offset.
   * @throws {RangeError} outside 0…code_points.
   */
  toUnit(code_point: number): number;
}

/** One pass over `text`; each conversion is a binary search among its surrogate pairs. */
export function createOffsetMap(text: string): OffsetMap {
  // UTF-16 offset of each pair, ascending. Pair number k is the code point pairs[k] - k.
  const pairs: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text.codePointAt(at)! > 0xffff) pairs.push(at++);
  }
  const code_points = text.length - pairs.length;

  /** The number of pairs k that begin before an offset, where pair k begins at begin(k). */
  const pairsBefore = (offset: number, begin: (k: number) => number): number => {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (begin(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const check = (offset: number, length: number, unit: string): void => {
    if (!Number.isInteger(offset) || offset < 0 || offset > length) {
      throw new RangeError(`Offset ${offset} is not within the text's 0 to ${length} ${unit}.`);
    }
  };
  return {
    code_points,
    toCodePoint(unit) {
      check(unit, text.length, "UTF-16 units");
      return unit - pairsBefore(unit, (k) => pairs[k]!);
    },
    toUnit(code_point) {
      check(code_point, code_points, "code points");
      return code_point + pairsBefore(code_point, (k) => pairs[k]! - k);
    },
  };
}

/** UTF-16 offsets into `text`, in any order, as code points. Linear in the text. */
export function toCodePoints(text: string, offsets: readonly number[]): number[] {
  return offsets.map(createOffsetMap(text).toCodePoint);
}
