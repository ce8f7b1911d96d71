// One stylesheet for a view, as text: it travels inside the bundle and works in a shadow root.
import answers from "./styles/answers.css";
import history from "./styles/history.css";
import inspector from "./styles/inspector.css";
import inspectorPlots from "./styles/inspector-plots.css";
import inspectorVerdict from "./styles/inspector-verdict.css";
import passage from "./styles/passage.css";
import settings from "./styles/settings.css";
import status from "./styles/status.css";
import tables from "./styles/tables.css";
import theme from "./styles/theme.css";

export const styles = [
  theme,
  passage,
  answers,
  status,
  settings,
  inspector,
  inspectorPlots,
  inspectorVerdict,
  tables,
  history,
].join("\n");
