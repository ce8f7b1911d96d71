// Brings a place of the page into sight: at once, as a browser's find does, and only if it must.

/** Shares of a box's height within which a place is in sight. */
const [UPPER, LOWER] = [0.12, 0.88];

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Scrolls each box around the range, its frames included, from the inside out. */
export function reveal(range: Range): void {
  const inner = parentOf(range.startContainer);
  if (inner !== null) revealIn(inner, () => range.getBoundingClientRect());
}

function revealIn(inner: Element, place: () => Box): void {
  for (let box: Element | null = inner; box !== null; box = parentOf(box)) {
    if (scrolls(box)) bring(box, place(), box.getBoundingClientRect());
  }
  const view = inner.ownerDocument.defaultView;
  if (view === null) return;
  const { innerHeight: bottom, innerWidth: right } = view;
  bring(view, place(), { top: 0, left: 0, bottom, right });
  const frame = frameOf(view);
  if (frame === null) return;
  revealIn(frame, () => {
    const [at, outer] = [place(), frame.getBoundingClientRect()];
    const { top, left } = outer;
    return {
      top: at.top + top,
      bottom: at.bottom + top,
      left: at.left + left,
      right: at.right + left,
    };
  });
}

/** Scrolls so that `place` stands in the middle of `around`, unless it is in sight. */
function bring(scroller: Element | Window, place: Box, around: Box): void {
  const height = around.bottom - around.top;
  const high = place.top < around.top + UPPER * height;
  const low = place.bottom > around.top + LOWER * height;
  const top = high || low ? middle(place.top, place.bottom) - middle(around.top, around.bottom) : 0;
  const beside = place.left < around.left || place.right > around.right;
  const left = beside ? middle(place.left, place.right) - middle(around.left, around.right) : 0;
  if (top !== 0 || left !== 0) scroller.scrollBy({ top, left, behavior: "instant" });
}

function middle(one: number, other: number): number {
  return (one + other) / 2;
}

function scrolls(box: Element): boolean {
  if (box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth) return false;
  if (box === box.ownerDocument.scrollingElement || box.localName === "body") return false;
  const { overflowX, overflowY } = box.ownerDocument.defaultView!.getComputedStyle(box);
  return /auto|scroll/.test(`${overflowX} ${overflowY}`);
}

/** The next element outside, as it is shown: a slot's, a shadow root's host. */
function parentOf(node: Node): Element | null {
  if ("assignedSlot" in node && node.assignedSlot !== null) return node.assignedSlot as Element;
  if (node.parentElement !== null) return node.parentElement;
  // Told by its host: a frame has a ShadowRoot of its own.
  const root = node.getRootNode();
  return "host" in root ? (root.host as Element) : null;
}

function frameOf(view: Window): Element | null {
  try {
    return view.frameElement;
  } catch {
    return null; // of another origin, which scrolls for itself
  }
}
