// @vitest-environment jsdom
import { expect, it } from "vitest";
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

it("takes the file that was dropped last, whichever is read first", async () => {
  const box = document.createElement("div");
  const texts: string[] = [];
  new FileDrop(box, (text) => texts.push(text), new AbortController().signal);
  const drop = (file: File): void => {
    const event = new Event("drop", { cancelable: true });
    box.dispatchEvent(Object.assign(event, { dataTransfer: { types: ["Files"], files: [file] } }));
  };
  const [large, small] = [slow("large.txt", "A book."), slow("small.txt", "A page.")];
  drop(large.file);
  drop(small.file);
  small.come();
  large.come();
  await new Promise((resolve) => setTimeout(resolve));
  expect(texts).toEqual(["A page."]);
});
