// What a run of the app sends to the page.
import type { Data } from "../../../src/hosts/streamlit/streamlit";
import { MANIFEST, makeInputs } from "../states";

/** New objects each time, as Streamlit makes them. */
export function makeData(more: Partial<Data> & { readonly key: string }): Data {
  return {
    memory: "m",
    revision: "0:a",
    since: {},
    arguments: makeInputs(),
    changes: {},
    heard: 0,
    manifest: MANIFEST,
    models: [],
    fetching: null,
    examples: [],
    ...more,
  };
}
