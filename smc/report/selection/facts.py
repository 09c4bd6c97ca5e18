"""The figures that stand beside the gates of a verdict and decide nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from smc.report.document import Section, Table
from smc.report.text import MISSING, count, day, decimal, interval, is_number, p_value, percent, two_digits

P_VALUES = {
    "romano_wolf": "Romano-Wolf p among the trials of its events",
    "single": "p of the trial alone (Student's t)",
    "corrected": "p corrected for all trials of its market",
    "test": "p of the test part, times openings",
    "superior_predictive_ability": "superior predictive ability p (any trial better)",
    "combined": "p of both together (Fisher), 1 where a gate failed",
    "benjamini_hochberg": "that, adjusted for all markets of the family",
    "benjamini_hochberg_test": "p of the test part, adjusted for all markets of the family",
}


#: How folds trained.
SCHEMES = {"forward": "trained before", "two_sided": "trained before and after: variance times 2"}
#: How p-values are adjusted over markets.
METHODS = {"benjamini_hochberg": "Benjamini-Hochberg", "benjamini_yekutieli": "Benjamini-Yekutieli"}


def facts_section(entry: Mapping[str, Any]) -> Section:
    """List trials, p-values, what the events can tell, and what became of the test split."""
    evidence = entry["evidence"]
    power = evidence.get("power") or {}
    points = [
        *([f"{power['sentence'][0].upper()}{power['sentence'][1:]}."] if power else []),
        *(evidence.get("guarantees") or []),
    ]
    rows = [
        *_trials(evidence),
        *_score(evidence),
        *_p_values(evidence),
        *_sharpe(evidence),
        *_overfitting(evidence),
        *_null(evidence),
    ]
    return Section("Evidence", points, [Table(("", ""), [row for row in rows if row[1] != MISSING])])


def questions_section(entry: Mapping[str, Any]) -> list[Section]:
    """List what stands for the other questions that a symbol was asked; nothing if there was one alone."""
    rows = [
        (
            str(other["candidate"]["model"]),
            str(other["candidate"]["run_id"]),
            "passed" if other["is_sound"] else "not passed",
            count(other["n_trials"]),
            decimal(other["lower_bound"]),
            p_value(other["corrected_p_value"]),
        )
        for other in entry.get("questions") or []
    ]
    columns = ("model", "run", "filters", "trials", "lower bound", "p, corrected")
    points = ["Runs of other labels, events or sides: no test part of theirs was opened."]
    return [Section("Other questions", points, [Table(columns, rows, n_text=3)])] if rows else []


def _trials(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    ended = ", ".join(f"{count(n)} {status}" for status, n in (evidence.get("trials") or {}).items())
    yield "distinct trials counted", count(evidence["n_trials"])
    if "n_untold" in evidence:
        yield "of them without evidence", count(evidence["n_untold"])
    if "round" in evidence:
        yield "round of trials, 1 the first", count(evidence["round"])
    yield "runs started, repeats and seeds too", ended or MISSING
    yield "runs read", count(evidence.get("n_runs"))
    yield "independent trials they amount to", decimal(evidence.get("effective_trials"), 1)
    yield "openings of a test part of this market", count(evidence.get("openings"))
    if stands := evidence.get("stands"):
        since = f"since {day(stands['since'])}, run {stands['run_id']}"
        yield (
            "the verdict on the test part stands",
            f"{since}; waits for {count(stands['n_missing'])} new events",
        )


def _score(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    measure = str(evidence.get("measure") or "").replace("_", " ")
    if measure:
        n_events = count(evidence.get("n_events"))
        yield (
            f"{measure} above the baseline",
            f"{decimal(evidence.get('value'))}, n {n_events}",
        )
        yield "its one-sided lower bound", decimal(evidence.get("lower_bound"))
    if scheme := evidence.get("evidence_scheme"):
        yield (
            "events that folds tested, and how",
            f"{count(scheme['n_tested'])} of {count(scheme['n_development'])}, {SCHEMES[scheme['kind']]}",
        )
    if band := evidence.get("seed_band"):
        yield "lowest and highest of its seeds", interval(band, decimal)


def _p_values(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in (evidence.get("p_values") or {}).items():
        yield P_VALUES[name] if name in P_VALUES else name.replace("_", " "), p_value(value)
        if name == "benjamini_hochberg" and (family := evidence.get("family")):
            yield "markets of the family", f"{count(family['n_markets'])}, by {METHODS[family['method']]}"
        if name == "corrected" and evidence.get("would_pass_as_best_of"):
            yield "it would pass as the best of", f"{count(evidence['would_pass_as_best_of'])} more"


def _sharpe(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    deflated = evidence.get("deflated_sharpe") or {}
    if deflated:
        yield "net Sharpe ratio a year, out-of-fold", two_digits(deflated.get("sharpe"))
        others = ", ".join(
            f"{percent(value)} ({name})"
            for name, value in deflated.items()
            if is_number(value) and name[:2] == "20" and name != deflated.get("convention")
        )
        own = percent(deflated.get(deflated.get("convention")))
        yield "chance that it is above the luck of all trials (deflated)", f"{own}; {others}"
    length = evidence.get("min_track_record_length") or {}
    if length:
        least = length.get("years")
        asked = f"{two_digits(least)} years" if is_number(least) else "no length would do"
        yield (
            "track record that its Sharpe ratio needs",
            f"{asked}; there are {two_digits(length.get('observed_years'))}",
        )


def _overfitting(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if pbo := evidence.get("pbo"):
        yield "probability of backtest overfitting", overfitting_text(pbo)


def overfitting_text(pbo: Mapping[str, Any]) -> str:
    """Write the probability of backtest overfitting with its range on noise, or why there is none.

    >>> overfitting_text({"value": 0.4, "null": [0.2, 0.8], "n_configurations": 12})
    '40 %, on noise 20 to 80 %, 12 configurations'
    >>> overfitting_text({"value": None, "why": "n/a: 4 configurations, 10 are needed"})
    'not computed: 4 configurations, 10 are needed'
    """
    if not is_number(pbo.get("value")):
        return _why_not(pbo)
    low, high = pbo.get("null") or (None, None)
    return (
        f"{percent(pbo['value'], 0)}, on noise {percent(low, 0).removesuffix(' %')} to {percent(high, 0)}, "
        f"{count(pbo.get('n_configurations'))} configurations"
    )


def _why_not(figure: Mapping[str, Any]) -> str:
    """Say why a figure is not there."""
    why = str(figure.get("why") or "").removeprefix(f"{MISSING}: ")
    return f"not computed: {why}" if why else "not computed"


def _null(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Write what the same pipeline scores on shifted labels, where that was asked for."""
    band = evidence.get("null_band") or {}
    if "why" in band:
        yield "the same pipeline on shifted features", _why_not(band)
    elif band:
        bounds = interval((band.get("low"), band.get("high")), decimal)
        scored = f"{bounds}, {count(band.get('n_draws'))} refits"
        yield "the same pipeline on shifted features, central 90 %", scored
        yield "share of those refits that score as much (p)", p_value(band.get("p_value"))
