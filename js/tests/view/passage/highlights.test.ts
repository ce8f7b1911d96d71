// @vitest-environment jsdom
// How much of a text the highlight layer lays out at a time.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Highlights } from "../../../src/view/passage/highlights";

const AT_ONCE = 65_536;
/** A piece ends with its line, some units beyond 4,096. */
const PIECE = 4_200;
const LINE = "the mill stood still, and nobody at the mill remembered the rain\n";
const BOOK = LINE.repeat(Math.ceil(500_000 / LINE.length));

let frames: (() => void)[] = [];
let laid: number;
let layer: Highlights;

beforeEach(() => {
  frames = [];
  laid = 0;
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => frames.push(callback));
  vi.stubGlobal("cancelAnimationFrame", (frame: number) => {
    frames[frame - 1] = () => {};
  });
  layer = new Highlights(() => laid++);
});
afterEach(() => vi.unstubAllGlobals());

const frame = () => frames.at(-1)!();
const pieces = () => [...layer.element.children] as HTMLElement[];
const shown = () =>
  pieces().reduce((sum, { hidden, textContent }) => sum + (hidden ? 0 : textContent.length), 0);

test("a book is laid out over several frames, each so much and no more", () => {
  layer.setText(BOOK);
  expect(layer.element.textContent).toBe(BOOK);
  let before = 0;
  let waited = 0;
  for (; layer.busy; waited++) {
    expect(shown() - before).toBeLessThanOrEqual(AT_ONCE + PIECE);
    before = shown();
    frame();
  }
  expect(waited).toBeGreaterThanOrEqual(7);
  expect(shown()).toBe(BOOK.length);
  expect(laid).toBe(1);
});

test("a short text is there at once, and an edit of a long one", () => {
  layer.setText(LINE.repeat(900));
  expect([layer.busy, frames.length]).toEqual([false, 0]);
  layer.setText(`x${LINE.repeat(900)}`);
  expect([layer.busy, frames.length, laid]).toEqual([false, 0, 0]);
  expect(pieces().every(({ hidden }) => !hidden)).toBe(true);
});

test("one line that is longer than all that waits for the next frame", () => {
  const line = LINE.trim().repeat(2_000);
  layer.setText(line);
  expect(shown()).toBe(0);
  frame();
  frame();
  expect([shown(), layer.busy]).toEqual([line.length, false]);
});

test("an edit meanwhile goes on with what is still to come", () => {
  layer.setText(BOOK);
  frame();
  layer.setText(`${BOOK}the end`);
  while (layer.busy) frame();
  expect([shown(), laid]).toEqual([BOOK.length + 7, 1]);
  layer.setText(BOOK.replaceAll("mill", "tower"));
  layer.setText("short");
  expect([shown(), layer.busy]).toEqual([5, false]);
});

test("who asks where an answer stands gets all laid out", () => {
  layer.setText(BOOK);
  const start = BOOK.length - 20;
  layer.setMarks([{ rank: 1, start, end: start + 4 }]);
  expect(layer.busy).toBe(true);
  expect(layer.find(1).map(({ textContent }) => textContent)).toEqual([
    BOOK.slice(start, start + 4),
  ]);
  expect([shown(), layer.busy]).toEqual([BOOK.length, false]);
});
