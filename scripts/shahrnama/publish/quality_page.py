"""The page on the data's quality: scores with their parts, issues and whose job they are, corrections, masked data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from shahrnama.persian import Language, number
from shahrnama.publish.markdown import front_matter, moment
from shahrnama.publish.quality_words import QUALITY_WORDS, label
from shahrnama.publish.site import REGISTERS, Site
from shahrnama.publish.texts import WORDS, text

NEWEST = 20  # issues that the page itself lists; all are in the table


def quality_page(site: Site, language: Language) -> str:
    """How good the data is, what is wrong with it, who must mend it, and what was corrected or masked here."""
    words = QUALITY_WORDS[language]
    lines = [*front_matter(title=words["title"], description=words["lead"], demo=site.demo, hide=["navigation"])]
    lines += [f"# {words['title']}\n", words["lead"], ""]
    lines += [f"## {words['scores']}\n", words["scores_lead"], *_scores(site, language)]
    lines += [f"## {words['issues']}\n", words["issues_lead"], *_totals(site, language), *_newest(site, language)]
    lines += [f"## {words['corrections']}\n", words["corrections_lead"], *_corrections(site, language)]
    lines += [f"## {words['masked']}\n", words["masked_lead"], *_masked(site, language)]
    return "\n".join(lines)


def quality_facts(site: Site, name: str, language: Language) -> list[tuple[str, str]]:
    """What a dataset's own page says of its quality: names and values, as HTML; none before the gate has spoken."""
    words, rows = QUALITY_WORDS[language], site.registers
    score = next((row["score_pct"] for row in rows["quality_scores"] if row["dataset"] == name), None)
    if score is None:
        return []
    wrong = sum(row["issue_count"] for row in rows["issue_totals"] if row["dataset"] == name)
    aside = sum(row["set_aside_count"] for row in rows["set_aside_rows"] if row["dataset"] == name)
    masked = sum(row["cell_count"] for row in rows["masked_cells"] if row["dataset"] == name)
    address = "../../quality/"
    facts = [(words["score"], f'<a href="{address}#{name}">{words["of_100"].format(number(score, language))}</a>')]
    facts += (
        [(words["open_issues"], f'<a href="{_issues(name, language)}">{number(wrong, language)}</a>')] if wrong else []
    )
    facts += [(words["set_aside"], number(aside, language))] if aside else []
    facts += [(words["masked_count"], number(masked, language))] if masked else []
    return facts


def _scores(site: Site, language: Language) -> Iterator[str]:
    words = QUALITY_WORDS[language]
    titles = {package["name"]: text(package, "title", language) for package in site.packages}
    parts = site.registers["quality_parts"]
    for row in sorted(site.registers["quality_scores"], key=lambda row: (-int(row["score_pct"]), row["dataset"])):
        name = row["dataset"]
        title = escape(titles.get(name, name))
        summary = f"<b>{words['of_100'].format(number(row['score_pct'], language))}</b> {title}"
        items = "".join(_part(part, language) for part in parts if part["dataset"] == name)
        bar = f'<meter min="0" max="100" value="{row["score_pct"]}" aria-hidden="true"></meter>'
        yield f'<details id="{name}" class="score"><summary>{summary}{bar}</summary><ul>{items}</ul></details>'
    yield ""


def _part(part: dict[str, Any], language: Language) -> str:
    told = part["explanation" if language == "fa" else "explanation_en"]
    of = QUALITY_WORDS[language]["of"]
    points = f"{number(part['points'], language)} {of} {number(part['most_points'], language)}"
    return (
        f"<li><b>{label('quality_parts', 'part_code', part['part_code'], language)}</b> {points}. {escape(told)}</li>"
    )


def _totals(site: Site, language: Language) -> list[str]:
    words = QUALITY_WORDS[language]
    kinds = {row["kind"]: row["title" if language == "fa" else "title_en"] for row in site.registers["issue_kinds"]}
    totals = sorted(site.registers["issue_totals"], key=lambda row: (-row["issue_count"], row["total_id"]))
    items = [
        f'<a href="{_issues(row["dataset"], language, row["kind"])}">{number(row["issue_count"], language)}</a> '
        f"<b>{escape(kinds[row['kind']])}</b> {_place(site, row, language)}"
        + _tags(language, issue_totals=("severity_code", row), issues=("fixer_code", row))
        for row in totals
    ]
    return _list(items) or ["", words["no_issues"], ""]


def _newest(site: Site, language: Language) -> Iterator[str]:
    words = QUALITY_WORDS[language]
    issues = [row for row in site.registers["issues"] if row["state_code"] == "open"]
    newest = sorted(issues, key=lambda row: (row["first_seen_at"], row["issue_id"]), reverse=True)[:NEWEST]
    items = [
        f"<b>{_sentence(row['message' if language == 'fa' else 'message_en'])}</b> {_place(site, row, language)}"
        + _tags(language, issues=("fixer_code", row))
        + f" <small>{words['since']} {moment(row['first_seen_at'], language)}</small>"
        for row in newest
    ]
    if items:
        yield from (f"### {words['newest']}\n", *_list(items))
    english = "?_lang=en" if language == "en" else ""
    yield f'<a class="button" href="{REGISTERS}issues{english}">{words["all_issues"]}</a>\n'


def _corrections(site: Site, language: Language) -> list[str]:
    words = QUALITY_WORDS[language]
    items = [
        f"{_place(site, row, language)} <del>{escape(row['before'] or '') or '—'}</del> → "
        f"<ins>{escape(row['after'] or '') or '—'}</ins>. {escape(row['reason' if language == 'fa' else 'reason_en'])}"
        + _tags(language, corrections=("state_code", row), upstream=("upstream_code", row))
        for row in site.registers["corrections"]
    ]
    return _list(items) or ["", words["no_corrections"], ""]


def _masked(site: Site, language: Language) -> list[str]:
    words = QUALITY_WORDS[language]
    items = [
        f"<b>{number(row['cell_count'], language)}</b> {words.get('masked_' + row['kind'], row['kind'])} "
        + _place(site, row, language)
        for row in sorted(site.registers["masked_cells"], key=lambda row: -row["cell_count"])
    ]
    return _list(items) or ["", words["no_masked"], ""]


def _sentence(text: str) -> str:
    return escape(text[:1].upper() + text[1:])


def _list(items: Sequence[str]) -> list[str]:
    return ["", f'<ul class="issues">{"".join(f"<li>{item}</li>" for item in items)}</ul>', ""] if items else []


def _place(site: Site, row: dict[str, Any], language: Language) -> str:
    """Where it is, in people's words: table, column and row."""
    words = QUALITY_WORDS[language]
    table, column = site.titles(row["dataset"], row.get("resource"), row.get("field"), language)
    parts = [words["in_table"].format(escape(table))]
    parts += [words["in_column"].format(escape(column))] if column else []
    parts += [f'{words["in_row"]} <code dir="ltr">{escape(row["row_key"])}</code>'] if row.get("row_key") else []
    return f"<span>{WORDS[language]['comma'].join(parts)}</span>"


def _tags(language: Language, **codes: tuple[str, dict[str, Any]]) -> str:
    """Names of codes as small labels; `upstream` stands for the second column of the corrections."""
    names = [
        label("corrections" if register == "upstream" else register, column, row[column], language)
        for register, (column, row) in codes.items()
    ]
    return "".join(f" <em>{escape(name)}</em>" for name in names)


def _issues(dataset: str, language: Language, kind: str = "") -> str:
    query = f"?dataset={dataset}&amp;state_code=open" + (f"&amp;kind={kind}" if kind else "")
    return f"{REGISTERS}issues{query}{'&amp;_lang=en' if language == 'en' else ''}"
