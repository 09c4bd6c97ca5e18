"""The page of a selection: one HTML file that asks nothing of anybody."""

from collections.abc import Mapping, Sequence
from typing import Any

from smc.report.beside import Beside
from smc.report.document import Section, Table
from smc.report.html.blocks import pictures_block, section_block
from smc.report.html.markup import Html, joined, tag
from smc.report.html.page import SCRIPT, whole_page
from smc.report.selection.candidate_run import CandidateRun
from smc.report.selection.cards import card, symbols_table, tiles
from smc.report.selection.checklist import checklist_blocks
from smc.report.selection.checklist_items import Item
from smc.report.selection.conclusions import account, conclusions, left_out
from smc.report.selection.overfitting import overfitting_sections
from smc.report.selection.runs_table import runs_table
from smc.report.selection.sweep import sweep_pictures, sweep_table
from smc.report.text import minute

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
    beside: Beside,
) -> str:
    """Write the page.

    Parameters
    ----------
    candidate_runs
        Symbol -> run of its candidate, or why there is none.
    checklists
        Symbol -> items; of the symbols that have a candidate worth one.
    beside
        Links from where the page will stand.
    """
    title = f"Selection of {minute(manifest['timestamp'])} UTC"
    cards = [
        card(symbol, entry, candidate_runs[symbol], number=number, beside=beside)
        for number, (symbol, entry) in enumerate(manifest["selections"].items())
    ]
    return whole_page(
        title,
        _top(manifest, title),
        _chapter("symbols", symbols_table(manifest), *cards),
        _chapter("checklist", *checklist_blocks(manifest, checklists)),
        _chapter("overfitting", *_overfitting(manifest)),
        _chapter("runs-all", runs_table(manifest, beside)),
        *_left_out(manifest),
        script=SCRIPT,
    )


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
