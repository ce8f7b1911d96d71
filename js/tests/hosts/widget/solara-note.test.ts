// @vitest-environment jsdom
// The note that Solara's page is lent (qna_widget/hosts/widget/undrawn.py).

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeEach, expect, test } from "vitest";

const note = readFileSync(resolve("../qna_widget/hosts/widget/solara/custom.js"), "utf8");

beforeEach(() => {
  document.body.innerHTML = `<div id="app"></div>`;
});

function run(source: string): void {
  const script = document.createElement("script");
  script.textContent = source;
  document.head.append(script);
}

test("a page whose scripts did not come says so", () => {
  run(note);
  const said = document.querySelector("#app [role=alert]");
  expect(said?.textContent).toContain("pip install solara-assets");
});

test("a page that has them says nothing", () => {
  run("window.Vue = {}");
  run(note);
  expect(document.getElementById("app")?.childNodes).toHaveLength(0);
});

test("Solara puts it into the page itself, where no request can fail", () => {
  expect(note.length).toBeLessThan(10 * 1024);
  expect(note).not.toContain("currentScript");
});
