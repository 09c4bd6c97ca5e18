"""The page of a selection: one HTML file that asks nothing of anybody."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from smc.report.document import Section, Table
from smc.report.html.blocks import pictures_block, section_block
from smc.report.html.charts.frame import STYLE
from smc.report.html.markup import Html, joined, tag
from smc.report.selection.candidate_run import CandidateRun
from smc.report.selection.cards import card, symbols_table, tiles
from smc.report.selection.checklist import checklist_blocks
from smc.report.selection.checklist_items import Item
from smc.report.selection.conclusions import account, conclusions, left_out
from smc.report.selection.overfitting import overfitting_sections
from smc.report.selection.runs_table import runs_table
from smc.report.selection.sweep import sweep_pictures, sweep_table
from smc.report.text import minute

CSS, SCRIPT = (
    Html(files("smc.report.html").joinpath(name).read_text(encoding="utf-8"))
    for name in ("page.css", "page.js")
)
#: Only the page's own script runs, and nothing is loaded: a name that slipped through would still do nothing.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'"
)
CHAPTERS = {
    "symbols": "Symbols",
    "checklist": "Checklist",
    "overfitting": "Overfitting",
    "runs-all": "All runs",
}


def page(
    manifest: Mapping[str, Any],
    candidate_runs: Mapping[str, CandidateRun | str],
    checklists: Mapping[str, Sequence[Item]],
) -> str:
    """Write the page.

    Parameters
    ----------
    candidate_runs
        Symbol -> run of its candidate, or why there is none.
    checklists
        Symbol -> items; of the symbols that have a candidate worth one.
    """
    title = f"Selection of {minute(manifest['timestamp'])} UTC"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", CSS, STYLE),
    )
    cards = [
        card(symbol, entry, candidate_runs[symbol], number=number)
        for number, (symbol, entry) in enumerate(manifest["selections"].items())
    ]
    body = tag(
        "body",
        tag(
            "main",
            _top(manifest, title),
            _chapter("symbols", symbols_table(manifest), *cards),
            _chapter("checklist", *checklist_blocks(manifest, checklists)),
            _chapter("overfitting", *_overfitting(manifest)),
            _chapter("runs-all", runs_table(manifest)),
            *_left_out(manifest),
        ),
        tag("script", SCRIPT),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _top(manifest: Mapping[str, Any], title: str) -> Html:
    supported = tag("div", *(tag("p", sentence) for sentence in conclusions(manifest)), class_="supported")
    links = tag("nav", *(tag("a", name, href=f"#{key}") for key, name in CHAPTERS.items()))
    return joined(
        [
            tag("h1", title),
            links,
            supported,
            tiles(manifest),
            *(tag("p", sentence, class_="note") for sentence in account(manifest)),
        ]
    )


def _overfitting(manifest: Mapping[str, Any]) -> list[Html]:
    sections = map(section_block, overfitting_sections(manifest))
    return [pictures_block(sweep_pictures(sweep_table(manifest))), *sections]


def _left_out(manifest: Mapping[str, Any]) -> list[Html]:
    rows = left_out(manifest)
    if not rows:
        return []
    table = Table(("run", "what became of it", "why"), rows, n_text=3)
    return [section_block(Section("Runs that were not judged", tables=[table]))]


def _chapter(key: str, *blocks: Html) -> Html:
    return tag("section", tag("h2", CHAPTERS[key]), *blocks, id=key, class_="chapter")
