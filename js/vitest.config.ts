import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { version } from "./version.mjs";

export default defineConfig({
  // No test measures time; a busy machine must not fail one.
  test: { testTimeout: 30_000 },
  define: { QNA_WIDGET_VERSION: JSON.stringify(version) },
  resolve: {
    // The bundler puts the worker's script here (build.mjs); unit tests start no worker.
    alias: {
      "worker-source": fileURLToPath(new URL("tests/runtime/no-worker.ts", import.meta.url)),
    },
  },
});
