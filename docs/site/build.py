"""Lay out the project's page and build it: `python docs/site/build.py OUT`.

OUT/source has the repository's own Markdown where it stands there, so that its links hold, beside
this folder's pages; OUT/html is the site, which works below any path and without a network.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from qna_widget.standalone import write_find, write_page

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REPOSITORY = "https://github.com/qna-widget/qna-widget/blob/main"
# Pages of the repository; what they link to comes along as files to load.
PAGES = ("*.md", "docs/*.md", "training/*.md", "benchmarks/**/*.md")
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
TEXT = (
    "Bert is Ernie's best friend and roommate on Sesame Street. "
    "The pair share the basement apartment at 123 Sesame Street. Bert collects paper clips and "
    "bottle caps, and keeps pigeons on the roof; his favourite is called Bernice. Ernie would "
    "rather play the drums, or take a bath with his rubber duck, and that keeps Bert awake."
)
EXAMPLES = (
    "Where does Bert live?",
    "What is the name of Bert's favourite pigeon?",
    "What keeps Bert awake?",
)


def lay_out(source: Path) -> None:
    """Copy all pages, and whatever they link to."""
    for page in sorted({found for pattern in PAGES for found in ROOT.glob(pattern)}):
        target = source / page.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = LINK.sub(lambda link, page=page: _link(link, page, source), page.read_text("utf-8"))
        target.write_text(text, encoding="utf-8")
    for page in HERE.glob("*.md"):
        shutil.copyfile(page, source / page.name)


def _link(link: re.Match[str], page: Path, source: Path) -> str:
    """Bring the file that a page links to; a folder can only be seen in the repository."""
    target, anchor = link[1], link[2] or ""
    if re.match(r"[a-z]+:", target):
        return link[0]
    found = (page.parent / target).resolve()
    place = found.relative_to(ROOT)
    if found.is_dir():
        return f"]({REPOSITORY}/{place}{anchor})"
    if found.suffix != ".md":
        (source / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found, source / place)
    return link[0]


def build(out: Path) -> int:
    """Build the site into OUT/html; 0 when Sphinx had nothing to complain of."""
    source, html = out / "source", out / "html"
    shutil.rmtree(out, ignore_errors=True)
    source.mkdir(parents=True)
    lay_out(source)
    code = sphinx(["-q", "-W", "--keep-going", "-c", str(HERE), str(source), str(html)])
    # One folder: runtime and model are there once.
    write_page(html / "qna", TEXT, EXAMPLES[0], title="qna-widget", examples=EXAMPLES)
    write_find(html / "qna")
    shutil.rmtree(html / ".doctrees", ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1])))
