// The text of an element as a reader sees it, and where each word stands. docs/find-in-page.md says
// what is read and what is not.
import type { PageText } from "./page-text";
import { TextBuilder } from "./text-builder";
import { type Outside, type Seen, seen } from "./visible";

export interface Reading {
  readonly text: PageText;
  /** What must be watched for changes: the element, shadow roots and frames' documents in it. */
  readonly roots: readonly Node[];
}

/** @param skip an element that is not read: the bar itself */
export function readPage(element: Element, skip: Element | null = null): Reading {
  const walk = new Walk(skip);
  walk.element(element);
  return { text: walk.builder.finish(), roots: [element, ...walk.roots] };
}

/** Of today, and of pages that are made of frames. */
const FRAMES = new Set(["iframe", "frame"]);

class Walk {
  readonly builder = new TextBuilder();
  readonly roots: Node[] = [];

  constructor(private readonly skip: Element | null) {}

  element(element: Element): void {
    if (element === this.skip) return;
    if (element.localName === "br") {
      this.builder.lineBreak();
      return;
    }
    const how = seen(element);
    if (how === null) return;
    this.border(how.outside);
    if (FRAMES.has(element.localName)) this.frame(element as HTMLIFrameElement, how);
    else this.children(element, how);
    if (how.outside === "cell") this.builder.cell();
    else this.border(how.outside);
  }

  private border(outside: Outside): void {
    if (outside === "block" || outside === "row") this.builder.block(1);
    else if (outside === "apart") this.builder.block(2);
    else if (outside === "box") this.builder.box();
  }

  private children(element: Element, how: Seen): void {
    const root = element.shadowRoot;
    if (root !== null) this.roots.push(root);
    for (const node of root?.childNodes ?? shownChildren(element)) {
      if (node.nodeType === Node.ELEMENT_NODE) this.element(node as Element);
      else if (node.nodeType === Node.TEXT_NODE && how.text) {
        this.builder.add(node as Text, how.spaces);
      }
    }
  }

  private frame(frame: HTMLIFrameElement, how: Seen): void {
    const page = documentOf(frame);
    if (page?.body == null || !how.text) return;
    this.roots.push(page);
    this.builder.block(1);
    this.element(page.body);
    this.builder.block(1);
  }
}

/** What shows of an element's children: what a slot was given, and the title of closed details. */
function shownChildren(element: Element): Iterable<Node> {
  if (element.localName === "slot") {
    const given = (element as HTMLSlotElement).assignedNodes({ flatten: true });
    if (given.length > 0) return given;
  }
  if (element.localName === "details" && !element.hasAttribute("open")) {
    const summary = [...element.children].find((child) => child.localName === "summary");
    return summary === undefined ? [] : [summary];
  }
  return element.childNodes;
}

/** Null for a frame of another origin. */
function documentOf(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}
