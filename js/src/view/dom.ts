// The DOM with less ceremony. Text becomes text nodes, never markup.

export type Child = Node | string | null;

type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** `true` sets an empty attribute; `false` and `null` leave it out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Writes only what changes, so that drawing the same state again touches nothing. */
export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | null,
): void {
  if (value === null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * For everything that takes the focus: JupyterLab keeps its shortcuts away from an element with this
 * attribute, though not from its children. It would delete the cell at "d d", and undo its own last
 * step instead of what was typed at Ctrl+Z.
 */
export const CONTROL = { "data-lm-suppress-shortcuts": "true" };

/** Whether a key belongs to an input method: Safari ends a composition before the key that does. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Read aloud, not seen: the pauses in a row's name. */
export function hidden(text: string): HTMLElement {
  return el("span", { class: "qna-hidden" }, text);
}

/** A <button> that submits nothing. */
export function button(label: string, className: string, onClick: () => void, signal: AbortSignal) {
  const element = el("button", { ...CONTROL, type: "button", class: className }, label);
  const press = () => element.hasAttribute("aria-disabled") || onClick();
  element.addEventListener("click", press, { signal });
  return element;
}

/** All that `disabled` does, save taking the focus away from the button that was just pressed. */
export function setDisabled(button: HTMLButtonElement, disabled: boolean): void {
  setAttribute(button, "aria-disabled", disabled ? "true" : null);
  setAttribute(button, "tabindex", disabled ? -1 : null);
}

/** Jupyter loads a copy of this module per widget; each would count from one. */
const COPY = Math.random().toString(36).slice(2, 8);
let ids = 0;

/** An id for labels and descriptions; several views live on one page. */
export function uniqueId(name: string): string {
  ids += 1;
  return `qna-${name}-${COPY}-${ids}`;
}
