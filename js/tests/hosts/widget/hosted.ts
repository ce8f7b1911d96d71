// A host on a model of its own, as a page has one for each widget.
import { WidgetHost } from "../../../src/hosts/widget/widget";
import { MANIFEST, makeInputs } from "../states";
import { FakeModel } from "./fake-model";

/** @param changed is called whenever the host says that something changed, until `stop` is aborted */
export function hosted(changed: () => void) {
  const stop = new AbortController();
  const model = new FakeModel({ ...makeInputs(), _manifest: MANIFEST });
  const host = new WidgetHost(model, stop.signal);
  host.onChange(changed, stop.signal);
  return { stop, model, host };
}
