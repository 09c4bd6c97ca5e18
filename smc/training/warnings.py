"""What went wrong in a run without ending it."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from smc.fit_progress import INTERRUPTED
from smc.training.components import Components
from smc.training.cross_fit import FitResults

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

#: Parts as the table of predictions calls them -> what it means that a symbol has no event there.
MEANING = {
    "train": "the model has not learned from it",
    "out_of_fold": "it has no out-of-fold figures",
    "val": "it has no validation figures",
    "test": "it has no test figures",
}


def warnings_of(
    parts: Components,
    record: dict[str, Any],
    fits: FitResults,
    cv_failure: str | None,
    *,
    can_trade: bool = True,
) -> list[dict[str, Any]]:
    """Collect what went wrong without ending the run: no folds, a failed sampler, what watches saw.

    What watches saw during the fits comes before what they find in the record.
    """
    found = []
    if not can_trade:
        found.append({"reason": "conditional_on_outcome", "sentence": CONDITIONAL})
    if cv_failure:
        found.append({"reason": "cv_failed", "sentence": f"There are no out-of-fold figures: {cv_failure}"})
    found += [*_of_steps(fits), *fits.warnings, *_of_stops(fits)]
    found += empty_parts(fits.predictions, record.get("by_symbol", {}))
    for symbol, each in record.get("by_symbol", {"": record}).items():
        for watch in parts.watches:
            found += [{**warning, **({"symbol": symbol} if symbol else {})} for warning in watch.check(each)]
    return found


def _of_steps(fits: FitResults) -> list[dict[str, Any]]:
    """Say what the steps of all fits told, each thing once, with the fits that it happened in."""
    places: dict[tuple[str, str], list[str]] = {}
    for each in [*fits.selection, *fits.calibration]:
        for note in each["notes"]:
            places.setdefault((note["reason"], note["sentence"]), []).append(each["fit"])
    for each in fits.augmentation:
        failed = {"reason": "augmentation_failed", "sentence": f"No row was added: {each['error']}"}
        for note in [failed] if each["error"] else each["notes"]:
            places.setdefault((note["reason"], note["sentence"]), []).append(each["fit"])
    return [
        {"reason": reason, "sentence": f"{sentence} (in the fits: {', '.join(names)})", "fits": names}
        for (reason, sentence), names in places.items()
    ]


def _of_stops(fits: FitResults) -> Iterator[dict[str, Any]]:
    """Say why a fit ended before its time where no watch has: Ctrl-C, or a network's own care."""
    said = {(warning["fit"], warning["reason"]) for warning in fits.warnings}
    for stop in fits.stops:
        if (stop["fit"], stop["reason"]) not in said:
            why = STOPPED.get(stop["reason"], "The fit ended before its time, the best state is kept.")
            yield {"reason": stop["reason"], "sentence": f"{stop['fit']}: {why}", "fits": [stop["fit"]]}


def empty_parts(predictions: pd.DataFrame, symbols: Iterable[str]) -> Iterator[dict[str, str]]:
    """Warn of each symbol that has no event in a part in which others have; the parts are cut in time.

    >>> rows = pd.DataFrame({"symbol": ["EURUSD", "GBPUSD", "EURUSD"], "part": ["train", "train", "test"]})
    >>> [each["sentence"] for each in empty_parts(rows, ["EURUSD", "GBPUSD"])]
    ['No event of GBPUSD lies in the test part: it has no test figures.']
    """
    names = list(symbols)
    for part, meaning in MEANING.items():
        present = set(predictions.loc[predictions["part"] == part, "symbol"])
        for symbol in names if present else ():
            if symbol not in present:
                sentence = f"No event of {symbol} lies in the {part.replace('_', '-')} part: {meaning}."
                yield {"reason": "no_events_of_symbol", "sentence": sentence, "symbol": symbol, "part": part}
