"""The page of a selection: one HTML file that asks nothing of anybody."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from smc.report.document import Section, Table
from smc.report.selection.blocks import headings, pictures_block, section_block
from smc.report.selection.card import anchor, badge, card
from smc.report.selection.charts.standalone import STYLE
from smc.report.selection.exhibit import Exhibit
from smc.report.selection.gates import decided_by, gate_name
from smc.report.selection.item import STATES, Item
from smc.report.selection.markup import Html, joined, tag
from smc.report.selection.overfitting import overfitting_sections
from smc.report.selection.runs_table import runs_table
from smc.report.selection.supported import account, left_out, supported
from smc.report.selection.sweep import sweep_table
from smc.report.selection.sweep_charts import sweep_pictures
from smc.report.text import MISSING, count, decimal, minute, percent

CSS, SCRIPT = (
    Html(files("smc.report.selection").joinpath(name).read_text(encoding="utf-8"))
    for name in ("page.css", "page.js")
)
#: Only the page's own script runs, and nothing is loaded: a name that slipped through would still do nothing.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'"
)
TILES = {"DEPLOY": "deploy", "WATCH": "watch", "NO_MODEL": "no model"}
CHAPTERS = {
    "symbols": "Symbols",
    "checklist": "Checklist",
    "overfitting": "Overfitting",
    "runs-all": "All runs",
}


def page(
    manifest: Mapping[str, Any],
    exhibits: Mapping[str, Exhibit | str],
    checklists: Mapping[str, Sequence[Item]],
) -> str:
    """Write the page.

    Parameters
    ----------
    exhibits
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
        card(symbol, entry, exhibits[symbol], number=number)
        for number, (symbol, entry) in enumerate(manifest["selections"].items())
    ]
    body = tag(
        "body",
        tag(
            "main",
            _top(manifest, title),
            _chapter("symbols", _overview(manifest), *cards),
            _chapter("checklist", *_checklists(manifest, checklists)),
            _chapter("overfitting", *_overfitting(manifest)),
            _chapter("runs-all", runs_table(manifest)),
            *_left_out(manifest),
        ),
        tag("script", SCRIPT),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _top(manifest: Mapping[str, Any], title: str) -> Html:
    said = tag("div", *(tag("p", each) for each in supported(manifest)), class_="supported")
    links = tag("nav", *(tag("a", name, href=f"#{key}") for key, name in CHAPTERS.items()))
    return joined(
        [
            tag("h1", title),
            links,
            said,
            _tiles(manifest),
            *(tag("p", each, class_="note") for each in account(manifest)),
        ]
    )


def _tiles(manifest: Mapping[str, Any]) -> Html:
    verdicts = [entry["verdict"] for entry in manifest["selections"].values()]
    runs = manifest["runs"]
    found = [(name, verdicts.count(verdict), verdict.lower()) for verdict, name in TILES.items()]
    found.append(("runs read", runs["read"], ""))
    found += [(name, len(runs[name]), "trouble" if runs[name] else "") for name in ("missing", "damaged")]
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", count(n)), class_=class_) for name, n, class_ in found),
        class_="tiles",
    )


def _overview(manifest: Mapping[str, Any]) -> Html:
    """List the symbols with what decided; each name leads to its card."""
    columns = (
        "symbol",
        "verdict",
        "model",
        "decided by",
        "out-of-fold",
        "gap",
        "test",
        "p, corrected",
        "trials",
    )
    head = tag("tr", *headings(columns, 4))
    rows = [_symbol(*each, number=number) for number, each in enumerate(manifest["selections"].items())]
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag("div", table, class_="scroll", tabindex="0", role="group", aria_label="all symbols")


def _symbol(symbol: str, entry: Mapping[str, Any], *, number: int) -> Html:
    named, evidence, gate = entry["candidate"] or {}, entry["evidence"], decided_by(entry)
    run = next((row for row in entry["comparison"] if row["run_id"] == named.get("run_id")), {})
    figures = (
        percent(run.get("out_of_fold_accuracy")),
        percent(entry["train_val_gap"]),
        percent(entry["test_accuracy"]),
        decimal((evidence.get("p_values") or {}).get("corrected"), 4),
        count(evidence["n_trials"]),
    )
    return tag(
        "tr",
        tag("th", tag("a", symbol, href=f"#{anchor(number)}"), scope="row"),
        tag("td", badge(entry["verdict"])),
        tag("td", " ".join(filter(None, (named.get("model"), run.get("profile")))) or MISSING),
        tag("td", gate_name(gate["name"]) if gate else "all passed"),
        *(tag("td", figure, class_="figure") for figure in figures),
    )


def _checklists(manifest: Mapping[str, Any], checklists: Mapping[str, Sequence[Item]]) -> list[Html]:
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
