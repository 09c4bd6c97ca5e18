"""The Markdown pages of a selection: one a symbol, and the overfitting analysis."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from smc.outside.escape import markdown as literal
from smc.report.document import Section
from smc.report.html.blocks import Picture
from smc.report.run.markdown_page import section_blocks
from smc.report.selection.candidate_run import CandidateRun
from smc.report.selection.checklist import checklist_section
from smc.report.selection.checklist_items import Item
from smc.report.selection.conclusions import PROMISE, account, recommendation
from smc.report.selection.entries import gates_section
from smc.report.selection.facts import facts_section, questions_section
from smc.report.selection.overfitting import overfitting_sections
from smc.report.selection.tried import run_sections, tried_section


def symbol_page(
    symbol: str,
    entry: Mapping[str, Any],
    candidate_run: CandidateRun | str,
    *,
    items: Sequence[Item],
    pictures: Mapping[str, Picture],
) -> str:
    """Write the page of one symbol.

    Parameters
    ----------
    items
        Of its checklist; may be none.
    pictures
        File name beside the page -> picture.
    """
    sections = [
        Section("Recommendation", recommendation(entry)),
        gates_section(entry),
        facts_section(entry),
        *questions_section(entry),
        tried_section(entry),
    ]
    if isinstance(candidate_run, str):
        sections.append(Section("The candidate's run", [f"Not shown: {candidate_run}."]))
    else:
        sections += run_sections(candidate_run)
    if items:
        sections.append(checklist_section(list(items)))
    return _page(f"{symbol}: {entry['verdict']}", sections, pictures)


def overfitting_page(manifest: Mapping[str, Any], pictures: Mapping[str, Picture]) -> str:
    """Write the overfitting analysis over all runs of a manifest."""
    sections = [Section("Runs", [*account(manifest), PROMISE]), *overfitting_sections(manifest)]
    return _page("Overfitting over the sweep", sections, pictures)


def file_names(symbols: Iterable[str], *, taken: Iterable[str] = ("index", "overfitting")) -> dict[str, str]:
    """Return a file name for each symbol, different even where letters' case does not count.

    >>> file_names(["BTC/USDT", "btc_usdt", ".."])
    {'BTC/USDT': 'BTC_USDT', 'btc_usdt': 'btc_usdt_2', '..': 'symbol'}
    """
    used, names = set(taken), {}
    for symbol in symbols:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "_", symbol).strip(".")[:80] or "symbol"
        number, name = 1, plain
        while name.lower() in used:
            number += 1
            name = f"{plain}_{number}"
        used.add(name.lower())
        names[symbol] = name
    return names


def _page(title: str, sections: Iterable[Section], pictures: Mapping[str, Picture]) -> str:
    blocks = [f"# {literal(title)}"]
    for section in sections:
        blocks += section_blocks(section)
    if pictures:
        blocks.append("## Pictures")
    blocks += [
        f"### {literal(picture.title)}\n\n![{literal(picture.title)}]({name})\n\n{literal(picture.caption)}"
        for name, picture in pictures.items()
    ]
    return "\n\n".join(blocks) + "\n"
