"""Checklists as part of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from smc.report.html.markup import Html, tag
from smc.report.selection.card import badge
from smc.report.selection.item import STATES, Item


def checklist_blocks(manifest: Mapping[str, Any], checklists: Mapping[str, Sequence[Item]]) -> list[Html]:
    """Write the checklist of each symbol that has one."""
    if not checklists:
        return [tag("p", "No symbol has a model to deploy, nor one to watch: there is nothing to check.")]
    return [
        tag(
            "div",
            tag("h3", symbol, " ", badge(manifest["selections"][symbol]["verdict"])),
            _items(items),
            class_="sheet",
        )
        for symbol, items in checklists.items()
    ]


def _items(items: Sequence[Item]) -> Html:
    head = tag("tr", *(tag("th", name, scope="col") for name in ("item", "state", "what is known")))
    rows = (
        tag(
            "tr",
            tag("th", each.what, scope="row"),
            tag("td", STATES[each.state], class_=f"item-{each.state}"),
            tag("td", each.says),
        )
        for each in items
    )
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="items")
