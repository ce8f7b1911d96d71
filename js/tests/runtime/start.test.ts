// The engine's start, as far as no browser is needed.
import { afterEach, expect, test, vi } from "vitest";
import { startEngine } from "../../src/runtime/start";

afterEach(() => vi.unstubAllGlobals());

const start = () => startEngine({ onDeath: () => {}, cautious: false });

test.each([
  ["not there", undefined],
  [
    "forbidden by the page",
    {
      Module: class {
        constructor() {
          throw new Error("violates the following Content Security Policy directive");
        }
      },
    },
  ],
])("WebAssembly that is %s is said before anything is loaded", async (_, WebAssembly) => {
  vi.stubGlobal("WebAssembly", WebAssembly);
  await expect(start()).rejects.toThrow(/forbids WebAssembly.*'wasm-unsafe-eval'/);
});
