"""The verdicts of all symbols at a glance, and each as a card of the page."""

from collections.abc import Mapping
from typing import Any

from smc.report.document import Table
from smc.report.explanation.section import section_of
from smc.report.html.blocks import headings, pictures_block, section_block, table_block
from smc.report.html.markup import Html, joined, tag
from smc.report.selection.candidate_charts import candidate_pictures
from smc.report.selection.candidate_run import IDLE, CandidateRun
from smc.report.selection.conclusions import recommendation
from smc.report.selection.entries import (
    OUTCOMES,
    decided_by,
    gate_name,
    gate_threshold,
    gate_value,
    model_and_profile,
    row_of,
)
from smc.report.selection.facts import facts_section, questions_section
from smc.report.text import MISSING, count, decimal, interval, percent
from smc.report.view import SPLIT_NAMES

#: ``passed`` of a gate -> class and sign; the sign tells them apart without colour.
SIGNS = {True: ("good", "✓"), False: ("bad", "✗"), None: ("idle", "–")}


def card(symbol: str, entry: Mapping[str, Any], candidate_run: CandidateRun | str, *, number: int) -> Html:
    """Return the card: verdict, why, gates, evidence and charts."""
    named = entry["candidate"] or {}
    who = _run_name(entry, named) if named else "no candidate"
    head = tag("header", tag("h3", symbol), badge(entry["verdict"]), tag("span", who, class_="run"))
    points = tag("ul", *(tag("li", sentence) for sentence in recommendation(entry)), class_="why")
    return tag(
        "article",
        head,
        points,
        tag(
            "div",
            tag("div", _gates_table(entry), _accuracies(candidate_run), _alternatives(entry)),
            section_block(facts_section(entry), class_="facts"),
            class_="halves",
        ),
        *map(section_block, questions_section(entry)),
        _charts(candidate_run),
        _explanation_block(candidate_run),
        class_=f"card {entry['verdict'].lower()}",
        id=anchor(number),
    )


def badge(verdict: str) -> Html:
    """Return a verdict as a badge."""
    return tag("span", verdict.replace("_", " "), class_=f"badge {verdict.lower()}")


def anchor(number: int) -> str:
    """Return where the card of a symbol stands on the page; a name may hold anything, a number may not."""
    return f"symbol-{number}"


def _gates_table(entry: Mapping[str, Any]) -> Html:
    names = (
        *headings(("gate", "value", "asked for"), 1),
        tag("th", tag("span", "outcome", class_="aside"), scope="col"),
    )
    head = tag("tr", *names)
    body = tag("tbody", *(_gate_row(gate) for gate in entry["gates"]))
    return tag(
        "table",
        tag("caption", "Gates, in the order in which they are asked"),
        tag("thead", head),
        body,
        class_="gates",
    )


def _gate_row(gate: Mapping[str, Any]) -> Html:
    class_, sign = SIGNS[gate["passed"]]
    remedy = [tag("small", "Would change it: ", gate["remedy"], class_="remedy")] if gate["remedy"] else []
    explanation = tag("small", gate["explanation"])
    return tag(
        "tr",
        tag("th", gate_name(gate["name"]), explanation, *remedy, scope="row"),
        tag("td", _unbroken(gate_value(gate["name"], gate["value"])), class_="figure"),
        tag("td", _unbroken(gate_threshold(gate)), class_="figure"),
        tag(
            "td", tag("span", sign, aria_hidden="true"), tag("span", OUTCOMES[gate["passed"]], class_="aside")
        ),
        class_=class_,
    )


def _unbroken(figure: str) -> str:
    """Keep a figure and its unit on one line."""
    return figure.replace(" %", "\N{NO-BREAK SPACE}%")


def _accuracies(candidate_run: CandidateRun | str) -> Html:
    """Return the accuracy of each split with its interval."""
    if isinstance(candidate_run, str):
        return Html("")
    rows = [
        (SPLIT_NAMES[split], count(score[2]), percent(score[0]), interval(score[1], percent))
        for split in candidate_run.splits
        if (score := candidate_run.accuracy(split))
    ]
    columns = ("part", "events", "accuracy", f"{100 * candidate_run.confidence:g} % interval")
    return table_block(Table(columns, rows)) if rows else Html("")


def _charts(candidate_run: CandidateRun | str) -> Html:
    """Return the charts of the candidate's run; or why it cannot be shown."""
    if isinstance(candidate_run, str):
        return tag("p", f"No charts: {candidate_run}.", class_="note")
    idle = [tag("p", f"{IDLE}.", class_="note")] if candidate_run.is_idle else []
    return joined([*idle, pictures_block(candidate_pictures(candidate_run))])


def _explanation_block(candidate_run: CandidateRun | str) -> Html:
    """Return what `python -m smc.explain` said of the candidate's model, if it was asked."""
    section = None if isinstance(candidate_run, str) else section_of(candidate_run.run)
    return Html("") if section is None else section_block(section)


def _alternatives(entry: Mapping[str, Any]) -> Html:
    paired = {run["run_id"]: run for run in entry["evidence"].get("paired") or []}
    rows = [
        (
            _run_name(entry, run),
            percent(row_of(entry, run).get("out_of_fold_accuracy")),
            percent(row_of(entry, run).get("train_val_gap")),
            decimal(paired.get(run["run_id"], {}).get("mcnemar_p"), 3),
        )
        for run in entry["alternatives"]
    ]
    if not rows:
        return Html("")
    columns = ("ranked behind it", "out-of-fold", "gap", "McNemar p")
    return table_block(Table(columns, rows))


def _run_name(entry: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    return f"{model_and_profile(entry, run)}, run {run['run_id']}"


TILES = {"DEPLOY": "deploy", "WATCH": "watch", "NO_MODEL": "no model"}


def tiles(manifest: Mapping[str, Any]) -> Html:
    """Count the verdicts and the runs."""
    verdicts = [entry["verdict"] for entry in manifest["selections"].values()]
    runs = manifest["runs"]
    counts = [(name, verdicts.count(verdict), verdict.lower()) for verdict, name in TILES.items()]
    counts.append(("runs read", runs["read"], ""))
    counts += [(name, len(runs[name]), "trouble" if runs[name] else "") for name in ("missing", "damaged")]
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", count(n)), class_=class_) for name, n, class_ in counts),
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
        "passes as best of",
        "trials",
    )
    head = tag("tr", *headings(columns, 4))
    rows = [
        _symbol_row(*selection, number=number)
        for number, selection in enumerate(manifest["selections"].items())
    ]
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag("div", table, class_="scroll", tabindex="0", role="group", aria_label="all symbols")


def _symbol_row(symbol: str, entry: Mapping[str, Any], *, number: int) -> Html:
    named, evidence, gate = entry["candidate"] or {}, entry["evidence"], decided_by(entry)
    run = row_of(entry, named)
    figures = (
        percent(run.get("out_of_fold_accuracy")),
        percent(entry["train_val_gap"]),
        percent(entry["test_accuracy"]),
        decimal((evidence.get("p_values") or {}).get("corrected"), 4),
        count(evidence.get("would_pass_as_best_of")),
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
