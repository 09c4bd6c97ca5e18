"""The verdict of one symbol, as a card of the page."""

from collections.abc import Mapping
from typing import Any

from smc.report.document import Table
from smc.report.explanation.section import section_of
from smc.report.html.blocks import headings, pictures_block, section_block, table_block
from smc.report.html.markup import Html, joined, tag
from smc.report.selection.candidate_charts import exhibit_pictures
from smc.report.selection.candidate_run import IDLE, CandidateRun
from smc.report.selection.conclusions import recommendation
from smc.report.selection.facts import facts_section
from smc.report.selection.gates import OUTCOMES, gate_name, gate_threshold, gate_value
from smc.report.selection.naming import model_and_profile, row_of
from smc.report.text import count, decimal, interval, percent
from smc.report.view import PARTS

#: ``passed`` of a gate -> class and sign; the sign tells them apart without colour.
SIGNS = {True: ("good", "✓"), False: ("bad", "✗"), None: ("idle", "–")}


def card(symbol: str, entry: Mapping[str, Any], exhibit: CandidateRun | str, *, number: int) -> Html:
    """Return the card: verdict, why, gates, evidence and charts."""
    named = entry["candidate"] or {}
    who = _named(entry, named) if named else "no candidate"
    head = tag("header", tag("h3", symbol), badge(entry["verdict"]), tag("span", who, class_="run"))
    points = tag("ul", *(tag("li", each) for each in recommendation(entry)), class_="why")
    return tag(
        "article",
        head,
        points,
        tag(
            "div",
            tag("div", _gates(entry), _accuracies(exhibit), _alternatives(entry)),
            section_block(facts_section(entry), class_="facts"),
            class_="halves",
        ),
        _charts(exhibit),
        _explanation(exhibit),
        class_=f"card {entry['verdict'].lower()}",
        id=anchor(number),
    )


def badge(verdict: str) -> Html:
    """Return a verdict as a badge."""
    return tag("span", verdict.replace("_", " "), class_=f"badge {verdict.lower()}")


def anchor(number: int) -> str:
    """Return where the card of a symbol stands on the page; a name may hold anything, a number may not."""
    return f"symbol-{number}"


def _gates(entry: Mapping[str, Any]) -> Html:
    names = (
        *headings(("gate", "value", "asked for"), 1),
        tag("th", tag("span", "outcome", class_="aside"), scope="col"),
    )
    head = tag("tr", *names)
    body = tag("tbody", *(_gate(gate) for gate in entry["gates"]))
    return tag(
        "table",
        tag("caption", "Gates, in the order in which they are asked"),
        tag("thead", head),
        body,
        class_="gates",
    )


def _gate(gate: Mapping[str, Any]) -> Html:
    class_, sign = SIGNS[gate["passed"]]
    remedy = [tag("small", "Would change it: ", gate["remedy"], class_="remedy")] if gate["remedy"] else []
    said = tag("small", gate["explanation"])
    return tag(
        "tr",
        tag("th", gate_name(gate["name"]), said, *remedy, scope="row"),
        tag("td", _whole(gate_value(gate["name"], gate["value"])), class_="figure"),
        tag("td", _whole(gate_threshold(gate)), class_="figure"),
        tag(
            "td", tag("span", sign, aria_hidden="true"), tag("span", OUTCOMES[gate["passed"]], class_="aside")
        ),
        class_=class_,
    )


def _whole(figure: str) -> str:
    """Keep a figure and its unit on one line."""
    return figure.replace(" %", "\N{NO-BREAK SPACE}%")


def _accuracies(exhibit: CandidateRun | str) -> Html:
    """Return the accuracy of each part with its interval."""
    if isinstance(exhibit, str):
        return Html("")
    rows = [
        (PARTS[part], count(found[2]), percent(found[0]), interval(found[1], percent))
        for part in exhibit.parts
        if (found := exhibit.accuracy(part))
    ]
    columns = ("part", "events", "accuracy", f"{100 * exhibit.confidence:g} % interval")
    return table_block(Table(columns, rows)) if rows else Html("")


def _charts(exhibit: CandidateRun | str) -> Html:
    """Return the charts of the candidate's run; or why it cannot be shown."""
    if isinstance(exhibit, str):
        return tag("p", f"No charts: {exhibit}.", class_="note")
    idle = [tag("p", f"{IDLE}.", class_="note")] if exhibit.is_idle else []
    return joined([*idle, pictures_block(exhibit_pictures(exhibit))])


def _explanation(exhibit: CandidateRun | str) -> Html:
    """Return what `python -m smc.explain` said of the candidate's model, if it was asked."""
    section = None if isinstance(exhibit, str) else section_of(exhibit.run)
    return Html("") if section is None else section_block(section)


def _alternatives(entry: Mapping[str, Any]) -> Html:
    paired = {each["run_id"]: each for each in entry["evidence"].get("paired") or []}
    found = [
        (
            _named(entry, each),
            percent(row_of(entry, each).get("out_of_fold_accuracy")),
            percent(row_of(entry, each).get("train_val_gap")),
            decimal(paired.get(each["run_id"], {}).get("mcnemar_p"), 3),
        )
        for each in entry["alternatives"]
    ]
    if not found:
        return Html("")
    columns = ("ranked behind it", "out-of-fold", "gap", "McNemar p")
    return table_block(Table(columns, found))


def _named(entry: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    return f"{model_and_profile(entry, run)}, run {run['run_id']}"
