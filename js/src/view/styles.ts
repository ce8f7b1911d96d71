// One stylesheet for a view, as text: it travels inside the bundle and works in a shadow root.
import answers from "./styles/answers.css";
import inspector from "./styles/inspector.css";
import inspectorParts from "./styles/inspector-parts.css";
import passage from "./styles/passage.css";
import settings from "./styles/settings.css";
import status from "./styles/status.css";
import theme from "./styles/theme.css";

export const styles = [theme, passage, answers, status, settings, inspector, inspectorParts].join(
  "\n",
);
