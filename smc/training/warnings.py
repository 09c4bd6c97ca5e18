"""What went wrong in a run without ending it."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from smc import metrics
from smc.fit_progress import INTERRUPTED
from smc.interfaces import RecordWatch
from smc.monitor.warning import check_warning, watch_failed
from smc.pipeline import FoldPipeline
from smc.pipeline.estimate import decide_early_stopping, takes_validation_rows
from smc.pipeline.inner_splits import single_models
from smc.results.record import Note, RunScores, SymbolScores, Warned
from smc.training.components import Components
from smc.training.cross_fit import FitResults
from smc.typing import Bars

#: What a stop means that no watch has told of.
STOPPED = {
    INTERRUPTED: "Ctrl-C ended the run here: the fits behind this one are missing, and so are their figures.",
    "nan_loss": "A weight was not finite any more: the fit returned to the best finite state.",
}

#: What it means that events were chosen by their outcome.
CONDITIONAL = (
    "Expired events are left out (labels.expiry=drop), which is known only afterwards: the figures describe "
    "events that touch a barrier, and there are no trading figures."
)

#: What it means that trades lost all.
LIQUIDATED = (
    "{n} trade(s) of the {split} part lost all they were given, as a short of a price that doubles does: the "
    "account ends them at -100 %, though their labels go on."
)

#: Events out of fold under which an accuracy is hardly known: of 50 to 14 points either way.
FEW = 50

#: What so few say.
TOO_FEW = (
    "Only {n} events are out of fold: their accuracy is known to {points:.0f} points either way at best. Use "
    "more events (events.last, events=every), or a cv that tests more of them."
)

#: Splits as the table of predictions calls them -> what it means that a symbol has no event there.
MEANING = {
    "train": "the model has not learned from it",
    "out_of_fold": "it has no out-of-fold figures",
    "val": "it has no validation figures",
    "test": "it has no test figures",
}

#: Share by which bars a year and bars for each year that passed may differ: half of it in a Sharpe ratio.
CALENDAR_TOLERANCE = 0.05


def warnings_of(
    components: Components,
    scores: RunScores,
    fits: FitResults,
    cv_failure: str | None,
    *,
    can_trade: bool = True,
) -> list[Warned]:
    """Collect what went wrong without ending the run: no folds, a failed sampler, what watches saw.

    What watches saw during the fits comes before what they find in the scores.
    """
    warnings: list[Warned] = []
    if not can_trade:
        warnings.append({"reason": "conditional_on_outcome", "sentence": CONDITIONAL})
    if cv_failure:
        sentence = f"There are no out-of-fold figures: {cv_failure}"
        warnings.append({"reason": "cv_failed", "sentence": sentence})
    warnings += [*_of_tails(components.pipeline, fits), *_of_steps(fits), *fits.warnings, *_of_stops(fits)]
    by_symbol = scores.get("by_symbol")
    if by_symbol is None:
        return [*warnings, *_of_scores(components, scores)]
    warnings += empty_splits(fits.predictions, by_symbol)
    for symbol, own in by_symbol.items():
        for warning in _of_scores(components, own):
            warnings.append({**warning, "symbol": symbol})
    return warnings


def _of_scores(components: Components, scores: SymbolScores) -> Iterator[Warned]:
    """Give the trades of a symbol that lost all, and what the watches find in its scores."""
    for split, financial in (
        ("out-of-fold", scores.get("financial_metrics")),
        ("validation", scores.get("val_financial_metrics")),
        ("test", scores.get("test_financial_metrics")),
    ):
        if n_liquidated := (financial or {}).get("n_liquidated"):
            yield {"reason": "liquidated", "sentence": LIQUIDATED.format(n=n_liquidated, split=split)}
    n_events = (scores.get("out_of_fold_metrics") or {}).get("n_events")
    if n_events and n_events < FEW and scores["task"] == "classification":
        points = 100 * 1.96 * 0.5 / n_events**0.5
        yield {"reason": "few_out_of_fold", "sentence": TOO_FEW.format(n=n_events, points=points)}
    for watch in components.watches:
        yield from _checked(watch, scores)


def _checked(watch: RecordWatch, scores: SymbolScores) -> list[Warned]:
    """Return what a watch finds in the scores of a symbol, or what it raised."""
    found: list[Any] = []
    try:
        for warning in watch.check(scores):
            check_warning(warning)
            found.append(warning)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a watch of one's own raises, the run goes on
        found.append(watch_failed(watch, error))
    return found


def _of_tails(pipeline: FoldPipeline, fits: FitResults) -> Iterator[Warned]:
    """Say which models stop by the purged tail, where they would have picked rows at random."""
    n_rows = int(np.count_nonzero(fits.predictions["part"] == "train"))
    for path, model in single_models(pipeline.estimator):
        decided = decide_early_stopping(model, n_rows)
        if takes_validation_rows(decided):
            sentence = (
                f"{path}.early_stopping: {type(model).__name__} stops by the last {pipeline.tail_frac:.0%} "
                "of the rows of a fit, purged, not by rows picked at random (validation_fraction)."
            )
            yield {"reason": "stops_by_purged_tail", "sentence": sentence}


def _of_steps(fits: FitResults) -> list[Warned]:
    """Say what the steps of all fits told, each thing once, with the fits that it happened in."""
    names: dict[tuple[str, str], list[str]] = {}
    for account in [*fits.selection, *fits.calibration]:
        for note in account["notes"]:
            names.setdefault((note["reason"], note["sentence"]), []).append(account["fit"])
    for account in fits.augmentation:
        failed: Note = {"reason": "augmentation_failed", "sentence": f"No row was added: {account['error']}"}
        for note in [failed] if account["error"] else account["notes"]:
            names.setdefault((note["reason"], note["sentence"]), []).append(account["fit"])
    return [
        {"reason": reason, "sentence": f"{sentence} (in the fits: {', '.join(fit_names)})", "fits": fit_names}
        for (reason, sentence), fit_names in names.items()
    ]


def _of_stops(fits: FitResults) -> Iterator[Warned]:
    """Say why a fit ended before its time where no watch has: Ctrl-C, or a network's own care."""
    warned = {(warning.get("fit"), warning["reason"]) for warning in fits.warnings}
    for stop in fits.stops:
        if (stop["fit"], stop["reason"]) not in warned:
            why = STOPPED.get(stop["reason"], "The fit ended before its time, the best state is kept.")
            yield {"reason": stop["reason"], "sentence": f"{stop['fit']}: {why}", "fits": [stop["fit"]]}


def empty_splits(predictions: pd.DataFrame, symbols: Iterable[str]) -> Iterator[Warned]:
    """Warn of each symbol that has no event in a split in which others have; splits are cut in time.

    >>> rows = pd.DataFrame({"symbol": ["EURUSD", "GBPUSD", "EURUSD"], "part": ["train", "train", "test"]})
    >>> [warning["sentence"] for warning in empty_splits(rows, ["EURUSD", "GBPUSD"])]
    ['No event of GBPUSD lies in the test part: it has no test figures.']
    """
    names = list(symbols)
    for split, meaning in MEANING.items():
        present = set(predictions.loc[predictions["part"] == split, "symbol"])
        for symbol in names if present else ():
            if symbol not in present:
                sentence = f"No event of {symbol} lies in the {split.replace('_', '-')} part: {meaning}."
                yield {"reason": "no_events_of_symbol", "sentence": sentence, "symbol": symbol, "part": split}


def calendar_warnings(bars: Bars) -> Iterator[Warned]:
    """Warn of each symbol whose bars leave holes, so that a year of its market is not a year of the clock.

    >>> days = pd.date_range("2020-01-01", "2022-12-31", freq="D", tz="UTC")
    >>> holed = pd.DataFrame(index=days[(days < "2021-03-01") | (days >= "2021-11-01")])
    >>> print(*(warning["sentence"] for warning in calendar_warnings({"BTCUSD": holed})))
    The bars of BTCUSD have holes: 365 bars a year by its usual weeks, by which its figures a year are
    computed, and 283 by the time that passed.
    """
    for symbol, own in bars.items():
        time = pd.DatetimeIndex(own.index)
        usual, elapsed = metrics.bars_per_year(time), metrics.bars_per_elapsed_year(time)
        if elapsed < usual * (1 - CALENDAR_TOLERANCE):
            sentence = (
                f"The bars of {symbol} have holes: {usual:,.0f} bars a year by its usual weeks, by which its "
                f"figures a year are computed, and {elapsed:,.0f} by the time that passed."
            )
            yield {"reason": "holes_in_calendar", "sentence": sentence, "symbol": symbol}
