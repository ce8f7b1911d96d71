// Solara puts this in place of its own empty custom.js, below its first scripts (../undrawn.py says
// how): where these did not come, nothing else in the page would say so.
if (typeof Vue === "undefined") {
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.style.cssText = "margin: 2em; font: 1rem/1.5 sans-serif; color: CanvasText; background: Canvas";
  note.textContent =
    "Nothing can be shown: the scripts of this page, which Solara takes from cdn.jsdelivr.net, could " +
    "not be fetched. Whoever runs its server can put them there: " +
    "pip install solara-assets 'ipyvuetify<3' 'ipyvue<3'";
  (document.getElementById("app") ?? document.body).append(note);
}
