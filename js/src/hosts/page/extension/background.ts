// The extension's service worker: the button, or its key, opens the bar on the page at hand.
import { browser, type Tab } from "./chrome";
import { WAKE } from "./protocol";

const MODEL = "offscreen.html";
const AGAIN_MS = 500;
let starting: Promise<void> | null = null;

/** Starts the document that holds the model, unless it is there: Chrome allows one. */
function wake(): Promise<void> {
  starting ??= start().finally(() => {
    starting = null;
  });
  return starting;
}

async function start(): Promise<void> {
  const there = await browser.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] });
  if (there.length > 0) return;
  await browser.offscreen.createDocument({
    url: MODEL,
    reasons: ["WORKERS"],
    justification: "Runs the model that answers questions about the page, on this machine.",
  });
}

async function open({ id: tabId }: Tab): Promise<void> {
  if (tabId === undefined) return;
  // A head start: the bar asks for it, too, and says what is wrong with it.
  wake().catch(() => {});
  const inject = () => browser.scripting.executeScript({ target: { tabId }, files: ["find.js"] });
  try {
    // A page that is just coming may refuse for a moment.
    await inject().catch(() => new Promise((rest) => setTimeout(rest, AGAIN_MS)).then(inject));
  } catch (error) {
    console.warn(error);
    await browser.action.setBadgeText({ tabId, text: "–" });
    await browser.action.setTitle({ tabId, title: "The browser lets no extension read this page" });
  }
}

browser.action.onClicked.addListener((tab) => void open(tab));
browser.runtime.onMessage.addListener((message, _sender, reply) => {
  if (message !== WAKE) return false;
  wake().then(
    () => reply(true),
    () => reply(false),
  );
  return true; // the reply comes later
});
