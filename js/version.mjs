// The package's version; its one place is pyproject.toml.
import { readFileSync } from "node:fs";

const project = readFileSync(new URL("../pyproject.toml", import.meta.url), "utf8");
const found = /^version = "([^"]+)"$/m.exec(project);
if (found === null) throw new Error('pyproject.toml holds no line: version = "…"');
export const version = found[1];
