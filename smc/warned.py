"""What went wrong in a run without ending it."""

from collections.abc import Iterator
from typing import Any

from smc.empty_parts import empty_parts
from smc.fits import Fits
from smc.parts import Parts
from smc.watching import INTERRUPTED

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


def warnings_of(
    parts: Parts, record: dict[str, Any], fits: Fits, cv_failure: str | None, *, can_trade: bool = True
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


def _of_steps(fits: Fits) -> list[dict[str, Any]]:
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


def _of_stops(fits: Fits) -> Iterator[dict[str, Any]]:
    """Say why a fit ended before its time where no watch has: Ctrl-C, or a network's own care."""
    said = {(warning["fit"], warning["reason"]) for warning in fits.warnings}
    for stop in fits.stops:
        if (stop["fit"], stop["reason"]) not in said:
            why = STOPPED.get(stop["reason"], "The fit ended before its time, the best state is kept.")
            yield {"reason": stop["reason"], "sentence": f"{stop['fit']}: {why}", "fits": [stop["fit"]]}
