// Names under which copies of this bundle find each other on one page. Each widget brings its own.
declare const QNA_WIDGET_VERSION: string; // set by the bundler (build.mjs)

/** The page's one Runtime. */
export const RUNTIME = Symbol.for(`qna-widget/runtime@${QNA_WIDGET_VERSION}`);
/** Where the worker's script leaves its engine when it is evaluated on the page. */
export const ENGINE = Symbol.for(`qna-widget/engine@${QNA_WIDGET_VERSION}`);
