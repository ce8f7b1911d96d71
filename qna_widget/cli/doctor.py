"""`qna-widget doctor`: what is installed, where the model comes from, what is broken."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from itertools import groupby

from .arguments import Commands, add_model, command
from .checks import Finding, examine
from .codes import FAILED, OK

SIGNS = {"ok": "ok", "absent": "--", "broken": "!!"}


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    what = "say what is installed and whether it is whole; code 1: something is broken"
    parser = command(commands, "doctor", run, what)
    add_model(parser, what="the model whose files are checked")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the findings."""
    findings = list(examine(options.model))
    broken = sum(finding.state == "broken" for finding in findings)
    if options.json:
        report = {"ok": not broken, "findings": [asdict(finding) for finding in findings]}
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for section, group in groupby(findings, key=lambda finding: finding.section):
            print(section)
            for finding in group:
                print(_line(finding))
        print("Nothing is broken." if not broken else f"Broken: {broken}, marked with !!.")
    return FAILED if broken else OK


def _line(finding: Finding) -> str:
    line = f"  {SIGNS[finding.state]} {finding.name}: {finding.detail}"
    return f"{line}\n     {finding.cure}" if finding.cure else line
