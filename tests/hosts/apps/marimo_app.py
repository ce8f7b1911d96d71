import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from asked import OPTIONS, PASSAGE, QUESTION, listen

    from qna_widget import QnA

    w = QnA(PASSAGE, QUESTION, **OPTIONS)
    listen(w)
    mo.ui.anywidget(w)


if __name__ == "__main__":
    app.run()
