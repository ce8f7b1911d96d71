// The optional worker with WebGPU; build.mjs bundles it with that edition of onnxruntime-web.

import type { FromWorker, Port, ToWorker } from "../protocol";
import { startEngine } from "./engine";
import { hereOnly } from "./hands";
import { initSessions } from "./session";
import { webGpuSessions } from "./webgpu-session";

const port = self as unknown as Port<FromWorker, ToWorker>;
const open = webGpuSessions((message) => port.postMessage({ kind: "dead", message }));
// The graphics card is one: further workers would only share it.
startEngine(port, hereOnly({ init: initSessions, open }));
