// The script that holds onnxruntime: a classic worker, or evaluated on the page where workers are
// forbidden (start.ts). onnxruntime starts its own threads from this same script, named em-pthread….
import { ENGINE } from "../constants";
import type { FromWorker, Port, ToWorker } from "../protocol";
import { startEngine } from "./engine";
import { initSessions, openSession } from "./session";

const start = (port: Port<FromWorker, ToWorker>): void =>
  startEngine(port, { init: initSessions, open: openSession });

if (typeof document !== "undefined") {
  (globalThis as { [ENGINE]?: typeof start })[ENGINE] = start;
} else if (!self.name.startsWith("em-pthread")) {
  start(self as unknown as Port<FromWorker, ToWorker>);
}
