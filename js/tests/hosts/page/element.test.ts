// @vitest-environment jsdom
// The element itself; what its bar says and asks is in find.test.ts.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let bar: HTMLElement;
const field = () => bar.shadowRoot!.querySelector("input")!;

beforeEach(async () => {
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync() {}
    },
  );
  await import("../../../src/hosts/page/element");
  document.body.innerHTML = "<header></header><footer></footer><qna-find></qna-find>";
  bar = document.querySelector("qna-find")!;
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

test("moved by the page it has what was typed", () => {
  field().value = "Where is it?";
  for (const place of ["header", "footer"]) {
    document.querySelector(place)!.append(bar);
    expect(field().value).toBe("Where is it?");
  }
});

test("which files there are is asked of the server each time, whatever the browser has kept", () => {
  const fetched = vi.fn(async () => new Response("none", { status: 404 }));
  vi.stubGlobal("fetch", fetched);
  field().dispatchEvent(new Event("focus"));
  expect(fetched).toHaveBeenCalledWith(expect.any(URL), { cache: "no-cache" });
});
