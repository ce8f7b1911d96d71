// @vitest-environment jsdom
import { beforeEach, expect, it } from "vitest";
import { FileDrop } from "../../../src/view/passage/drop";

/** A file whose content comes when it is let. */
function slow(name: string, text: string): { readonly file: File; readonly come: () => void } {
  const bytes = new TextEncoder().encode(text);
  let come = (): void => {};
  const content = new Promise<ArrayBuffer>((resolve) => {
    come = () => resolve(bytes.buffer);
  });
  const file = Object.assign(new File([bytes], name), { arrayBuffer: () => content });
  return { file, come };
}

const read = () => new Promise((resolve) => setTimeout(resolve));
let box: HTMLElement;
let texts: string[];
let drops: FileDrop;

beforeEach(() => {
  box = document.createElement("div");
  texts = [];
  drops = new FileDrop(box, (text) => texts.push(text), new AbortController().signal);
});

function drop(file: File): void {
  const event = new Event("drop", { cancelable: true });
  box.dispatchEvent(Object.assign(event, { dataTransfer: { types: ["Files"], files: [file] } }));
}

it("takes the file that was dropped last, whichever is read first", async () => {
  const [large, small] = [slow("large.txt", "A book."), slow("small.txt", "A page.")];
  drop(large.file);
  drop(small.file);
  small.come();
  large.come();
  await read();
  expect(texts).toEqual(["A page."]);
});

it("puts no file over what was written while that was on its way", async () => {
  const late = slow("book.txt", "A book.");
  drop(late.file);
  drops.clear(); // as at each text that comes to stand there
  late.come();
  await read();
  expect(texts).toEqual([]);
  const next = slow("page.txt", "A page.");
  drop(next.file);
  next.come();
  await read();
  expect(texts).toEqual(["A page."]);
});
