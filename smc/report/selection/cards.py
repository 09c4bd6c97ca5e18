"""The verdicts of all symbols at a glance, and each as a card of the page."""

from collections.abc import Mapping
from typing import Any

from smc.report.beside import Beside
from smc.report.document import Table, filled
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
    gate_side,
    gate_value,
    model_and_profile,
    not_reached,
    reached,
    row_of,
)
from smc.report.selection.facts import facts_section, questions_section
from smc.report.text import count, interval, is_number, p_value, percent
from smc.report.view import SPLIT_NAMES

#: ``passed`` of a gate -> class and sign; the sign tells them apart without colour.
SIGNS = {True: ("good", "✓"), False: ("bad", "✗")}


def card(
    symbol: str, entry: Mapping[str, Any], candidate_run: CandidateRun | str, *, number: int, beside: Beside
) -> Html:
    """Return the card: verdict, why, gates, evidence and charts, with links to what there is of the run."""
    named = entry["candidate"] or {}
    links = [_run_name(entry, named, beside), *beside.others(named["run_id"])] if named else []
    about = tag("span", Html(", ".join(links)) if links else "no candidate", class_="run")
    head = tag("header", tag("h3", symbol), badge(entry["verdict"]), about)
    points = tag("ul", *(tag("li", sentence) for sentence in recommendation(entry)), class_="why")
    return tag(
        "article",
        head,
        points,
        tag(
            "div",
            tag(
                "div",
                _gates_table(entry),
                _accuracies(candidate_run),
                _alternatives(entry, beside),
                _charts(candidate_run),
            ),
            section_block(facts_section(entry), class_="facts"),
            class_="halves",
        ),
        *map(section_block, questions_section(entry)),
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
    body = tag("tbody", *(_gate_row(gate) for gate in reached(entry)))
    table = tag(
        "table",
        tag("caption", "Gates, in the order in which they are asked"),
        tag("thead", head),
        body,
        class_="gates",
    )
    return joined([table, *(tag("p", sentence, class_="note") for sentence in not_reached(entry))])


def _gate_row(gate: Mapping[str, Any]) -> Html:
    class_, sign = SIGNS[gate["passed"]]
    remedy = [tag("small", "Would change it: ", gate["remedy"], class_="remedy")] if gate["remedy"] else []
    explanation = tag("small", gate["explanation"])
    threshold = _unbroken(gate_value(gate["name"], gate["threshold"]))
    return tag(
        "tr",
        tag("th", gate_name(gate["name"]), explanation, *remedy, scope="row"),
        tag("td", _unbroken(gate_value(gate["name"], gate["value"])), class_="figure"),
        tag("td", gate_side(gate), " ", threshold, class_="figure"),
        tag(
            "td", tag("span", sign, aria_hidden="true"), tag("span", OUTCOMES[gate["passed"]], class_="aside")
        ),
        class_=class_,
    )


def _unbroken(figure: str) -> Html:
    """Keep a figure and its unit on one line."""
    return tag("span", figure, class_="whole")


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


def _alternatives(entry: Mapping[str, Any], beside: Beside) -> Html:
    paired = {run["run_id"]: run for run in entry["evidence"].get("paired") or []}
    rows = [
        (
            _run_name(entry, run, beside),
            percent(row_of(entry, run).get("out_of_fold_accuracy")),
            percent(row_of(entry, run).get("train_val_gap")),
            p_value(paired.get(run["run_id"], {}).get("mcnemar_p")),
        )
        for run in entry["alternatives"]
    ]
    columns = ("ranked behind it", "out-of-fold", "gap", "McNemar p")
    return table_block(filled(Table(columns, rows))) if rows else Html("")


def _run_name(entry: Mapping[str, Any], run: Mapping[str, Any], beside: Beside) -> Html:
    return joined([f"{model_and_profile(entry, run)}, run ", beside.run(run["run_id"])])


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
    rows = [
        _symbol_row(*selection, number=number)
        for number, selection in enumerate(manifest["selections"].items())
    ]
    return table_block(filled(Table(columns, rows, n_text=4)))


def _symbol_row(symbol: str, entry: Mapping[str, Any], *, number: int) -> tuple[str, ...]:
    named, evidence, gate = entry["candidate"] or {}, entry["evidence"], decided_by(entry)
    run = row_of(entry, named)
    return (
        tag("a", symbol, href=f"#{anchor(number)}"),
        badge(entry["verdict"]),
        model_and_profile(entry, named) or "no candidate",
        gate_name(gate["name"]) if gate else "all passed",
        percent(run.get("out_of_fold_accuracy")),
        percent(entry["train_val_gap"]),
        percent(entry["test_accuracy"]) if is_number(entry["test_accuracy"]) else "not asked",
        p_value((evidence.get("p_values") or {}).get("corrected")),
        count(evidence.get("would_pass_as_best_of")),
        count(evidence["n_trials"]),
    )
