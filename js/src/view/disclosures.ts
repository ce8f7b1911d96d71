// What the reader opened stays open, even when a host builds the view anew.

/** Class names of what is open, by what outlives a view: the history of its component. */
const opened = new WeakMap<object, Set<string>>();

/** Opens what was open in the last view with this key, and takes note of what is from now on. */
export function keepOpen(view: HTMLElement, key: object, signal: AbortSignal): void {
  const names = opened.get(key) ?? new Set<string>();
  opened.set(key, names);
  for (const part of view.querySelectorAll("details")) part.open = names.has(part.className);
  // It does not bubble.
  view.addEventListener(
    "toggle",
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement)) return;
      if (target.open) names.add(target.className);
      else names.delete(target.className);
    },
    { capture: true, signal },
  );
}
