"""Whole blocks of HTML go past Markdown: the same page, without their tags being read."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown
from markdown.htmlparser import HTMLExtractor

from shahrnama.publish.blocks import Blocks

TABLE = '<div class="rows"><div><table><tr><td>یک *ستاره* [پیوند](x)</td></tr></table></div></div>'


def rendered(markdown: str, *, aside: bool) -> list[str]:
    html = Markdown(extensions=["tables", "toc", *([Blocks()] if aside else [])]).convert(markdown)
    return [line for line in html.splitlines() if line]


@pytest.mark.parametrize(
    "line",
    [
        TABLE,
        '<dl class="facts"><div><dt>a</dt><dd>*b*</dd></div></dl>',
        "<p>one</p>",
        "<details><summary>more</summary><p>_x_</p></details>",
        '<ul class="numbers"><li>1</li></ul>',
        "<figure><svg><path d='M0 0'/></svg></figure>",
        "<p>one</p> *and* <p>two</p>",
        "<div>one</div><div>two</div>",
        "<div><div>not closed</div>",
        "<div>closed twice</div></div>",
        "<p>one</p>&amp; <b>bold</b>",
        "    <p>code</p>",
        "text <p>*one*</p>",
        "<span>*inline*</span>",
        "<divider>*x*</divider>",
        "<div>",
        "</div>",
    ],
)
def test_a_page_is_the_same_with_and_without(line: str) -> None:
    for page in (line, f"# a\n\n{line}\n\n*b*", f"a\n{line}\nb", f"- a\n\n{line}\n\n- b", f"{line}\n{line}\n\n{line}"):
        assert rendered(page, aside=True) == rendered(page, aside=False)


def test_tags_of_a_whole_block_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = HTMLExtractor.handle_starttag
    monkeypatch.setattr(
        HTMLExtractor, "handle_starttag", lambda self, tag, attrs: read.append(tag) or whole(self, tag, attrs)
    )
    page = f"# a\n\n{TABLE}\n\nb <b>c</b>"
    html = "".join(rendered(page, aside=True))
    assert (TABLE in html, set(read) & {"table", "td", "div"}) == (True, set())
    rendered(page, aside=False)
    assert "table" in read
    assert re.search("<b>c</b>", html)
