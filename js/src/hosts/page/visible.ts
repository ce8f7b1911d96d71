// What a reader sees of an element: whether its text shows, and how it stands apart from the rest.
import type { Spaces } from "./text-builder";

/** Not read: no text for readers, what they type themselves, and pictures. */
const UNREAD = new Set(
  (
    "script style noscript template head title base link meta textarea input select option datalist " +
    "canvas video audio object embed svg progress meter img picture rp rt"
  ).split(" "),
);
/** Blocks that pages set apart by an empty line. */
const APART = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"]);

/** What is displayed so has no edges that could cut. */
const UNCUT = /^(inline|contents|ruby|math|table-(row|column).*)$/;

/** How an element stands in the text around it. */
export type Outside =
  /** Runs on with what stands before and after it. */
  | "inline"
  /** A box within a line. */
  | "box"
  | "cell"
  | "row"
  /** Begins and ends a line. */
  | "block"
  /** The same, with an empty line around it. */
  | "apart";

export interface Seen {
  readonly outside: Outside;
  /** Whether its own text nodes show; its children may differ. */
  readonly text: boolean;
  readonly spaces: Spaces;
}

/** Null: nothing of the element or in it is read. */
export function seen(element: Element): Seen | null {
  const name = element.localName;
  if (UNREAD.has(name) || element.getAttribute("aria-hidden") === "true") return null;
  const style = element.ownerDocument.defaultView?.getComputedStyle(element);
  if (style === undefined || isHidden(style) || isCutToNothing(element, style)) return null;
  return {
    outside: outsideOf(style.display, name),
    text:
      !/^(hidden|collapse)$/.test(style.visibility) &&
      style.fontSize !== "0px" &&
      !isFarOut(style.textIndent),
    spaces: spacesOf(style),
  };
}

function isHidden(style: CSSStyleDeclaration): boolean {
  if (style.display === "none") return true;
  // hidden=until-found, and whatever a page keeps unseen in the same way.
  if (style.getPropertyValue("content-visibility") === "hidden") return true;
  if (style.position !== "absolute" && style.position !== "fixed") return false;
  // Cut to a dot, or moved where nobody can scroll, for screen readers alone: nothing to mark there.
  if (isFarOut(style.left) || isFarOut(style.top)) return true;
  return style.overflow !== "visible" && isDot(style.width) && isDot(style.height);
}

/** A closed accordion, a folded menu. What a page's body cuts is cut by the window instead. */
function isCutToNothing(element: Element, style: CSSStyleDeclaration): boolean {
  if (!/^(hidden|clip)$/.test(style.overflowY) || UNCUT.test(style.display)) return false;
  const { body, documentElement } = element.ownerDocument;
  if (element === body || element === documentElement) return false;
  return element.clientHeight === 0 || element.clientWidth === 0;
}

/** Beyond any menu that stands out to the left of what opens it. */
function isFarOut(place: string): boolean {
  return place.endsWith("px") && Number.parseFloat(place) <= -999;
}

function isDot(size: string): boolean {
  const pixels = Number.parseFloat(size);
  return size.endsWith("px") && pixels <= 1;
}

function outsideOf(display: string, name: string): Outside {
  if (display === "table-cell") return "cell";
  if (display === "table-row") return "row";
  if (/^(inline|contents|ruby|math)$|^$/.test(display)) return "inline";
  if (/^(inline-|ruby-)/.test(display)) return "box";
  return APART.has(name) ? "apart" : "block";
}

function spacesOf(style: CSSStyleDeclaration): Spaces {
  const own = style.getPropertyValue("white-space-collapse") || style.whiteSpace;
  if (/^pre(serve-breaks|-line)/.test(own)) return "lines";
  return /^(pre|break)/.test(own) ? "keep" : "collapse";
}
