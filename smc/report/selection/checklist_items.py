"""Items of a checklist: what they are, what trading would bring, and what to watch once a model runs."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from smc.report.accounts import accounts_of, mean_deepest_drawdown, mean_length
from smc.report.proportion import normal_point
from smc.report.selection.candidate_run import CandidateRun
from smc.report.text import count, general, interval, is_number, percent, two_digits

#: State -> how it is written.
STATES = {"yes": "✓ yes", "no": "✗ no", "open": "☐ to do by a person"}


@dataclass(frozen=True)
class Item:
    """Something that must hold before a model is deployed.

    Attributes
    ----------
    state
        "yes" or "no" as the evidence says, "open" where a person has to do or to judge it.
    """

    what: str
    state: str
    says: str


def judged(what: str, holds: bool | None, says: str) -> Item:
    """Return an item that the evidence answers; what it cannot answer is open.

    >>> judged("gap", True, "5 %").state, judged("gap", None, "not known").state
    ('yes', 'open')
    """
    return Item(what, "open" if holds is None else "yes" if holds else "no", says)


def trading(entry: Mapping[str, Any], candidate_run: CandidateRun) -> list[Item]:
    """Ask for the length of the record, the costs that it bears, and the deepest loss."""
    return [
        _length(entry["evidence"].get("min_track_record_length") or {}),
        _costs(candidate_run),
        _deepest_loss(candidate_run),
    ]


def break_even_bps(candidate_run: CandidateRun) -> float | None:
    """Return the cost of buying or selling at which the out-of-fold gain is gone, basis points of its size.

    None where nothing was traded, or no cost was assumed.
    """
    bars, cost = candidate_run.returns("out_of_fold"), candidate_run.cost_bps
    if not len(bars) or not is_number(cost) or cost <= 0:
        return None
    gross, net = (bars[name].to_numpy(dtype=np.float64).sum() for name in ("gross", "net"))
    return float(cost * gross / (gross - net)) if gross - net > 0 else None


def _length(length: Mapping[str, Any]) -> Item:
    what, least, held = "track record long enough", length.get("years"), length.get("observed_years")
    if not is_number(held):
        return Item(what, "open", "no net returns out of fold")
    years = f"{two_digits(held)} years out of fold"
    if not is_number(least):
        return Item(what, "no", f"{years}; its Sharpe ratio is not above zero, no length would do")
    return judged(what, held >= least, f"{years}, its Sharpe ratio needs {two_digits(least)}")


def _costs(candidate_run: CandidateRun) -> Item:
    what, bps, cost = "gain survives the costs assumed", break_even_bps(candidate_run), candidate_run.cost_bps
    assumed = "none on record"
    if is_number(cost):
        assumed = f"assumed: {general(cost)} bp of what is bought or sold"
    if bps is None:
        return Item(what, "open", f"{assumed}; at what cost the out-of-fold gain is gone cannot be said")
    break_even = f"{assumed}; the out-of-fold gain is gone at {bps:.1f} bp"
    return judged(what, bps > (cost or 0.0), break_even)


def _deepest_loss(candidate_run: CandidateRun) -> Item:
    accounts = accounts_of(candidate_run.returns("out_of_fold"))
    if not accounts:
        return Item("deepest loss", "open", "no net returns out of fold")
    deepest = percent(mean_deepest_drawdown(accounts))
    sharpe = candidate_run.figures.financial("out_of_fold").get("sharpe")
    bounds = interval(candidate_run.figures.interval("out_of_fold", "sharpe"), two_digits)
    held = f"net Sharpe ratio {two_digits(sharpe)} {bounds}".rstrip()
    return Item(
        "deepest loss bearable",
        "open",
        f"{deepest} out of fold over {count(mean_length(accounts))} bars; {held}",
    )


#: Events that a live check looks back on.
WINDOW = 100
#: One-sided normal points: of 5 % and of 80 %.
ALARM, POWER = normal_point(0.9), normal_point(0.6)
N_FEATURES = 5


def monitoring(candidate_run: CandidateRun) -> list[Item]:
    """Return what to watch; a person sets the alarms up."""
    return [Item(what, "open", says) for what, says in _watched(candidate_run)]


def events_to_tell(accuracy: float, baseline: float) -> int | None:
    """Return the events after which a live accuracy is told from the baseline 80 times in 100, one-sided 5 %.

    None where the accuracy is not above the baseline.

    >>> events_to_tell(0.6, 0.5), events_to_tell(0.5, 0.5)
    (149, None)
    """
    edge = accuracy - baseline
    if edge <= 0:
        return None
    return math.ceil((ALARM + POWER) ** 2 * accuracy * (1 - accuracy) / edge**2)


def _watched(candidate_run: CandidateRun) -> Iterator[tuple[str, str]]:
    accuracy = candidate_run.accuracy("out_of_fold")
    baseline = candidate_run.figures.baseline("out_of_fold").get("accuracy")
    if accuracy:
        share, _, n_events = accuracy
        low = share - ALARM * math.sqrt(share * (1 - share) / WINDOW)
        yield (
            "watch: accuracy",
            f"{percent(share)} on {count(n_events)} out-of-fold events; under {percent(low)} over the last "
            f"{WINDOW} happens 5 times in 100 by chance",
        )
        n_paper = events_to_tell(share, baseline) if is_number(baseline) else None
        if n_paper:
            yield (
                "paper trading",
                f"{count(n_paper)} live events tell this accuracy from the baseline's {percent(baseline)} "
                "8 times in 10",
            )
        yield "watch: share of predictions", _predicted(candidate_run)
    if names := _leading(candidate_run):
        yield "watch: drift of features", f"those it leans on most: {', '.join(names)}"


def _predicted(candidate_run: CandidateRun) -> str:
    rows = candidate_run.rows("out_of_fold")
    shares = rows["share"].groupby(rows["prediction"]).sum() / rows["share"].sum()
    shares_in_words = ", ".join(f"class {name:g} {percent(share)}" for name, share in shares.items())
    half = ALARM * math.sqrt(0.25 / WINDOW)
    return f"out of fold {shares_in_words}; over {WINDOW} events {percent(half, 0)} more or less is chance"


def _leading(candidate_run: CandidateRun) -> list[str]:
    pairs = [
        (abs(row["importance"]), str(row["feature"]))
        for row in candidate_run.record.get("feature_importance") or []
        if is_number(row.get("importance"))
    ]
    return [name for size, name in sorted(pairs, reverse=True)[:N_FEATURES] if size > 0]
