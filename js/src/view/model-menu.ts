// The menu of models, and the wait for the one that was chosen while the former one answers on.

import type { Inputs } from "../component/inputs";
import type { Actions, ComponentState } from "../component/state";
import * as contract from "../core/contract";
import type { ModelChoice } from "../core/manifest";
import { button, CONTROL, el, setText } from "./dom";
import { field } from "./fields";
import { bytes } from "./format";
import { ProgressBar } from "./progress-bar";
import { progressText, shortTitle } from "./sentences";

const AUTO = contract.inputs.model.default;

export class ModelMenu {
  /** The labelled menu, for the settings; hidden where there is no choice. */
  readonly field: HTMLElement;
  /** How far the chosen model is, or why it did not come; to be seen with the settings closed. */
  readonly wait: HTMLElement;
  /** What could be had beside, for the settings: an offer, or why there is none. */
  readonly offer: HTMLElement;
  readonly #offered = el("span", {});
  readonly #fetch: HTMLButtonElement;
  #wanted: Inputs["model"] = AUTO;
  /** What Python fetches unasked, or has fetched, so that its coming can be told. */
  #coming = "";
  readonly #select = el("select", { ...CONTROL });
  readonly #line = el("p", { ...CONTROL, class: "qna-status-line", tabindex: -1 });
  readonly #bar = new ProgressBar("Chosen model");
  readonly #row: HTMLElement;
  /** To be seen when a wait for the first word from Python is long (status.css). */
  readonly #silence = el(
    "p",
    { class: "qna-status-line qna-late" },
    "Python has not answered yet: it is busy, or not running.",
  );
  readonly #problem: HTMLElement;
  readonly #shown: HTMLElement;
  readonly #alert = el("div", { class: "qna-alert", role: "alert" });
  readonly #live = el("div", { class: "qna-hidden", role: "status", "aria-live": "polite" });
  #options = "";
  #former: Inputs["model"] = AUTO;
  #refused: Inputs["model"] = AUTO;
  /** The refusal that the reader has read, until it is another one or comes again. */
  #dismissed = "";
  /** What is waited for, so that its end can be read aloud. */
  #awaited = "";

  constructor(actions: Actions, signal: AbortSignal) {
    this.#select.addEventListener(
      "change",
      () => actions.setOptions({ model: this.#select.value }),
      { signal },
    );
    const cancel = button(
      "Cancel",
      "qna-button qna-cancel",
      () => actions.setOptions({ model: this.#former }),
      signal,
    );
    this.#fetch = button(
      "",
      "qna-button",
      () => {
        actions.setOptions({ model: this.#wanted });
        this.#refocus();
      },
      signal,
    );
    this.offer = el("p", { class: "qna-offer qna-muted" }, this.#offered, " ", this.#fetch);
    this.field = field("Model", this.#select, "the former one answers until the new one is there");
    this.#row = el("div", { class: "qna-status-row" }, this.#line, cancel);
    const again = button(
      "Try again",
      "qna-button",
      () => actions.setOptions({ model: this.#refused }),
      signal,
    );
    const dismiss = button(
      "Dismiss",
      "qna-button",
      () => {
        this.#dismissed = this.#alert.textContent;
        this.#shown.hidden = true;
        this.#refocus();
      },
      signal,
    );
    this.#problem = el("div", { class: "qna-alert-row" }, this.#alert, again, dismiss);
    this.#shown = el(
      "div",
      { class: "qna-status" },
      this.#bar.element,
      this.#row,
      this.#silence,
      this.#problem,
    );
    this.wait = el("div", { class: "qna-model-wait" }, this.#shown, this.#live);
  }

  draw(state: ComponentState): void {
    const { models, inputs, change } = state;
    const focused = this.#shown.querySelector(":focus");
    this.#drawOptions(state);
    this.field.hidden = models.length === 0;
    if (this.#select.value !== inputs.model) this.#select.value = inputs.model;
    const waiting = change !== null && change.error === "";
    this.#drawOffer(state);
    this.#bar.element.hidden = !waiting;
    this.#row.hidden = !waiting;
    // Where it is known why Python is silent, the status says so.
    this.#silence.hidden = !waiting || change.progress !== null || state.link !== "";
    const title = change === null ? "" : titleOf(state, change.model);
    const problem =
      change === null || waiting
        ? ""
        : `${title} is not used; ${state.model} goes on answering. ${change.error}`;
    if (problem !== this.#dismissed) this.#dismissed = "";
    setText(this.#alert, problem);
    this.#problem.hidden = problem === "";
    this.#shown.hidden = change === null || (problem !== "" && problem === this.#dismissed);
    if (change !== null) this.#former = change.former;
    if (problem !== "") this.#refused = change!.model;
    if (waiting) this.#drawProgress(title, state);
    this.#announce(waiting ? title : "", state);
    if (focused?.closest("[hidden]")) this.#refocus();
  }

  /** A button that goes hands its focus to the line of a wait, else to the menu, folded or not. */
  #refocus(): void {
    const folded = this.field.closest("details:not([open])")?.querySelector("summary");
    (this.#row.hidden ? (folded ?? this.#select) : this.#line).focus();
  }

  /** What could be had beside; nothing here is a warning. */
  #drawOffer(state: ComponentState): void {
    const { models, model, note, change } = state;
    const choice = models.find(({ where, cached }) => where === "hub" && !cached);
    const comes = choice !== undefined && (choice.arrived ?? null) !== null;
    if (comes) this.#coming = choice.name;
    const came = models.find(({ name, cached }) => cached && name === this.#coming);
    const offered = choice !== undefined && !comes && change === null;
    if (offered) this.#wanted = choice.name;
    let words = note;
    if (comes) words = `${shortTitle(model)} answers. ${arrival(choice)}`;
    else if (came !== undefined && came.title !== model) {
      words = `${came.title} is here now: choose it under Model.`;
      if (this.#offered.textContent !== words) setText(this.#live, words);
    } else if (offered) {
      const size = `${bytes(choice.bytes)} to fetch once`;
      words = `${shortTitle(model)} answers. There is also ${choice.title}, a larger model, ${size}.`;
    }
    setText(this.#offered, words);
    setText(this.#fetch, offered ? `Fetch ${choice.title}` : "");
    this.#fetch.hidden = !offered;
    this.offer.hidden = words === "";
  }

  #drawProgress(title: string, { change, model }: ComponentState): void {
    const progress = change?.progress ?? null;
    const step = progress === null ? "Waiting for Python" : progressText(progress);
    setText(this.#line, `${title}: ${step}. ${model} answers meanwhile.`);
    this.#bar.draw(progress, step);
  }

  /** Reads out that a wait begins and how it ends; the steps between are the progress bar's. */
  #announce(awaited: string, { model, change }: ComponentState): void {
    if (awaited === this.#awaited) return;
    const over = awaited === "" && change === null ? `${model} answers.` : "";
    this.#awaited = awaited;
    setText(this.#live, awaited === "" ? over : `Loading ${awaited}. ${model} answers meanwhile.`);
  }

  #drawOptions({ models, inputs, model, change }: ComponentState): void {
    const lines = models.map(({ name, title, cached, bytes: size }) => ({
      name,
      text: `${title}, ${bytes(size)}${cached ? "" : " to download"}`,
    }));
    const known = [{ name: AUTO, text: "Automatic: best at hand" }, ...lines];
    if (!known.some(({ name }) => name === inputs.model)) {
      // A folder's path says little, and is the server's own business.
      const text = change === null ? model : lastPart(inputs.model);
      known.push({ name: inputs.model, text: text || lastPart(inputs.model) });
    }
    const text = JSON.stringify(known);
    if (text === this.#options) return;
    this.#options = text;
    this.#select.replaceChildren(
      ...known.map(({ name, text }) => el("option", { value: name }, text)),
    );
  }
}

/** How far a model is that nobody chose yet. */
function arrival({ title, bytes: size, arrived }: ModelChoice): string {
  const share = arrived ?? 0;
  if (share >= 1) return `${title} is downloaded, and being prepared.`;
  return `${title} is being fetched: ${Math.floor(share * 100)} % of ${bytes(size)}.`;
}

function titleOf({ models }: ComponentState, name: string): string {
  return models.find((choice) => choice.name === name)?.title ?? lastPart(name);
}

/** "/srv/models/claims" -> "claims"; a name on the hub, "owner/name", stays. */
function lastPart(name: string): string {
  if (/^[\w.-]+\/[\w.-]+(?:@[\w.-]+)?$/u.test(name)) return name;
  return name.split(/[\\/]/u).findLast(Boolean) ?? name;
}
