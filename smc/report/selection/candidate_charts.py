"""Charts of a candidate's own run."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smc.metrics import equity_curve
from smc.report.html.blocks import Picture
from smc.report.html.charts.calibration import calibration_chart
from smc.report.html.charts.equity import equity_chart
from smc.report.html.charts.losses import loss_chart
from smc.report.selection.candidate_run import CandidateRun
from smc.report.text import count, interval, percent, two_digits
from smc.report.view import PARTS


def exhibit_pictures(exhibit: CandidateRun) -> list[Picture]:
    """Draw equity, calibration and losses, as far as the run holds them."""
    return [*_equity(exhibit), *_calibration(exhibit), *_losses(exhibit)]


def _equity(exhibit: CandidateRun) -> Iterator[Picture]:
    returns = {part: exhibit.returns(part) for part in ("out_of_fold", "test")}
    traded = {part: bars for part, bars in returns.items() if np.any(bars["position"])}
    if not traded:
        return
    told = [f"run {exhibit.run.run_id}"] + [_gain(exhibit, part) for part in traded]
    told += [
        f"{PARTS[part]}: no position was taken"
        for part in returns
        if len(returns[part]) and part not in traded
    ]
    if not exhibit.sees_test:
        told.append("the test part is not shown, for the verdict did not come to it")
    caption = "; ".join(told) + "."
    chart = equity_chart(traded, f"Gain after costs of {exhibit.symbol}: {caption}")
    yield Picture("equity", "Equity after costs", caption, chart)


def _gain(exhibit: CandidateRun, part: str) -> str:
    bars = exhibit.returns(part)
    gain = equity_curve(bars["net"].to_numpy(dtype=np.float64))[-1] - 1
    figures = exhibit.figures
    bounds = interval(figures.interval(part, "sharpe"), two_digits)
    sharpe = two_digits(figures.financial(part).get("sharpe"))
    held = f"{PARTS[part]} {percent(gain, sign=True)} over {count(len(bars))} bars"
    return f"{held}, Sharpe ratio {sharpe} {bounds}".rstrip()


def _calibration(exhibit: CandidateRun) -> Iterator[Picture]:
    curves = exhibit.reliability()
    if not curves:
        return
    n_events = count(len(exhibit.rows("out_of_fold")))
    caption = (
        f"run {exhibit.run.run_id}; {n_events} out-of-fold events, {100 * exhibit.confidence:g} % intervals."
    )
    chart = calibration_chart(curves, f"Calibration of {exhibit.symbol}: {caption}")
    yield Picture("calibration", "Calibration", caption, chart)


def _losses(exhibit: CandidateRun) -> Iterator[Picture]:
    curves = exhibit.run.curves
    own = curves.loc[curves["fit"] == "train fit"] if len(curves) else curves
    if "member" not in own:
        yield from _losses_of(exhibit, own)
        return
    for number, (member, each) in enumerate(own.groupby("member", sort=False)):
        yield from _losses_of(exhibit, each, name=f"losses_{number}", member=str(member))


def _losses_of(
    exhibit: CandidateRun, own: pd.DataFrame, *, name: str = "losses", member: str = ""
) -> Iterator[Picture]:
    """Draw the losses of one model's train fit, if there are two at least."""
    if len(own) < 2:
        return
    kept, whose = count(own["kept"].to_numpy().sum()), f" of {member}" if member else ""
    caption = f"run {exhibit.run.run_id}; train fit{whose}, {kept} of {count(len(own))} iterations kept."
    title = "Loss of the train fit" + (f": {member}" if member else "")
    yield Picture(name, title, caption, loss_chart(own, f"Loss: {caption}"))
