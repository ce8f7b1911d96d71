// Lets tests/parity/test_kernel_twin.py go through what the twin of the kernel went through: seeds
// as JSON on stdin, the steps of each seed's script on stdout.
import { readFileSync } from "node:fs";
import { run } from "./script";

const seeds = JSON.parse(readFileSync(0, "utf8")) as number[];
const scripts = [];
for (const seed of seeds) {
  // Python fetches in threads, which do not come in the same order twice; long texts take long.
  const world = await run({ seed, tooLong: false, fetching: false, keep: true });
  scripts.push({ seed, steps: world.steps });
  world.close();
}
process.stdout.write(JSON.stringify(scripts));
