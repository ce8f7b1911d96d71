// The contract between Python and the browser, read here and nowhere else. Python's twin:
// qna_widget/core/contract.py. Imported as a whole (`import * as contract`), what nobody names stays
// out of the bundles.
export {
  assets,
  comm,
  history,
  inputs,
  limits,
  messages,
  models,
  outputs,
  scores,
} from "../../../qna_widget/contract.json";
