// @vitest-environment jsdom
// What the bar of <qna-find> says and asks; tests/e2e/test_find_use.py shows the rest in Chromium.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Find } from "../../../src/hosts/page/find";
import { FakeClient, result } from "../../component/fake-client";
import { makeModel } from "../../runtime/fake-model";

const NOWHERE = "There is no such element.";
const { manifest } = makeModel("one");
let client: FakeClient;
let root: ShadowRoot;
let stop: AbortController;
let target: Element | null;
let open: () => Promise<{ manifest: typeof manifest; sources: []; client: FakeClient }>;

const settle = () => vi.advanceTimersByTimeAsync(0);
const part = <T extends Element>(selector: string): T => root.querySelector<T>(selector)!;
const line = () => part("p.line").textContent;
const said = () => part("[role=status]").textContent;
/** Long enough for the page to have come to rest, and for what is said to be said. */
const pause = () => vi.advanceTimersByTimeAsync(5000);
const alerts = () => root.querySelectorAll("[role=alert]").length;
const asked = () => client.asks.map(({ args }) => `${args.question} ${args.passage}`);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync() {}
    },
  );
  // jsdom lays nothing out.
  Range.prototype.getBoundingClientRect = () => document.body.getBoundingClientRect();
  document.body.innerHTML = "<main><p>It is a zebra.</p></main>";
  target = document.querySelector("main");
  open = async () => ({ manifest, sources: [], client });
  begin();
});

afterEach(() => {
  stop.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Makes a bar that a reader goes to. */
function begin(): void {
  stop?.abort();
  stop = new AbortController();
  client = new FakeClient();
  const host = document.createElement("div");
  document.body.append(host);
  root = host.attachShadow({ mode: "open" });
  const options = { target: () => target ?? fail(), host, root, open: () => open() };
  new Find(options, stop.signal).focus();
}

function fail(): never {
  throw new Error(NOWHERE);
}

async function load(): Promise<void> {
  await settle();
  client.loads[0]!.resolve({ backend: "wasm, 1 thread" });
  await settle();
}

/** Types a question; asks it at once by Enter, or only by a rest. */
async function ask(question: string, by: "Enter" | "rest" = "Enter"): Promise<void> {
  const input = part<HTMLInputElement>("input");
  input.value = question;
  input.dispatchEvent(new Event("input"));
  const key = { key: "Enter", bubbles: true };
  if (by === "Enter") input.dispatchEvent(new KeyboardEvent("keydown", key));
  await vi.advanceTimersByTimeAsync(by === "Enter" ? 0 : 260);
}

test.each(["Enter", "rest"] as const)(
  "an element that is there again is read, by %s",
  async (by) => {
    await load();
    const main = target;
    target = null;
    await ask("Where is it?", by);
    expect([line(), alerts()]).toEqual([NOWHERE, 1]);
    expect(client.asks).toEqual([]);
    target = main;
    await ask("What is it?", by);
    expect(alerts()).toBe(0);
    expect(asked()).toEqual(["What is it? It is a zebra."]);
  },
);

test.each(["main", "body"])("that the page has another %s now is noticed", async (which) => {
  await load();
  await ask("What is it?");
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  const other = document.createElement(which);
  other.innerHTML = "<main><p>It is a gnu.</p></main>";
  document.querySelector(which)!.replaceWith(other);
  await vi.advanceTimersByTimeAsync(5000);
  expect(line()).toBe("The page has changed since it was read.");
});

test("'Try again' reads the page again and starts no second model", async () => {
  const [there, main] = [open, target];
  const slow = vi.fn(() => new Promise((soon) => setTimeout(soon, 5000)).then(there));
  open = slow;
  begin();
  target = null;
  await ask("What is it?");
  expect([line(), alerts()]).toEqual([NOWHERE, 1]);
  target = main;
  part<HTMLButtonElement>("button.word").click();
  await vi.advanceTimersByTimeAsync(5000);
  await load();
  expect(alerts()).toBe(0);
  expect(slow).toHaveBeenCalledTimes(1);
  expect(asked()).toEqual(["What is it? It is a zebra."]);
});

test("no answer to a former question comes below what could not be read", async () => {
  await load();
  await ask("What is it?");
  target = null;
  await ask("Where is it?");
  client.asks[0]!.resolve(result("It is a zebra."));
  await settle();
  expect([line(), alerts()]).toEqual([NOWHERE, 1]);
  expect(part("button[aria-label='Next answer']").ariaDisabled).toBe("true");
  await ask("");
  expect([line(), alerts()]).toEqual(["", 0]);
});

test("a model that did not come is said until it is tried again, whatever is asked", async () => {
  const there = open;
  open = async () => fail();
  begin();
  await settle();
  await ask("What is it?");
  expect([line(), alerts()]).toEqual([NOWHERE, 1]);
  open = there;
  part<HTMLButtonElement>("button.word").click();
  await load();
  expect(alerts()).toBe(0);
  expect(asked()).toEqual(["What is it? It is a zebra."]);
});

test("a bar that is gone before its model came lets go of that", async () => {
  await settle();
  let arrive = (): void => {};
  open = async () => {
    await new Promise<void>((resolve) => {
      arrive = resolve;
    });
    return { manifest, sources: [], client };
  };
  begin();
  stop.abort();
  arrive();
  await settle();
  expect(client.released).toBe(1);
});

test("who hears the bar is told that the page has changed, not an answer that is gone", async () => {
  await load();
  await ask("What is it?");
  client.asks[0]!.resolve(result("It is a zebra."));
  await settle();
  await pause();
  expect(said()).toMatch(/^Answer 1 of 1: It is a zebra\./u);
  target!.querySelector("p")!.textContent = "It is a gnu.";
  await pause();
  expect(line()).toBe("The page has changed since it was read.");
  expect(said()).toBe(line());
});

test("who hears the bar is told that there is no text", async () => {
  await load();
  target!.innerHTML = "";
  await ask("What is it?");
  await pause();
  expect([line(), said()]).toEqual(Array(2).fill("There is no text to read here."));
  await ask("");
  await pause();
  expect(said()).toBe("");
});

test("the arrows go to what came nearest, as the keys do", async () => {
  await load();
  await ask("What is it?");
  client.asks[0]!.resolve({ ...result("zebra"), no_answer: true });
  await settle();
  expect(line()).toContain("What came nearest is underlined.");
  part<HTMLButtonElement>("button[aria-label='Next answer']").click();
  expect(part(".count").textContent).toBe("1 of 1");
});

test("an answer to the former question shows nothing while another one is typed", async () => {
  const scrolled = vi.spyOn(window, "scrollBy").mockReturnValue(undefined);
  Range.prototype.getBoundingClientRect = () => new DOMRect(0, 5000, 10, 10);
  await load();
  await ask("What is it?");
  const input = part<HTMLInputElement>("input");
  input.value = "Where";
  input.dispatchEvent(new Event("input"));
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  expect(scrolled).not.toHaveBeenCalled();
  expect(part("span.count").textContent).toBe("");
  input.value = "What is it?";
  input.dispatchEvent(new Event("input"));
  expect(scrolled).toHaveBeenCalledTimes(1);
  scrolled.mockRestore();
});

test("who comes back to the bar asks about the page as it is shown then", async () => {
  document.body.innerHTML =
    "<style>body:not(.tab) #tab { display: none }</style>" +
    "<main><p>It is a zebra.</p><p id='tab'>It lives here.</p></main>";
  target = document.querySelector("main");
  begin();
  await load();
  await ask("What is it?");
  document.body.className = "tab"; // outside of what is watched
  part("input").dispatchEvent(new Event("focus"));
  await ask("Where is it?");
  document.body.className = "";
  expect(asked()[1]).toBe("Where is it? It is a zebra.\n\nIt lives here.");
});

test("a key by which an input method ends asks nothing", async () => {
  await load();
  await ask("What is it?", "rest");
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  const input = part<HTMLInputElement>("input");
  input.value = "Where?";
  input.dispatchEvent(new Event("input"));
  const safari = { key: "Enter", keyCode: 229, bubbles: true };
  input.dispatchEvent(new KeyboardEvent("keydown", safari));
  await settle();
  expect(client.asks).toHaveLength(1);
});
