"""Items of a checklist about what trading the model would bring."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from smc.metrics import drawdown_curve
from smc.report.selection.candidate_run import CandidateRun
from smc.report.selection.item import Item, judged
from smc.report.text import count, general, interval, is_number, percent, two_digits


def trading(entry: Mapping[str, Any], exhibit: CandidateRun) -> list[Item]:
    """Ask for the length of the record, the costs that it bears, and the deepest loss."""
    return [_length(entry["evidence"].get("min_track_record_length") or {}), _costs(exhibit), _loss(exhibit)]


def break_even_bps(exhibit: CandidateRun) -> float | None:
    """Return the cost of a change of position by 1 at which the out-of-fold gain is gone, in basis points.

    None where nothing was traded, or no cost was assumed.
    """
    bars, cost = exhibit.returns("out_of_fold"), exhibit.cost_bps
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


def _costs(exhibit: CandidateRun) -> Item:
    what, bps, cost = "gain survives the costs assumed", break_even_bps(exhibit), exhibit.cost_bps
    assumed = f"assumed: {general(cost)} bp a change of position by 1"
    if bps is None:
        return Item(what, "open", f"{assumed}; at what cost the out-of-fold gain is gone cannot be said")
    said = f"{assumed}; the out-of-fold gain is gone at {bps:.1f} bp"
    return judged(what, bps > (cost or 0.0), said)


def _loss(exhibit: CandidateRun) -> Item:
    net = exhibit.returns("out_of_fold")
    if not len(net):
        return Item("deepest loss", "open", "no net returns out of fold")
    deepest = percent(drawdown_curve(net["net"].to_numpy(dtype=np.float64)).max())
    sharpe = exhibit.figures.financial("out_of_fold").get("sharpe")
    bounds = interval(exhibit.figures.interval("out_of_fold", "sharpe"), two_digits)
    held = f"net Sharpe ratio {two_digits(sharpe)} {bounds}".rstrip()
    return Item("deepest loss bearable", "open", f"{deepest} out of fold over {count(len(net))} bars; {held}")
