"""The states that a reader can meet, as a component would report them; no model is run."""

from __future__ import annotations

from typing import Any

PASSAGE = (
    "Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement "
    "apartment at 123 Sesame Street. Bert likes pigeons, paper clips and oatmeal; Ernie plays "
    "practical jokes on him and then laughs about it.\n\nTheir address has been printed on the "
    "front door since the first season, although visitors usually come through the window."
)
BOOK = (
    ("The clocks of the old town hall were striking thirteen when the mill stopped. " * 8 + "\n\n")
    * 12
    + "Bert lived at 123 Sesame Street, in the basement apartment, with Ernie.\n\n"
    + ("Nobody at the mill remembered the rain. " * 20 + "\n\n") * 10
)
SPANS = [
    ("123 Sesame Street", 9.31, 0.784),
    ("basement apartment", 6.02, 0.0391),
    ("on the front door", 3.48, 0.0104),
    ("Sesame Street", 2.1, 0.0031),
    ("window", -1.2, 0.0004),
]


def utf16(text: str) -> int:
    """Count UTF-16 units, as the browser counts."""
    return len(text.encode("utf-16-le")) // 2


def answer(passage: str, text: str, score: float, probability: float) -> dict[str, Any]:
    """Place the first occurrence of `text`; offsets are UTF-16 units."""
    start = utf16(passage[: passage.index(text)])
    return {
        "text": text,
        "start": start,
        "end": start + utf16(text),
        "score": score,
        "probability": probability,
    }


def result(passage: str, spans: list[tuple[str, float, float]], **more: Any) -> dict[str, Any]:
    """Build a result about `passage`; with no_answer=True the empty text comes first."""
    made: dict[str, Any] = {
        "answers": [answer(passage, *span) for span in spans],
        "null_score": 1.9,
        "null_probability": 0.004,
        "null_margin": -7.4,
        "overlapping_probability": 0.08,
        "no_answer": False,
        "question": "",
        "passage_length": utf16(passage),
        "windows_done": 1,
        "windows_total": 1,
        "warnings": [],
        "timing": {"tokens": 91, "windows": 1, "run_ms": 80, "total_ms": 96.3},
        "backend": "wasm, 1 thread",
        "model": "MiniLM-L6 (bundled)",
        **more,
    }
    if made["no_answer"]:
        null = {"text": "", "start": 0, "end": 0, "score": made["null_score"]}
        made["answers"].insert(0, {**null, "probability": made["null_probability"]})
    return made


def state(passage: str = PASSAGE, question: str = "Where does Bert live?", **more: Any) -> Any:
    """Build a state; what is not given is quiet."""
    return {
        "inputs": {"passage": passage, "question": question},
        "status": "ready",
        "progress": None,
        "result": None,
        "error": "",
        "notice": "",
        "note": "",
        "examples": [],
        "model": "MiniLM-L6 (bundled)",
        "backend": "wasm, 1 thread",
        **more,
    }


ANSWERED = state(result=result(PASSAGE, SPANS))

STATES: dict[str, Any] = {
    "idle": state("", "", status="idle", model="", backend=""),
    "no-question": state(question=""),
    "loading": state(
        status="loading",
        backend="",
        progress={
            "stage": "asset",
            "name": "model.onnx",
            "loaded": 12.4e6,
            "total": 25.7e6,
            "unit": "bytes",
            "source": "kernel",
        },
    ),
    "starting": state(
        status="loading",
        progress={"stage": "session", "name": "the model", "loaded": 0, "total": 0, "unit": ""},
    ),
    "answered": ANSWERED,
    "overlapping": state(
        result=result(
            PASSAGE,
            [
                ("123 Sesame Street", 16.6, 0.7),
                ("123 Sesame Street.", 12.8, 0.2),
                ("Sesame Street. Bert", 11.4, 0.05),
                ("at 123 Sesame Street", 8.0, 0.01),
            ],
        )
    ),
    "no-answer": state(
        question="Who is the mayor?",
        notice="MobileBERT could not be loaded, so the bundled model answers.",
        result=result(
            PASSAGE,
            [(text, score, p / 10) for text, score, p in SPANS[:3]],
            no_answer=True,
            null_score=11.1,
            null_margin=1.8,
            null_probability=0.81,
            warnings=["The question was cut to 64 tokens."],
        ),
    ),
    "error": state(
        status="error",
        error="model.onnx could not be loaded. kernel: no answer within 8 s. Check that the "
        "kernel is running, then press Retry.",
    ),
    "partial": state(
        BOOK,
        status="running",
        progress={
            "stage": "run",
            "name": "windows",
            "loaded": 12,
            "total": 87,
            "unit": "windows",
        },
        result=result(
            BOOK,
            [
                ("123 Sesame Street, in the basement apartment", 9.3, 0.78),
                ("basement apartment, with Ernie", 5.0, 0.03),
                ("At the mill".lower(), 1.0, 0.01),
            ],
            windows_done=12,
            windows_total=87,
        ),
    ),
}

# A model was chosen from the menu and is on its way.
CHANGING: dict[str, Any] = {
    "models": [
        {"name": name, "title": title, "where": where, "bytes": size, "cached": where != "hub"}
        for name, title, where, size in [
            ("bundled", "MiniLM-L6 (bundled)", "package", 12_400_000),
            ("example/mobilebert", "MobileBERT", "hub", 25_700_000),
        ]
    ],
    "change": {
        "model": "example/mobilebert",
        "former": "bundled",
        "progress": {
            "stage": "asset",
            "name": "model.onnx",
            "loaded": 6.4e6,
            "total": 25.7e6,
            "unit": "bytes",
            "source": "kernel",
        },
        "error": "",
    },
}

# What the hosts set, as their themes do.
THEMES: dict[str, str] = {
    "light": "",
    "dark": "",
    "streamlit-light": "body { --st-background-color: #ffffff; --st-text-color: #31333f;"
    " --st-primary-color: #ff4b4b; --st-secondary-background-color: #f0f2f6;"
    ' --st-font: "Source Sans", sans-serif; --st-base-font-size: 16px; --st-base-radius: 0.5rem }',
    "streamlit-dark": "body { background: #0e1117; --st-background-color: #0e1117;"
    " --st-text-color: #fafafa; --st-primary-color: #ff4b4b;"
    ' --st-secondary-background-color: #262730; --st-font: "Source Sans", sans-serif;'
    " --st-base-font-size: 16px; --st-base-radius: 0.5rem }",
    "jupyter-light": "body { --jp-layout-color0: white; --jp-ui-font-color1: rgba(0, 0, 0, 0.87);"
    " --jp-brand-color1: #1976d2; --jp-content-font-size1: 14px; --jp-error-color1: #d32f2f }",
    "jupyter-dark": "body { background: #111; --jp-layout-color0: #111;"
    " --jp-ui-font-color1: rgba(255, 255, 255, 0.87); --jp-brand-color1: #2196f3;"
    " --jp-content-font-size1: 14px; --jp-error-color1: #f44336 }",
}
