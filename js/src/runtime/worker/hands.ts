// Where the engine's hands come from: workers of the same script, or this thread.
import type { Port } from "../protocol";
import { HAND_NAME, spawn } from "../spawn";
import type { Hands } from "./crew";
import { type Sessions, serveHand } from "./hand";
import type { FromHand, ToHand } from "./hand-protocol";
import type { HandHandle } from "./member";

/** For an engine in a worker; its script must serve as a hand when it is called so. */
export function workerHands(sessions: Sessions): Hands {
  let own: string | undefined;
  return {
    ...hereOnly(sessions),
    spawn: async (onDeath, script) => {
      // A page opened from disk has an origin that equals no other: the page's blob: URL, from which
      // the engine came, is foreign to the engine. One that it makes itself is its own.
      if (script !== undefined) own ??= URL.createObjectURL(script);
      const port = await spawn(own ?? self.location.href, HAND_NAME, onDeath);
      return { port, stop: () => port.terminate() };
    },
  };
}

/** For an engine on the page, or one whose sessions can only be in one place. */
export function hereOnly(sessions: Sessions): Hands {
  return { spawn: null, here: () => handHere(sessions) };
}

function handHere(sessions: Sessions): HandHandle {
  const { port1, port2 } = new MessageChannel();
  serveHand(port2 as unknown as Port<FromHand, ToHand>, sessions);
  return { port: port1, stop: () => port1.close() };
}
