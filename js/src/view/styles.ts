// One stylesheet for a view, as text: it travels inside the bundle and works in a shadow root.
//
// theme              colours and sizes, which follow the host; the root, labels, buttons, links
// passage            question, examples; passage/: text field, highlights, rail, spotlight
// best-answer        answers/card, quote, verdict, copy: the best answer
// answers            answers/rows: the other ones; what stands there instead of answers
// status             the status line with its progress; the wait for another model
// settings           settings, fields, the menu of models; every disclosure
// inspector          inspector/panel, parts, readout: frame, figures, pieces of text
// inspector-verdict  inspector/threshold, mass
// inspector-plots    inspector/windows, matrix
// tables             inspector/candidates, word-table: tables of the inspector; the pages of a list
// history            history, history-row
// touch              sizes of all that is pressed, for a thumb
// print              on paper
import answers from "./styles/answers.css";
import bestAnswer from "./styles/best-answer.css";
import history from "./styles/history.css";
import inspector from "./styles/inspector.css";
import inspectorPlots from "./styles/inspector-plots.css";
import inspectorVerdict from "./styles/inspector-verdict.css";
import passage from "./styles/passage.css";
import print from "./styles/print.css";
import settings from "./styles/settings.css";
import status from "./styles/status.css";
import tables from "./styles/tables.css";
import theme from "./styles/theme.css";
import touch from "./styles/touch.css";

export const styles = [
  theme,
  passage,
  bestAnswer,
  answers,
  status,
  settings,
  inspector,
  inspectorPlots,
  inspectorVerdict,
  tables,
  history,
  touch,
  print,
].join("\n");
