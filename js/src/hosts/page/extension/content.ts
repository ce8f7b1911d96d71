// The bar on the page at hand. It runs beside the page's scripts, which see neither question nor
// answer: its root is closed. A second click of the button goes to the bar that is there.
import { Find } from "../find";
import { browser } from "./chrome";
import { PORT, WAKE } from "./protocol";
import { RemoteClient } from "./remote-client";

const BAR = Symbol.for("qna-widget/find");
const world = globalThis as { [BAR]?: Find };

function openBar(): Find {
  const host = document.createElement("qna-find-bar");
  const root = host.attachShadow({ mode: "closed", delegatesFocus: true });
  document.documentElement.append(host);
  const alive = new AbortController();
  const client = new RemoteClient(
    () => browser.runtime.connect({ name: PORT }),
    async () => browser.runtime.sendMessage(WAKE),
  );
  return new Find(
    {
      host,
      root,
      float: true,
      target: () => document.body ?? document.documentElement,
      open: async () => ({ manifest: await client.open(), sources: [], client }),
      closed: () => {
        alive.abort();
        host.remove();
        delete world[BAR];
      },
    },
    alive.signal,
  );
}

world[BAR] ??= openBar();
world[BAR].enter();
