"""The text of HTML files against what Chromium says that it shows of them."""

import json
import pydoc
import textwrap
import tomllib

import pytest
from chromium import Offline

from qna_widget.documents.html import html_text

HARD = """<title>no</title><p>a<b>b</b> c<br>d<br><br>e<p hidden>no<p>f
<ul><li>one<li>two <i>x</i><ol><li>deep</ol></ul>
<table><tr><td>1<td>2<tr><td>3</table>tail<pre>
 x
   y</pre><div>u<div>v</div>w</div><ruby>漢<rp>(</rp><rt>kan</rt></ruby>
<details open><summary>s</summary>t</details><button>go</button> &amp;&nbsp;z &lt;b&gt;
<dl><dt>T<dd>D</dl><fieldset><legend>L</legend>F</fieldset><span style="display:none">no</span>
<b><p>badly <i>nested</b> text</i><template>no</template><script>no</script>"""
NUMBERED = """() => document.querySelectorAll("ol > li").forEach((item) =>
    item.prepend(`${[...item.parentNode.children].indexOf(item) + 1}. `))"""
# The standard library's own documentation: tables, links, lists and unclosed tags by other hands.
PAGES = {
    module.__name__: pydoc.html.page(module.__name__, pydoc.html.document(module))
    for module in (json, textwrap, tomllib)
}


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.split()]


@pytest.mark.parametrize("name", ["hard", *PAGES])
def test_lines_are_those_of_the_browser(offline: Offline, name: str) -> None:
    markup = PAGES.get(name, HARD)
    page = offline.page()
    page.set_content(markup)
    page.evaluate(NUMBERED)  # a browser shows an item's number, but does not count it as text
    shown = lines(page.evaluate("document.body.innerText"))
    assert len(shown) > 15
    assert lines(html_text(markup)) == shown
