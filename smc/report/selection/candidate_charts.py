"""Charts of a candidate's own run."""

from collections.abc import Iterator

import pandas as pd

from smc.evaluation.predictions import n_events
from smc.report.accounts import HOLD, mean_gain, mean_length
from smc.report.html.blocks import Picture
from smc.report.html.charts.run_charts import calibration_chart, equity_chart, loss_chart
from smc.report.selection.candidate_run import CandidateRun
from smc.report.text import count, interval, is_number, percent, two_digits
from smc.report.view import SPLIT_NAMES


def candidate_pictures(candidate_run: CandidateRun) -> list[Picture]:
    """Draw equity, calibration and losses, as far as the run holds them."""
    return [*_equity(candidate_run), *_calibration(candidate_run), *_losses(candidate_run)]


def _equity(candidate_run: CandidateRun) -> Iterator[Picture]:
    returns = {split: candidate_run.returns(split) for split in ("out_of_fold", "test")}
    traded = {split: accounts for split in returns if (accounts := candidate_run.accounts(split))}
    if not traded:
        return
    clauses = [f"run {candidate_run.run_id}"] + [_gain(candidate_run, split) for split in traded]
    clauses += [
        f"{SPLIT_NAMES[split]}: no position was taken"
        for split in returns
        if len(returns[split]) and split not in traded
    ]
    if not candidate_run.sees_test:
        clauses.append("the test part is not shown, for the verdict did not come to it")
    caption = "; ".join(clauses) + "."
    held = {split: candidate_run.held_accounts(split) for split in traded}
    if not any(held.values()):
        caption += f" Not beside buy and hold: {candidate_run.market}."
    chart = equity_chart(traded, f"Gain after costs of {candidate_run.symbol}: {caption}", held=held)
    yield Picture("equity", "Equity after costs", caption, chart)


def _gain(candidate_run: CandidateRun, split: str) -> str:
    accounts, held = candidate_run.accounts(split), candidate_run.held_accounts(split)
    figures = candidate_run.figures
    bounds = interval(figures.interval(split, "sharpe"), two_digits)
    sharpe = figures.financial(split).get("sharpe")
    gained, n_bars = percent(mean_gain(accounts), sign=True), count(mean_length(accounts))
    said = f"{SPLIT_NAMES[split]} {gained} over {n_bars} bars"
    said += f" (mean of {len(accounts)} accounts)" if len(accounts) > 1 else ""
    beside = f", {HOLD} {percent(mean_gain(held), sign=True)}" if held else ""
    judged = f", Sharpe ratio {two_digits(sharpe)} {bounds}".rstrip() if is_number(sharpe) else ""
    return said + judged + beside


def _calibration(candidate_run: CandidateRun) -> Iterator[Picture]:
    curves = candidate_run.reliability()
    if not curves:
        return
    n_shown = count(n_events(candidate_run.rows("out_of_fold")))
    level = f"{100 * candidate_run.confidence:g} %"
    caption = f"run {candidate_run.run_id}; {n_shown} out-of-fold events, {level} intervals."
    chart = calibration_chart(curves, f"Calibration of {candidate_run.symbol}: {caption}")
    yield Picture("calibration", "Calibration", caption, chart)


def _losses(candidate_run: CandidateRun) -> Iterator[Picture]:
    curves = candidate_run.run.curves
    own = curves.loc[curves["fit"] == "train fit"] if len(curves) else curves
    if "member" not in own:
        yield from _losses_of(candidate_run, own)
        return
    for number, (member, curve) in enumerate(own.groupby("member", sort=False)):
        yield from _losses_of(candidate_run, curve, name=f"losses_{number}", member=str(member))


def _losses_of(
    candidate_run: CandidateRun, own: pd.DataFrame, *, name: str = "losses", member: str = ""
) -> Iterator[Picture]:
    """Draw the losses of one model's train fit, if there are two at least."""
    if len(own) < 2:
        return
    kept, whose = count(own["kept"].to_numpy().sum()), f" of {member}" if member else ""
    caption = f"run {candidate_run.run_id}; train fit{whose}, {kept} of {count(len(own))} iterations kept."
    title = "Loss of the train fit" + (f": {member}" if member else "")
    yield Picture(name, title, caption, loss_chart(own, f"Loss: {caption}"))
