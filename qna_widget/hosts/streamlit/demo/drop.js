// While a file is carried over the page, Streamlit's own field for files covers it (look.css).
if (!window.qnaTakesFiles) {
  window.qnaTakesFiles = true;
  const show = (event) => {
    const carried = event.dataTransfer !== null && event.dataTransfer.types.includes("Files");
    document.body.classList.toggle("takes-files", carried);
  };
  const hide = (event) => {
    // Left for another element of the page: not left at all.
    if (event.type === "drop" || event.relatedTarget === null)
      document.body.classList.remove("takes-files");
  };
  window.addEventListener("dragenter", show, true);
  window.addEventListener("dragleave", hide, true);
  window.addEventListener("drop", hide, true);
}
