"""What axe-core says of a page."""

from __future__ import annotations

from playwright.sync_api import Page
from servers import ROOT

AXE = ROOT / "js/node_modules/axe-core/axe.min.js"


def axe(page: Page, within: str) -> list[tuple[str, str, str]]:
    """List what axe-core finds serious within an element: rule, element, what to do."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found = page.evaluate("within => axe.run(within, { resultTypes: ['violations'] })", within)
    assert found["passes"], "axe-core checked nothing"
    return [
        (rule["id"], node["html"], node["failureSummary"])
        for rule in found["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
