"""The widget against a recorded comm: what Python sends, and what it makes of the answers."""

import gc
import json
import shutil
from pathlib import Path

import pytest
import traitlets
from ipywidgets.embed import embed_data
from recorded import ANSWER, PASSAGE, READY, asked, customs, from_browser, report, typed, updates
from recorded import front_end as front_end

from qna_widget.core import contract
from qna_widget.hosts import assets
from qna_widget.hosts.widget.widget import QnA
from qna_widget.models import registry


def test_every_input_and_output_of_the_contract_is_a_synced_trait() -> None:
    widget = QnA()
    for name in [*contract.INPUTS, *contract.OUTPUTS]:
        assert widget.trait_metadata(name, "sync") is True, name
        spec = contract.INPUTS.get(name) or contract.OUTPUTS[name]
        assert getattr(widget, name) == spec["default"], name


def test_examples_are_synced_and_no_input() -> None:
    widget = QnA(PASSAGE, examples=["Where?"])
    assert widget.trait_metadata("examples", "sync") is True
    assert (widget.examples, "examples" in widget.inputs()) == (["Where?"], False)
    with pytest.raises(AttributeError, match="Did you mean 'examples'"):
        widget.example = ["Where?"]


def test_the_page_gets_script_and_manifest_and_no_blobs() -> None:
    opened = QnA(PASSAGE).comm.sent[0][0]["state"]
    assert opened["_esm"] == "export default {}"
    bundled = registry.resolve("auto")
    assert opened["_manifest"]["model"]["onnx"]["sha256"] == bundled.onnx.sha256
    assert opened["_manifest"]["runtime"]["wasm"]["sha256"] == "ab" * 32
    assert len(json.dumps(opened)) < 10_000


def test_a_path_is_a_models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(registry.BUNDLED, "mobilebert")
    widget = QnA(PASSAGE, model=Path("mobilebert"))
    folder = tmp_path / "mobilebert"
    assert registry.resolve(widget.model).vocab.file.parent == folder
    assert widget._manifest["asked"] == widget.model


def test_the_page_is_not_told_where_a_model_outside_the_package_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "private" / "mine"
    shutil.copytree(registry.BUNDLED, copy)
    widget = QnA(PASSAGE, model=str(copy))
    told = {**widget._manifest, "asked": ""}  # what the reader said, the page knows
    assert "private" not in json.dumps(told)
    vocab = widget._manifest["model"]["vocab"]
    ask = {
        "kind": "asset.read",
        "request": "1",
        "sha256": vocab["sha256"],
        "offset": 0,
        "length": 9,
    }
    from_browser(widget, ask)
    assert bytes(customs(widget)[0][1][0]) == (copy / "vocab.txt.gz").read_bytes()[:9]
    for damage in (lambda file: file.write_bytes(b"short"), Path.unlink):
        damage(copy / "vocab.txt.gz")
        from_browser(widget, ask)
        said, _ = customs(widget)[-1]
        assert said["kind"] == "asset.error"
        assert "vocab.txt" in said["message"]
        assert "private" not in said["message"]


def test_a_page_without_a_kernel_is_given_the_names_of_the_view() -> None:
    widget = QnA(PASSAGE)
    data = embed_data(views=[widget], drop_defaults=True)
    state = data["manager_state"]["state"][widget.model_id]["state"]
    assert {"_view_name", "_view_module", "_view_module_version", "top_k"} <= set(state)


def test_wrong_values_are_refused() -> None:
    with pytest.raises(traitlets.TraitError, match="top_k must be a whole number from 1 to 100"):
        QnA(top_k=0)
    with pytest.raises(traitlets.TraitError, match=r"There is no model 'no-such'.*Allowed are"):
        QnA(model="no-such")
    with pytest.raises(TypeError, match="no argument 'pasage'"):
        QnA(pasage="typo")
    widget = asked()
    with pytest.raises(traitlets.TraitError, match="comes from the browser"):
        widget.answers = []
    with pytest.raises(traitlets.TraitError, match="There is no model"):
        widget.model = "no-such"
    assert widget.model == "auto"


def test_a_widget_that_is_refused_goes_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", seen.append)
    with pytest.raises(TypeError, match="no argument 'pasage'"):
        QnA(pasage="typo")
    gc.collect()
    assert seen == []


def test_a_report_sets_the_outputs_and_is_observed() -> None:
    widget = asked()
    seen: list[tuple[str, object]] = []
    widget.observe(lambda change: seen.append((change["name"], widget.status)), "answers")
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    assert widget.answers == [ANSWER]
    assert {name: getattr(widget, name) for name in READY} == READY
    # All outputs are in place before the first observer runs.
    assert seen == [("answers", "ready")]
    assert widget.passage[ANSWER["start"] : ANSWER["end"]] == ANSWER["text"]


def test_further_views_get_the_outputs_by_sync_in_one_message() -> None:
    widget = asked()
    before = len(updates(widget))
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    assert [set(state) for state in updates(widget)[before:]] == [
        set(READY) - {"progress", "error"}
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("question", "Who?"), ("passage", PASSAGE[::-1]), ("top_k", 3), ("overlap", "allow")],
)
def test_a_changed_input_empties_the_answers_at_once(name: str, value: object) -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    setattr(widget, name, value)
    assert widget.answers == []
    assert widget.null_score is None
    assert widget.timing == {}
    assert widget.status == "idle"
    # The late report about the former inputs changes nothing; the passage has the same length.
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    assert widget.answers == []
    assert widget.status == "idle"


def test_a_report_that_overtakes_its_inputs_is_kept_for_them() -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where does Bert live?"))
    assert widget.answers == []
    typed(widget, question="Where does Bert live?")
    assert widget.answers == [ANSWER]
    assert widget.status == "ready"


def test_what_is_typed_is_not_sent_back_as_an_update() -> None:
    widget = asked()
    before = len(updates(widget))
    typed(widget, passage="x" * 100_000)
    assert widget.passage == "x" * 100_000
    assert all("passage" not in state for state in updates(widget)[before:])


def test_loading_a_second_page_does_not_empty_the_answers() -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    loading = {"status": "loading", "progress": {}, "error": "", "backend": ""}
    from_browser(widget, report(PASSAGE, loading, question="Where?"))
    assert widget.status == "loading"
    assert widget.answers == [ANSWER]


def test_asset_messages() -> None:
    widget = asked()
    vocab = registry.resolve("auto").vocab
    ask = {"kind": "asset.read", "request": "a-1", "sha256": vocab.sha256, "offset": 3, "length": 5}
    from_browser(widget, ask)
    from_browser(widget, {**ask, "request": "a-2", "sha256": "/etc/passwd"})
    (chunk, buffers), (refusal, nothing) = customs(widget)
    assert chunk == {
        "kind": "asset.chunk",
        "request": "a-1",
        "sha256": vocab.sha256,
        "offset": 3,
        "total": vocab.bytes,
    }
    assert bytes(buffers[0]) == vocab.file.read_bytes()[3:8]
    assert set(chunk) == set(contract.CONTRACT["messages"]["asset.chunk"]["items"])
    assert (refusal["kind"], refusal["request"]) == ("asset.error", "a-2")
    assert "no file with sha256" in refusal["message"]
    assert not nothing
    assert widget.bytes_sent == 5


def test_without_a_build_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets.wasm.cache_clear()
    monkeypatch.setattr(assets, "STATIC", tmp_path / "nowhere")
    with pytest.raises(assets.AssetError, match="make build"):
        QnA(PASSAGE)


def test_a_misspelt_attribute_is_refused_with_a_suggestion() -> None:
    widget = asked()
    with pytest.raises(AttributeError, match=r"no 'topk'\. Did you mean 'top_k'\?"):
        widget.topk = 3
    with pytest.raises(AttributeError, match="There are passage, question, top_k"):
        widget.zzz = 3
    with pytest.raises(AttributeError):
        widget.history = []
    # What ipywidgets and traitlets set stays possible.
    widget.layout = {"width": "50%"}
    widget.tooltip, widget.top_k = "Ask!", 3
    assert (widget.layout.width, widget.top_k) == ("50%", 3)
    widget.close()


def test_what_is_asked_in_the_browser_is_in_the_history_once() -> None:
    widget = asked()
    for _ in range(2):
        from_browser(widget, report(PASSAGE, READY, question="Where?"))
    typed(widget, question="Who?")
    from_browser(widget, report(PASSAGE, {"status": "running"}, question="Who?"))
    from_browser(widget, report(PASSAGE, READY, question="Who?"))
    typed(widget, question="Where?")
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    assert [one.question for one in widget.history] == ["Where?", "Who?"]
    first = widget.history[0]
    assert [dict(answer) for answer in first.answers] == READY["answers"]
    assert (first.passage, first.null_score) == (PASSAGE, READY["null_score"])
    assert first.model == registry.resolve("bundled").title
    widget.top_k = 1
    from_browser(widget, report(PASSAGE, READY, question="Where?", top_k=1))
    assert [one.options["top_k"] for one in widget.history] == [5, 5, 1]


def test_questions_typed_while_the_kernel_was_busy_are_in_the_history() -> None:
    widget = asked()
    # Jupyter holds back all but the last change of a trait, but not the reports.
    for threshold in (1.0, 2.0):  # a threshold that is dragged is one question
        from_browser(widget, report(PASSAGE, READY, question="1?", no_answer_threshold=threshold))
    from_browser(widget, report(PASSAGE, READY, question="2?"))
    from_browser(widget, report("Unknown here.", READY, question="3?"))
    from_browser(widget, report(PASSAGE, READY, question="4?"))
    typed(widget, question="4?")
    assert [one.question for one in widget.history] == ["1?", "2?", "4?"]
    assert [one.options["no_answer_threshold"] for one in widget.history] == [2.0, None, None]


def test_the_table_of_answers_needs_no_scores() -> None:
    widget = asked()
    columns = ["text", "start", "end", "score", "probability"]
    assert list(widget.answers_frame().columns) == columns
    assert len(widget.answers_frame()) == 0
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    frame = widget.answers_frame()
    assert frame.reset_index().to_dict("records") == [{"rank": 1, **ANSWER}]


def test_the_table_of_answers_is_for_reading() -> None:
    widget = asked()
    answers = [
        {**ANSWER, "score": 8.76190612, "probability": 0.87619061},
        {**ANSWER, "score": -3.1234567, "probability": 1.2e-9},
    ]
    from_browser(widget, report(PASSAGE, {**READY, "answers": answers}, question="Where?"))
    shown = str(widget.answers_frame())
    assert "0.8762" in shown
    assert "8.762" in shown
    assert "e-" not in shown
    assert widget.answers[1]["probability"] == 1.2e-9


def test_a_page_that_asks_whether_python_is_there_is_answered() -> None:
    widget = asked()
    from_browser(widget, {"kind": "python.ping", "request": "a-1"})
    content, _ = customs(widget)[-1]
    assert content == {"kind": "python.pong", "request": "a-1"}
    assert list(content) == contract.CONTRACT["messages"]["python.pong"]["items"]
