import { describe, expect, it } from "vitest";
import { bytes, count, duration, percent, score, thresholdText } from "../../src/view/format";

describe("figures", () => {
  it("does not round to nothing or to certainty", () => {
    expect([0, 0.0004, 0.001, 0.0391, 0.784, 0.999, 0.99951, 1].map(percent)).toEqual([
      "<0.1%",
      "<0.1%",
      "0.1%",
      "3.9%",
      "78.4%",
      "99.9%",
      ">99.9%",
      ">99.9%",
    ]);
    expect(percent(Number.NaN)).toBe("–");
  });

  it("writes scores with a true minus sign, and no negative zero", () => {
    expect([9.314, -1.2, -0.001, 0].map((n) => score(n))).toEqual([
      "9.31",
      "\u22121.20",
      "0.00",
      "0.00",
    ]);
    expect(score(Number.NEGATIVE_INFINITY)).toBe("–");
  });

  it("writes thresholds with the digits that they need", () => {
    const given = [0, 12, -2.5, 0.7, 0.25];
    expect(given.map((n) => thresholdText(n))).toEqual(["0", "12", "\u22122.5", "0.7", "0.25"]);
    expect(given.map((n) => thresholdText(n, 1))).toEqual([
      "0.0",
      "12.0",
      "\u22122.5",
      "0.7",
      "0.25",
    ]);
  });

  it("writes bytes, times and counts for people", () => {
    expect([380_000, 999_499, 999_500, 25_700_000].map(bytes)).toEqual([
      "380 kB",
      "999 kB",
      "1.0 MB",
      "25.7 MB",
    ]);
    expect([0.3, 184.2, 999.7, 2400, 59_960, 80_000].map(duration)).toEqual([
      "<1 ms",
      "184 ms",
      "1.0 s",
      "2.4 s",
      "1 min 0 s",
      "1 min 20 s",
    ]);
    expect([count(1, "token"), count(1204, "token")]).toEqual(["1 token", "1,204 tokens"]);
  });
});
