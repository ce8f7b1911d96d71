// Names under which copies of this bundle find each other on one page. Each widget brings its own.
import { version } from "../../package.json";

/** The page's one Runtime. */
export const RUNTIME = Symbol.for(`qna-widget/runtime@${version}`);
/** Where the worker's script leaves its engine when it is evaluated on the page. */
export const ENGINE = Symbol.for(`qna-widget/engine@${version}`);
