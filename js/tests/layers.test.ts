import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { findFaults } from "./layers";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

function readSources(): Map<string, string> {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  const paths = files.map((path) => path.replaceAll("\\", "/"));
  return new Map(
    paths
      .filter((path) => path.endsWith(".ts"))
      .map((path) => [path, readFileSync(join(SRC, path), "utf8")]),
  );
}

test("no file of js/src imports upward, and there is no circle", () => {
  const sources = readSources();
  expect(sources.size).toBeGreaterThan(80);
  expect(findFaults(sources)).toEqual([]);
});

test("no file of the front end or its tests has more than 300 lines", () => {
  const files = ["src", "tests"].flatMap((folder) =>
    readdirSync(join(SRC, "..", folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(ts|css)$/.test(path))
      .map((path) => join(SRC, "..", folder, path)),
  );
  expect(files.length).toBeGreaterThan(150);
  const lines = (file: string) => readFileSync(file, "utf8").split("\n").length - 1;
  expect(files.filter((file) => lines(file) > 300)).toEqual([]);
});

describe("the walk", () => {
  const faults = (files: Record<string, string>) => findFaults(new Map(Object.entries(files)));

  it("sees an upward import put into the real sources", () => {
    const sources = readSources();
    const text = sources.get("core/ranking.ts")!;
    sources.set("core/ranking.ts", `import { mountView } from "../view/view";\n${text}`);
    expect(findFaults(sources)[0]).toBe(
      "js/src/core/ranking.ts imports js/src/view/view.ts: core imports nothing but itself.",
    );
  });

  it("names both files of a wrong import, whatever its form", () => {
    const rule = "view imports only core, component.";
    const line = "js/src/view/a.ts imports js/src/runtime/b.ts";
    const b = { "runtime/b.ts": "" };
    for (const text of [
      'import { b } from "../runtime/b";',
      'import type { B } from "../runtime/b";',
      'import {\n  b,\n} from "../runtime/b";',
      'import "../runtime/b";',
      'export { b } from "../runtime/b";',
      'const b = await import("../runtime/b");',
    ]) {
      expect(faults({ "view/a.ts": text, ...b }), text).toEqual([`${line}: ${rule}`]);
    }
  });

  it("sees a circle, and names its way", () => {
    expect(
      faults({
        "core/a.ts": 'import type { B } from "./b";',
        "core/b.ts": 'import type { C } from "./c";',
        "core/c.ts": 'import type { A } from "./a";',
      }),
    ).toEqual([
      "js/src/core/a.ts and js/src/core/c.ts import each other: " +
        "js/src/core/a.ts → js/src/core/b.ts → js/src/core/c.ts → js/src/core/a.ts.",
    ]);
  });

  it("keeps hosts apart, but lets them share", () => {
    const files = { "hosts/outputs.ts": "", "hosts/widget/model.ts": "" };
    const own = { "hosts/widget/widget.ts": 'import "./model"; import "../outputs";' };
    expect(faults({ ...files, ...own })).toEqual([]);
    expect(faults({ ...files, "hosts/streamlit.ts": 'import "./widget/model";' })).toEqual([
      "js/src/hosts/streamlit.ts imports js/src/hosts/widget/model.ts: " +
        "hosts never import each other.",
    ]);
  });

  it("sees tests in what is shipped, and files outside the wings", () => {
    expect(faults({ "view/a.ts": 'import "../../tests/page/scripted";' })).toEqual([
      "js/src/view/a.ts imports js/tests/page/scripted: what is shipped imports no test.",
    ]);
    expect(faults({ "stray.ts": 'import "./core/a";', "core/a.ts": "" })).toEqual([
      "js/src/stray.ts imports js/src/core/a.ts, but it lies in no wing of js/src.",
    ]);
  });
});
