"""Settings of fuzz tests, and texts that are likelier to go wrong than random ones."""

from __future__ import annotations

import hypothesis
from fuzz_size import CASES
from hypothesis import strategies as st


def cases(share: float = 1, fixed: int = 100) -> hypothesis.settings:
    """Return the settings of one test: `fixed` cases, or `share` times CASES."""
    return hypothesis.settings(
        max_examples=max(1, round(CASES * share)) if CASES else fixed,
        derandomize=not CASES, deadline=None, database=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip


PIECES = [
    *"aZ9é.,:;!?-_()[]*<>'\"«»/\\@#%$€°…。！、¿\n\t \r\f\0\x7f\x85\u00ad",
    *"\u0301\u0323\u0345\u034f\u200b\u200c\u200d\u2060\ufe0f\ufeff\ufffd\u2028\ud800\udc00",
    *"東かカ한\u1112\u1161\u11abกำதமிक्षשָלמي𝄞🙂👍🏽🇩🇪ßİΣςǅﬁ½³",
    "Bert", "Mr.", "U.S.", "No. 5. ", "v2.3.1-rc1", "tamsin@example.org", "-12.5 °C", "$4,000.50",
    "https://example.org/a?b=c#d.", "[Tamsin Vale](https://example.org/t)", "**Vale**", "<b>x</b>",
    "\n\n", "\r\n", ". The ", "? then ", "x" * 101, "[UNK]", "[SEP]", "##s",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=60)
    | st.binary(max_size=8)
)
