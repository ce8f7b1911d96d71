import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NAMED = /(?:qna_widget|js\/src|js\/tests)\/[\w./-]+\.(?:py|ts|json)\b/g;

/** Texts by path below the repository's root. */
function read(folder: string, ending: RegExp): [string, string][] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((path) => ending.test(path))
    .map((path) => [`${folder}/${path}`, readFileSync(join(ROOT, folder, path), "utf8")]);
}

test("every file that a source names, in either language, is there", () => {
  const sources = [...read("js/src", /\.ts$/), ...read("qna_widget", /\.py$/)];
  const named = sources.flatMap(([file, text]) =>
    [...text.matchAll(NAMED)].map(([path]) => ({ file, path })),
  );
  expect(named.length).toBeGreaterThan(30);
  const lost = named.filter(({ path }) => !existsSync(join(ROOT, path)));
  expect(lost.map(({ file, path }) => `${file} names ${path}, which is not there`)).toEqual([]);
});
