"""The guards that mutate_guards.py takes out of the source, and the tests that stand for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """A guard and how it is taken out: `old`, which stands once in `file`, becomes `new`."""

    name: str
    file: str
    old: str
    new: str
    test: str
    """As docs/faults.md names tests."""


GUARDS = [
    Guard(
        '"no answer" above the threshold', "qna_widget/core/decoding.py",
        "no_answer = null_margin > options.no_answer_threshold", "no_answer = False",
        "tests/unit/core/test_decoding.py::"
        "test_no_answer_wins_only_above_the_threshold_and_takes_a_place",
    ),
    Guard(
        '"no answer" above the threshold, browser', "js/src/core/decoding.ts",
        "const no_answer = null_margin > options.no_answer_threshold;", "const no_answer = false;",
        "js/tests/fuzz/decoding.test.ts::"
        "every window that comes is ranked as the full list would be",
    ),
    Guard(
        "code points and UTF-16 units", "js/src/core/offsets.ts",
        "return unit - pairsBefore(unit, (k) => pairs[k]!);", "return unit;",
        "js/tests/fuzz/tokens.test.ts::offsets go to code points and back",
    ),
    Guard(
        "model.json names files beside it only", "qna_widget/core/manifest.py",
        "path=path_of(folder / Path(asset.path).name)", "path=path_of(folder / asset.path)",
        "tests/unit/models/test_registry.py::test_a_description_cannot_name_files_elsewhere",
    ),
    Guard(
        "only listed files are handed out", "qna_widget/hosts/assets.py",
        "if type(offset) is not int or not 0 <= offset < max(asset.bytes, 1):", "if False:",
        "tests/unit/hosts/test_assets.py::test_anything_else_is_refused_in_words",
    ),
    Guard(
        "a download is no longer than it says", "js/src/runtime/assets/loader.ts",
        "if (this.#arrived + piece.byteLength > asset.bytes) {", "if (false) {",
        "js/tests/runtime/assets/loader.test.ts::"
        "a source that goes on and on is left at the file's length",
    ),
    Guard(
        "what is read has a bound", "qna_widget/documents/reading.py",
        "if reading.length > limit:", "if False:",
        "tests/unit/documents/test_reading.py::test_an_endless_device_ends_at_the_limit",
    ),
    Guard(
        "texts are escaped in what stands for a widget", "qna_widget/hosts/widget/fallback.py",
        'text = escape(answer["text"]) or', 'text = answer["text"] or',
        "tests/unit/hosts/test_fallback.py::test_hostile_texts_stay_texts",
    ),
    Guard(
        "texts are text nodes in the view", "js/src/view/dom.ts",
        "element.textContent = text;", "element.innerHTML = text;",
        "js/tests/view/model-menu.test.ts::what did not come is an alert, in words, as text",
    ),
    Guard(
        "sha256 of a model's files", "qna_widget/models/files.py",
        "if digest != asset.sha256:", "if False:",
        "tests/unit/models/test_registry.py::test_a_vocabulary_with_a_missing_line_is_refused",
    ),
    Guard(
        "sha256 in the browser", "js/src/runtime/assets/loader.ts",
        "if (actual !== null && actual !== this.asset.sha256) {", "if (false) {",
        "js/tests/runtime/assets/loader.test.ts::"
        "wrong bytes are never used: the error names the file, the expected and the actual",
    ),
    Guard(
        "sha256 of what the browser keeps unpacked", "js/src/runtime/assets/loader.ts",
        "if ((await sha256Hex(kept.bytes)) !== whole.sha256) {", "if (false) {",
        "js/tests/runtime/assets/unpacked.test.ts::what is kept is not trusted",
    ),
    Guard(
        "late answers to a stale question", "js/src/runtime/connection.ts",
        "if (asked === undefined || asked.id !== id) return;", "if (asked === undefined) return;",
        "js/tests/runtime/client.test.ts::"
        "late words of the engine about an older request are dropped",
    ),
    Guard(
        "Python keeps no answers to former inputs", "qna_widget/hosts/widget/reports.py",
        "if self._answered is not None and self.fits(self._answered):",
        "if self._answered is not None:",
        "tests/unit/hosts/test_reports.py::test_inputs_that_return_before_the_page_hears_of_it",
    ),
    Guard(
        "a report that comes late", "qna_widget/hosts/widget/reports.py",
        "if last is not None and last.follows(report):", "if False:",
        "tests/unit/hosts/test_reports.py::"
        "test_reports_of_a_page_in_any_order_come_to_the_same",
    ),
    Guard(
        "whole characters", "qna_widget/core/borders.py",
        "start, end = graphemes.whole(near, start - low, end - low)",
        "start, end = start - low, end - low",
        "tests/unit/core/test_borders.py::test_characters_are_whole",
    ),
    Guard(
        "whole characters, browser", "js/src/core/graphemes.ts",
        "  while (!isBorder(near, last)) last++;\n", "",
        "js/tests/core/borders.test.ts::run by Chloe",
    ),
    Guard(
        "inputs within their bounds", "qna_widget/core/contract.py",
        'if "minimum" in spec and not spec["minimum"] <= cast(float, checked) <= spec["maximum"]:',
        "if False:",
        "tests/unit/fuzz/test_fuzz.py::test_options_are_within_their_bounds_or_refused",
    ),
    Guard(
        "a damaged chunk in IndexedDB", "js/src/runtime/assets/cache.ts",
        "return stored instanceof Uint8Array && stored.byteLength === length ? stored : null;",
        "return (stored ?? null) as Uint8Array | null;",
        "js/tests/runtime/assets/cache.test.ts::a damaged chunk is not taken",
    ),
    Guard(
        "what a page says is checked", "qna_widget/hosts/widget/widget.py",
        "self._reports.receive(heard.report(content))", "self._reports.receive(content)",
        "tests/unit/fuzz/test_messages.py::test_whatever_a_page_says_the_widget_stays_whole",
    ),
    Guard(
        "logits of the tokens' shape", "qna_widget/runtime/session.py",
        'if values.shape != wanted or values.dtype.kind != "f":', "if False:",
        "tests/unit/runtime/test_session.py::"
        "test_a_model_file_that_lies_about_its_shapes_is_refused",
    ),
    Guard(
        "no formula for a spreadsheet", "js/src/component/history-file.ts",
        "const text = formula ? formula_prefix + value : value;", "const text = value;",
        "js/tests/fuzz/history.test.ts::no script breaks its rules, and no text is lost on the way",
    ),
    Guard(
        "a packed file unpacks to its length", "qna_widget/core/bounded.py",
        "            if left < 0:", "            if False:",
        "tests/unit/models/test_registry.py::"
        "test_a_file_never_unpacks_beyond_what_is_described",
    ),
    Guard(
        "a packed file unpacks to its length, browser", "js/src/runtime/assets/verify.ts",
        "if (length + value.byteLength > out.byteLength) {", "if (false) {",
        "js/tests/runtime/assets/loader.test.ts::a file that unpacks to another length is refused",
    ),
    Guard(
        "no devices, no pipes", "qna_widget/core/bounded.py",
        "if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):", "if False:",
        "tests/unit/models/test_registry.py::"
        "test_a_device_or_a_pipe_is_no_file_of_a_model",
    ),
    Guard(
        "a page sets inputs alone", "qna_widget/hosts/widget/widget.py",
        "super().set_state(heard.changes(sync_data))", "super().set_state(sync_data)",
        "tests/unit/fuzz/test_messages.py::"
        "test_a_page_sets_inputs_to_what_they_may_be_and_nothing_else",
    ),
    Guard(
        "a notebook's manifest is whole", "js/src/hosts/heard.ts",
        "return fits(value, MANIFEST) ? (value as Manifest) : null;",
        "return value as Manifest;",
        "js/tests/fuzz/messages.test.ts::what a notebook keeps of inputs, models and questions is "
        "whole, or as if it were not there",
    ),
    Guard(
        "a late report about former arguments", "qna_widget/hosts/streamlit/memory.py",
        'if report["revision"] == self.revision and report["number"] >= self.report:',
        'if report["number"] >= self.report:',
        "tests/unit/hosts/test_streamlit.py::"
        "test_a_late_report_about_former_arguments_is_dropped",
    ),
    Guard(
        "an overtaken run", "qna_widget/hosts/streamlit/memory.py",
        'if report["revision"] == self.revision and report["number"] >= self.report:',
        'if report["revision"] == self.revision:',
        "tests/unit/hosts/test_streamlit.py::test_a_run_that_was_overtaken_undoes_nothing",
    ),
    Guard(
        "a page chooses from the menu", "qna_widget/hosts/streamlit/memory.py",
        "return choice if any(model.name == choice for model in menu.offered()) else argument",
        "return choice",
        "tests/unit/hosts/test_streamlit.py::test_a_forged_page_opens_no_folder_of_the_servers",
    ),
    Guard(
        "a chunk's length", "js/src/runtime/assets/kernel.ts",
        "if (chunk.byteLength !== length) {", "if (false) {",
        "js/tests/runtime/assets/kernel.test.ts::a chunk of another length is refused",
    ),
    Guard(
        "kept answers lie within the text", "js/src/hosts/widget/saved.ts",
        "    end! <= code_points\n", "    true\n",
        "js/tests/fuzz/messages.test.ts::"
        "kept answers are drawn where they fit the text, or not at all",
    ),
    Guard(
        "an index names files beside it", "qna_widget/export/checkpoint.py",
        "strange = [name for name in names if Path(name).name != name]",
        "strange: list[str] = []",
        "tests/unit/export/test_export_architectures.py::test_an_index_names_files_beside_it",
    ),
    Guard(
        "a cached name is no path", "qna_widget/models/cache.py",
        'if name is not None and _KEY.fullmatch(said["key"]):', "if name is not None:",
        "tests/unit/models/test_cache.py::test_a_name_cannot_lead_out_of_the_cache",
    ),
    Guard(
        "a passage cannot end a page's script", "qna_widget/hosts/standalone/page.py",
        r'text.replace("<", "\\u003c")', "text",
        "tests/unit/hosts/test_page_folder.py::test_each_file_is_named_by_its_content",
    ),
    Guard(
        "no password of a proxy in a message", "qna_widget/models/network.py",
        """://…@{host}" if found and "://" in before else host""",
        """://{before}@{host}" if found and "://" in before else host""",
        "tests/unit/models/test_network.py::"
        "test_a_proxy_that_refuses_is_named_without_its_password",
    ),
    Guard(
        "a range of a file has a bound", "qna_widget/hosts/assets.py",
        "if type(length) is not int or not 0 < length <= CHUNK_BYTES:", "if False:",
        "tests/unit/hosts/test_assets.py::test_anything_else_is_refused_in_words",
    ),
    Guard(
        "a link names a model of the menu", "qna_widget/hosts/streamlit/demo/link.py",
        "if model not in (shelf.model, *models):", "if False:",
        "tests/unit/demo/test_demo_link.py::"
        "test_what_is_not_allowed_is_told_and_the_rest_is_done",
    ),
]  # fmt: skip
