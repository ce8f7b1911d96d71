// The bar on the page at hand. It runs beside the page's scripts, which see neither question nor
// answer: its root is closed. A second click of the button goes to the bar that is there.
import { Find } from "../find";
import { browser } from "./chrome";
import { PORT, WAKE } from "./protocol";
import { RemoteClient } from "./remote-client";

const BAR = Symbol.for("qna-widget/find");
const world = globalThis as { [BAR]?: Opened };

interface Opened {
  readonly host: HTMLElement;
  readonly find: Find;
}

function openBar(): Opened {
  const host = document.createElement("qna-find-bar");
  const root = host.attachShadow({ mode: "closed", delegatesFocus: true });
  const alive = new AbortController();
  const client = new RemoteClient(
    () => browser.runtime.connect({ name: PORT }),
    async () => browser.runtime.sendMessage(WAKE),
  );
  const find = new Find(
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
  return { host, find };
}

/** A modal dialog shuts out all that is not in it. */
function reachable(): Element {
  return [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.documentElement;
}

world[BAR] ??= openBar();
const { host, find } = world[BAR];
const place = reachable();
// It may be in a dialog that was closed since, and some pages throw out what is not theirs.
if (host.parentNode !== place) place.append(host);
find.enter();
