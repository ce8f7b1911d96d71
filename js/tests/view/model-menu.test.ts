// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import type { Actions, ComponentState, ModelChange } from "../../src/component/state";
import { initialState } from "../../src/component/state";
import { ModelMenu } from "../../src/view/model-menu";

const BUNDLED = { name: "bundled", title: "MiniLM", where: "package", bytes: 18.8e6, cached: true };
const HUB = { name: "big", title: "MobileBERT", where: "hub", bytes: 98.5e6, cached: false };
const MODELS = [BUNDLED, HUB] as ComponentState["models"];

let chosen: string[];
let menu: ModelMenu;
let stop: AbortController;
const select = () => menu.field.querySelector("select")!;
const text = (selector: string) => menu.wait.querySelector(selector)!.textContent;
const isShown = (selector: string) =>
  menu.wait.querySelector(selector)!.closest("[hidden]") === null;

beforeEach(() => {
  chosen = [];
  stop = new AbortController();
  const actions = { setOptions: vi.fn(({ model }) => chosen.push(model)) };
  menu = new ModelMenu(actions as unknown as Actions, stop.signal);
  document.body.append(menu.field, menu.wait);
});

afterEach(() => {
  stop.abort();
  document.body.replaceChildren();
});

function draw(model: string, change: Partial<ModelChange> | null = null, models = MODELS): void {
  const whole = change && { model, former: "bundled", progress: null, error: "", ...change };
  const inputs = { ...DEFAULT_INPUTS, model };
  menu.draw({ ...initialState(inputs), models, model: "MiniLM", change: whole });
}

test("it offers what Python says, and what is chosen already", () => {
  draw("auto");
  expect([...select().options].map((option) => option.text)).toEqual([
    "Automatic: best at hand",
    "MiniLM, 18.8 MB",
    "MobileBERT, 98.5 MB to download",
  ]);
  expect(select().value).toBe("auto");
  draw("owner/name");
  expect(select().selectedOptions[0]!.text).toBe("MiniLM");
  select().value = "big";
  select().dispatchEvent(new Event("change"));
  expect(chosen).toEqual(["big"]);
});

test("a folder of the server is shown by its name, not by its path", () => {
  draw("/srv/models/claims", { former: "auto" });
  expect(select().selectedOptions[0]!.text).toBe("claims");
  expect(menu.wait.textContent).toContain("claims: Waiting for Python");
  draw("C:\\models\\claims", { error: "No." });
  expect(menu.wait.textContent).toContain("claims is not used");
  expect(document.body.textContent).not.toContain("models");
  draw("owner/name@v2", {});
  expect(select().selectedOptions[0]!.text).toBe("owner/name@v2");
});

test("what Python fetches unasked shows how far it is, and is told quietly once it is there", () => {
  const offer = () => menu.offer.textContent?.trim();
  const arriving = (arrived: number | null, cached = false) =>
    draw("auto", null, [BUNDLED, { ...HUB, cached, arrived }] as ComponentState["models"]);
  arriving(0.456);
  expect(offer()).toBe("MiniLM answers. MobileBERT is being fetched: 45 % of 98.5 MB.");
  expect(menu.offer.querySelector("button")!.hidden).toBe(true);
  arriving(1);
  expect(offer()).toBe("MiniLM answers. MobileBERT is downloaded, and being prepared.");
  expect(text("[role=status]")).toBe("");
  arriving(null, true);
  expect(offer()).toBe("MobileBERT is here now: choose it under Model.");
  expect(text("[role=status]")).toBe("MobileBERT is here now: choose it under Model.");
  expect(chosen).toEqual([]);
});

test("what Python fetched unasked and did not get is offered again", () => {
  draw("auto", null, [BUNDLED, { ...HUB, arrived: 0.2 }] as ComponentState["models"]);
  draw("auto", null, [BUNDLED, { ...HUB, arrived: null }] as ComponentState["models"]);
  expect(menu.offer.textContent).toContain("98.5 MB to fetch once.");
});

test("what can be fetched is offered, and no warning; what cannot is not", () => {
  draw("auto");
  expect(menu.offer.textContent).toBe(
    "MiniLM answers. There is also MobileBERT, a larger model, 98.5 MB to fetch once. Fetch MobileBERT",
  );
  menu.offer.querySelector("button")!.click();
  expect(chosen).toEqual(["big"]);
  draw("big", {});
  expect(menu.offer.hidden).toBe(true);
  draw("auto", null, [BUNDLED] as ComponentState["models"]);
  expect(menu.offer.hidden).toBe(true);
  expect(document.body.querySelector("[role=alert]")!.textContent).toBe("");
});

test("without a choice there is no menu", () => {
  draw("auto", null, []);
  expect(menu.field.hidden).toBe(true);
});

test("a wait says what for, how far it is and who answers meanwhile; Cancel takes it back", () => {
  draw("big", {});
  expect(text(".qna-status-line")).toBe(
    "MobileBERT: Waiting for Python. MiniLM answers meanwhile.",
  );
  const bar = menu.wait.querySelector("[role=progressbar]")!;
  expect(bar.hasAttribute("aria-valuenow")).toBe(false);
  const step = { stage: "fetch", name: "Downloading big", unit: "bytes" } as const;
  draw("big", { progress: { ...step, loaded: 25e6, total: 100e6 } });
  expect(text(".qna-status-line")).toBe(
    "MobileBERT: Downloading big: 25.0 of 100.0 MB. MiniLM answers meanwhile.",
  );
  expect(bar.getAttribute("aria-valuenow")).toBe("25");
  expect(isShown("button")).toBe(true);
  menu.wait.querySelector("button")!.click();
  expect(chosen).toEqual(["bundled"]);
  draw("bundled");
  expect(isShown("button")).toBe(false);
});

test("a button that goes, by whatever, hands its focus to something that is seen", () => {
  const settings = document.createElement("details");
  settings.append(document.createElement("summary"), menu.field);
  document.body.append(settings);
  const [cancel, again, dismiss] = menu.wait.querySelectorAll("button");
  const failed = { model: "big", error: "The hub did not answer." };
  const focused = () => document.activeElement;
  draw("big", {});
  for (const target of [settings.firstChild, select()]) {
    cancel!.focus();
    draw("big", {});
    expect(focused()).toBe(cancel);
    draw("bundled");
    expect(focused()).toBe(target);
    draw("bundled", failed);
    dismiss!.focus();
    dismiss!.click();
    expect(focused()).toBe(target);
    draw("bundled", { ...failed, error: "The disk is full." });
    again!.focus();
    draw("big", {});
    expect(focused()).toBe(menu.wait.querySelector(".qna-status-line"));
    settings.open = true;
  }
  draw("auto");
  const fetch = menu.offer.querySelector("button")!;
  document.body.append(menu.offer);
  fetch.focus();
  draw("big", {});
  fetch.click();
  expect(focused()).toBe(menu.wait.querySelector(".qna-status-line"));
});

test("the beginning and the end of a wait are read aloud, the steps are not", () => {
  draw("big", {});
  expect(text("[aria-live]")).toBe("Loading MobileBERT. MiniLM answers meanwhile.");
  const step = { stage: "asset", name: "model.onnx", loaded: 1, total: 2, unit: "bytes" } as const;
  draw("big", { progress: step });
  expect(text("[aria-live]")).toBe("Loading MobileBERT. MiniLM answers meanwhile.");
  const inputs = { ...DEFAULT_INPUTS, model: "big" };
  menu.draw({ ...initialState(inputs), models: MODELS, model: "MobileBERT" });
  expect(text("[aria-live]")).toBe("MobileBERT answers.");
});

test("what did not come is an alert, in words, as text", () => {
  draw("bundled", { model: "big", error: "The hub <b>refuses</b> it (401)." });
  expect(text("[role=alert]")).toBe(
    "MobileBERT is not used; MiniLM goes on answering. The hub <b>refuses</b> it (401).",
  );
  expect(menu.wait.querySelector("b")).toBeNull();
  expect(isShown("[role=alert]")).toBe(true);
  expect(isShown(".qna-cancel")).toBe(false);
  draw("bundled");
  expect(isShown("[role=alert]")).toBe(false);
});

test("what did not come can be tried again, or put aside until it fails again", () => {
  const failed = { model: "big", error: "The hub did not answer." };
  const press = (label: string) =>
    [...menu.wait.querySelectorAll("button")].find((b) => b.textContent === label)!.click();
  draw("bundled", failed);
  press("Try again");
  expect(chosen).toEqual(["big"]);
  draw("bundled", failed);
  press("Dismiss");
  expect(document.activeElement).toBe(select());
  draw("bundled", failed);
  expect(isShown("[role=alert]")).toBe(false);
  draw("bundled", { ...failed, error: "The disk is full." });
  expect(isShown("[role=alert]")).toBe(true);
  press("Dismiss");
  draw("big", {});
  draw("bundled", { ...failed, error: "The disk is full." });
  expect(isShown("[role=alert]")).toBe(true);
  expect(chosen).toEqual(["big"]);
});

test("only Python's silence has words of its own", () => {
  draw("big", {});
  expect(isShown(".qna-late")).toBe(true);
  const step = { stage: "fetch", name: "big", loaded: 1, total: 2, unit: "bytes" } as const;
  draw("big", { progress: step });
  expect(isShown(".qna-late")).toBe(false);
});
