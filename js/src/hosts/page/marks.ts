// Marks places of the page by the CSS Custom Highlight API: no node and no attribute changes.

/** The best or chosen answer, the other ones, and what came nearest to an answer. */
export type Kind = "current" | "answer" | "near";

export interface Mark {
  readonly kind: Kind;
  readonly ranges: readonly Range[];
}

/** Names in `CSS.highlights`, for pages that want looks of their own. */
const NAMES: Readonly<Record<Kind, string>> = {
  current: "qna-answer-current",
  answer: "qna-answer",
  near: "qna-answer-near",
};
/** In a layer, so that a page's own looks of these names win. */
const LOOKS = `@layer qna-find {
  ::highlight(qna-answer) { background-color: #ffe27a; color: #000; }
  ::highlight(qna-answer-current) { background-color: #ff9f40; color: #000; }
  ::highlight(qna-answer-near) { text-decoration: underline dotted 2px; }
  @media (forced-colors: active) {
    ::highlight(qna-answer) { background-color: Mark; color: MarkText; }
    ::highlight(qna-answer-current) { background-color: Highlight; color: HighlightText; }
  }
}`;

type Realm = Window & typeof globalThis;
type Styled = Document | ShadowRoot;

/** Marks of one bar; several bars of a page share the names. */
export class Marks {
  private drawn: { readonly realm: Realm; readonly kind: Kind; readonly range: Range }[] = [];
  /** A sheet belongs to the document that made it. */
  private readonly sheets = new Map<Document, CSSStyleSheet>();
  private readonly styled = new Set<Styled>();

  /** Whether this browser can mark without changing the page. */
  static get possible(): boolean {
    return typeof CSS !== "undefined" && CSS.highlights !== undefined;
  }

  /** Takes the place of what was drawn before. */
  draw(marks: readonly Mark[]): void {
    this.unmark();
    if (!Marks.possible) return;
    for (const { kind, ranges } of marks) {
      for (const range of ranges) this.add(kind, range);
    }
  }

  /** Leaves nothing behind, stylesheets included. */
  clear(): void {
    this.unmark();
    const sheets = new Set(this.sheets.values());
    for (const root of this.styled) {
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => !sheets.has(sheet));
    }
    this.styled.clear();
    this.sheets.clear();
  }

  private add(kind: Kind, range: Range): void {
    const node = range.startContainer;
    const page = node.ownerDocument!;
    const realm = page.defaultView as Realm | null;
    if (realm === null) return;
    this.style(page, page, realm);
    const root = node.getRootNode();
    // Not every browser has a shadow root inherit the document's highlights.
    if (root !== page && "adoptedStyleSheets" in root) this.style(root as ShadowRoot, page, realm);
    const { highlights } = realm.CSS;
    let highlight = highlights.get(NAMES[kind]);
    if (highlight === undefined) {
      highlight = new realm.Highlight();
      if (kind === "current") highlight.priority = 1;
      highlights.set(NAMES[kind], highlight);
    }
    highlight.add(range);
    this.drawn.push({ realm, kind, range });
  }

  private unmark(): void {
    for (const { realm, kind, range } of this.drawn) {
      const { highlights } = realm.CSS;
      const highlight = highlights.get(NAMES[kind]);
      highlight?.delete(range);
      if (highlight?.size === 0) highlights.delete(NAMES[kind]);
    }
    this.drawn = [];
  }

  /** Adopted, not inserted: it is no node, and no content security policy forbids it. */
  private style(root: Styled, page: Document, realm: Realm): void {
    let sheet = this.sheets.get(page);
    if (sheet === undefined) {
      sheet = new realm.CSSStyleSheet();
      sheet.replaceSync(LOOKS);
      this.sheets.set(page, sheet);
    }
    // The page may have set its sheets anew.
    if (!root.adoptedStyleSheets.includes(sheet)) {
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    }
    this.styled.add(root);
  }
}
