"""What a search for parameters came to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smc.report.document import Section, Table
from smc.report.search import WHOLE, choices_of, importances_of
from smc.report.text import decimal, percent
from smc.report.view import RunView

#: Standard errors of a gain under which it is luck as likely as not.
SURE = 2.0


def tuning_section(view: RunView) -> Section | None:
    """Set the parameters that were found beside those of the start, and say what they gain."""
    searches = view.record.get("tuning") or []
    if not searches:
        return None
    rows = [row for search in searches for row in _rows(search)]
    found = Table(("fit", "parameter", "start", "found"), rows, n_text=2)
    return Section(
        "Tuning", [*_points(searches), *_importances(view, searches[-1])], [found, *_over_the_folds(view)]
    )


def _rows(search: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for number, (name, value) in enumerate(search["params"].items()):
        yield "" if number else search["fit"], name, _shown(search["start"][name]), _shown(value)


def _points(searches: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for search in searches:
        trials, gain = search["trials"], search["gain"]
        ended = ", ".join(f"{trials[status]} {status}" for status in ("pruned", "failed") if trials[status])
        made = f"{sum(trials.values())} trials" + (f" ({ended})" if ended else "")
        said = f"{search['fit']}: {made} on {search['n_events']} events of inner folds"
        if gain is not None:
            least = SURE * gain["standard_error"]
            sure = "" if gain["value"] > least else ", which may be luck"
            said += (
                f"; the loss is {decimal(gain['value'])} (standard error {decimal(gain['standard_error'])}) "
                f"less than that of the start on the same events{sure}"
            )
        yield f"{said}."
    yield "Losses are of the events that the parameters were chosen on: the figures above are of others."


def _importances(view: RunView, search: Mapping[str, Any]) -> Iterator[str]:
    """Say what the parameters explain of the losses, if the record was asked."""
    if shares := importances_of(view):
        named = ", ".join(f"{name} {percent(share, 0)}" for name, share in shares.items())
        yield f"{search['fit']}: of the variance of the losses, alone: {named}."
    elif "importances" in search:
        yield f"{search['fit']}: too few trials finished to say which parameter matters."


def _over_the_folds(view: RunView) -> list[Table]:
    """Lay out how far the values of the folds lie apart, where each looked for its own."""
    rows = []
    for choice in choices_of(view):
        folds = [fit for fit in choice.places if fit not in WHOLE]
        by_place = sorted(folds, key=lambda fit: choice.places[fit])
        least, most = (choice.values[by_place[end]] for end in (0, -1))
        rows.append((choice.parameter, least, most, percent(choice.spread, 0)))
    columns = ("over the folds", "from", "to", "share of its range")
    return [Table(columns, rows)] if rows else []


def _shown(value: Any) -> str:
    return decimal(value, 4) if isinstance(value, float) else str(value)
