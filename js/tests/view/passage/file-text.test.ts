import { describe, expect, it } from "vitest";
import { textOfFile } from "../../../src/view/passage/file-text";

const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

describe("a dropped file", () => {
  it("is read as the text that it is", () => {
    expect(textOfFile("a.txt", utf8("\uFEFFOne\r\ntwo 🙂\rthree\n\n"))).toEqual({
      text: "One\ntwo 🙂\nthree",
    });
    const wide = new Uint8Array([0xff, 0xfe, 0x41, 0x00, 0x3d, 0xd8, 0x42, 0xde]);
    expect(textOfFile("wide.txt", wide)).toEqual({ text: "A🙂" });
    expect(textOfFile("a.md", utf8("# <b>Title</b>"))).toEqual({ text: "# <b>Title</b>" });
  });

  it.each([
    ["a.pdf", utf8("%PDF-1.7 …"), "“a.pdf” is a PDF. Python can read it"],
    ["renamed.txt", utf8("%PDF-1.7 …"), "is a PDF"],
    ["page.HTML", utf8("<p>x"), "is a web page. Python can read it"],
    ["page.txt", utf8(" <!doctype html><p>x"), "is a web page"],
    ["photo.jpg", new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), "is not a text file"],
    ["old.txt", new Uint8Array([0x63, 0x61, 0x66, 0xe9]), "is not a text file"],
    ["data.bin", new Uint8Array([65, 0, 66]), "is not a text file"],
    ["empty.txt", utf8(" \n"), "holds no text"],
    ["big.txt", new Uint8Array(50_000_001), "has 50 MB; at most 50 MB are read"],
  ])("%s is refused in a sentence", (name, bytes, words) => {
    const found = textOfFile(name, bytes);
    expect("refusal" in found && found.refusal).toContain(words);
  });
});
