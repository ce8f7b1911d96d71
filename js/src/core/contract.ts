// The contract between Python and the browser, read here and nowhere else. Python's twin:
// qna_widget/core/contract.py.
import contract from "../../../qna_widget/contract.json" with { type: "json" };

export { contract };
