// @vitest-environment jsdom
// What jsdom can lay out; tests/e2e/test_find_reading.py reads whole pages in Chromium.
import { afterEach, describe, expect, it, test } from "vitest";
import { readPage } from "../../../src/hosts/page/reading";
import { TextBuilder } from "../../../src/hosts/page/text-builder";

afterEach(() => document.body.replaceChildren());

function put(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.body;
}

const read = (html: string): string => readPage(put(html)).text.text;

test.each([
  [
    "words in a line",
    "<p>Bert <b>is</b> Er<i>nie</i>’s\n   friend.</p>",
    "Bert is Ernie’s friend.",
  ],
  [
    "paragraphs",
    "<p>One</p><p>Two</p>\n<div>Three</div><div>Four</div>",
    "One\n\nTwo\n\nThree\nFour",
  ],
  ["line breaks", "One<br>two<br><br><br>three<br><p>Four</p>", "One\ntwo\n\nthree\n\nFour"],
  ["lists", "<ul><li>Eggs</li> <li>Milk<ul><li>fresh</li></ul></li></ul>", "Eggs\nMilk\nfresh"],
  [
    "tables",
    "<table><caption>Trains</caption><tr><th>To</th><th>At</th></tr> <tr><td>Oslo</td>" +
      "<td></td><td>9:10</td></tr></table>After",
    "Trains\nTo\tAt\nOslo\t\t9:10\n\nAfter",
  ],
  ["boxes in a line", "<button>Buy</button><button>Share</button>", "Buy Share"],
  ["no-break spaces", "<p>10\u00a0kg\u00a0 net</p>", "10\u00a0kg\u00a0 net"],
  ["spaces at borders", "<p> a <b> b </b> c </p> <p> d</p>", "a b c\n\nd"],
])("%s are read as a reader sees them", (_, html, text) => {
  expect(read(html)).toBe(text);
});

// jsdom does not know of `white-space: pre-line`.
test("empty lines that a style keeps are kept", () => {
  const builder = new TextBuilder();
  builder.add(document.createTextNode("Hours\n \nTen  to\nfive"), "lines");
  expect(builder.finish().text).toBe("Hours\n\nTen to\nfive");
});

describe("what is not read", () => {
  test.each([
    ["display: none", '<p style="display: none">x</p>'],
    ["hidden", "<p hidden>x</p>"],
    ["visibility: hidden", '<p style="visibility: hidden">x</p>'],
    ["aria-hidden", '<span aria-hidden="true">x</span>'],
    [
      "text for screen readers alone",
      `<span style="position: absolute; width: 1px; height: 1px;
      overflow: hidden">x</span>`,
    ],
    ["text moved out of the page", '<p style="position: absolute; left: -9999px">x</p>'],
    ["text above the page", '<p style="position: fixed; top: -1000px">x</p>'],
    ["text that a picture stands for", '<div style="text-indent: -9999px"><a>x</a></div>'],
    ["text without a size", '<span style="font-size: 0px">x</span>'],
    ["hidden until found", '<p style="content-visibility: hidden">x</p>'],
    ["closed details", "<details><p>x</p></details>"],
    ["scripts", "<script type='text/plain'>x</script><style>x {}</style><noscript>x</noscript>"],
    ["templates", "<template><p>x</p></template>"],
    ["what readers type", "<textarea>x</textarea><input value=x><select><option>x</select>"],
    ["pictures", '<img alt="x"><svg><title>x</title><text>x</text></svg>'],
    ["readings above a script", "<ruby><rp>(</rp><rt>x</rt></ruby>"],
    ["comments", "<!-- x -->"],
  ])("%s", (_, html) => {
    expect(read(`<p>Before</p>${html}<p>After</p>`)).toBe("Before\n\nAfter");
  });

  it("leaves out the bar, and what is outside of the element", () => {
    put("<nav>Menu</nav><main>Text <div id=bar>Ask</div> here</main>");
    const bar = document.getElementById("bar");
    expect(readPage(document.querySelector("main")!, bar).text.text).toBe("Text here");
  });

  it("reads what shows within what is hidden", () => {
    expect(read('<p style="position: absolute; left: -300px">y</p>')).toBe("y");
    const html = '<div style="visibility: hidden">x <b style="visibility: visible">y</b></div>';
    expect(read(html)).toBe("y");
    expect(read("<details><summary>Title</summary>x</details>")).toBe("Title");
    expect(read("<details open><summary>Title</summary>x</details>")).toBe("Title\nx");
  });
});

describe("trees within the page", () => {
  it("reads open shadow roots with what their slots were given, in the order that is shown", () => {
    const body = put("<x-card>given <b slot=name>Bert</b></x-card>");
    const root = body.firstElementChild!.attachShadow({ mode: "open" });
    root.innerHTML =
      "<style>b {}</style><h2><slot name=name></slot></h2><slot></slot>" +
      "<slot name=none>fallback</slot>";
    const { text, roots } = readPage(body);
    expect(text.text).toBe("Bert\n\ngiven fallback");
    expect(roots).toEqual([body, root]);
    const marked = text.ranges(0, 11).map((range) => range.toString());
    expect(marked).toEqual(["Bert", "given"]);
  });

  it("reads frames of the same origin, each on lines of its own", () => {
    const body = put("Before<iframe></iframe>after");
    const inner = body.querySelector("iframe")!.contentDocument!;
    inner.body.innerHTML = "<p>Framed</p>";
    const { text, roots } = readPage(body);
    expect(text.text).toBe("Before\n\nFramed\n\nafter");
    expect(roots).toEqual([body, inner]);
    const [range] = text.ranges(8, 14);
    expect(range!.startContainer.ownerDocument).toBe(inner);
  });
});

describe("where words stand", () => {
  it("finds every word at its place, whatever stands between", () => {
    const body = put(
      "<p>\n  One  <b>two</b>\n three 🦊 four</p><ul><li>five</li></ul><pre> six\n</pre>",
    );
    const { text } = readPage(body);
    for (const { 0: word, index } of text.text.matchAll(/\S+/g)) {
      expect(text.ranges(index, index + word.length).map(String)).toEqual([word]);
    }
  });

  it("gives a range per text node, without the borders of blocks", () => {
    const { text } = readPage(put("<p>One <i>two</i></p><p>three</p>"));
    expect(text.text).toBe("One two\n\nthree");
    expect(text.ranges(0, text.text.length).map(String)).toEqual(["One ", "two", "three"]);
    expect(text.ranges(7, 9)).toEqual([]);
    const spaced = readPage(put("<p>one\n    two</p>"));
    expect(spaced.text.ranges(0, 7).map(String)).toEqual(["one\n    two"]);
  });

  it("knows when the page no longer says so", () => {
    const body = put("<p>One two</p><p>three</p>");
    const { text } = readPage(body);
    expect(text.stands(4, 7)).toBe(true);
    expect(text.stands(4, 14)).toBe(true);
    body.lastElementChild!.remove();
    expect(text.stands(4, 14)).toBe(false);
    (body.firstElementChild!.firstChild as Text).data = "One";
    expect(text.stands(4, 7)).toBe(false);
    expect(text.ranges(4, 7)).toEqual([]);
  });
});
