// Exits with 0 where this Node.js is new enough to build with ("engines" in package.json), else with
// 1. Asked by hatch_build.py and the Makefile, which then take one from PyPI (requirements.txt).
import { readFileSync } from "node:fs";

const { engines } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const [needed, present] = [engines.node, process.versions.node].map((version) =>
  version.match(/\d+/g).map(Number),
);
const first = needed.findIndex((part, place) => part !== present[place]);
process.exit(first === -1 || needed[first] < present[first] ? 0 : 1);
