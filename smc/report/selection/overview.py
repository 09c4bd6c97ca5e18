"""The verdicts of all symbols at a glance."""

from collections.abc import Mapping
from typing import Any

from smc.report.html.blocks import headings
from smc.report.html.markup import Html, tag
from smc.report.selection.card import anchor, badge
from smc.report.selection.gates import decided_by, gate_name
from smc.report.selection.naming import model_and_profile, row_of
from smc.report.text import MISSING, count, decimal, percent

TILES = {"DEPLOY": "deploy", "WATCH": "watch", "NO_MODEL": "no model"}


def tiles(manifest: Mapping[str, Any]) -> Html:
    """Count the verdicts and the runs."""
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


def symbols_table(manifest: Mapping[str, Any]) -> Html:
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
    run = row_of(entry, named)
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
        tag("td", model_and_profile(entry, named) or MISSING),
        tag("td", gate_name(gate["name"]) if gate else "all passed"),
        *(tag("td", figure, class_="figure") for figure in figures),
    )
