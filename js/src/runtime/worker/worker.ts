// The script that holds onnxruntime: a classic worker, or evaluated on the page where workers are
// forbidden (start.ts). onnxruntime starts its own threads from this same script, named em-pthread…,
// and the engine its hands.
import { ENGINE } from "../constants";
import type { FromWorker, Port, ToWorker } from "../protocol";
import { HAND_NAME } from "../spawn";
import { startEngine } from "./engine";
import { serveHand } from "./hand";
import type { FromHand, ToHand } from "./hand-protocol";
import { hereOnly, workerHands } from "./hands";
import { initSessions, openSession } from "./session";

const sessions = { init: initSessions, open: openSession };

if (typeof document !== "undefined") {
  const onPage = (port: Port<FromWorker, ToWorker>): void => startEngine(port, hereOnly(sessions));
  (globalThis as { [ENGINE]?: typeof onPage })[ENGINE] = onPage;
} else if (self.name === HAND_NAME) {
  const port = self as unknown as Port<FromHand, ToHand>;
  serveHand(port, sessions);
  port.postMessage({ kind: "hello" });
} else if (!self.name.startsWith("em-pthread")) {
  startEngine(self as unknown as Port<FromWorker, ToWorker>, workerHands(sessions));
}
