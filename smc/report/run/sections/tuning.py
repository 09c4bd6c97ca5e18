"""What a search for parameters came to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smc.report.document import Section, Table
from smc.report.text import decimal
from smc.report.view import RunView

#: Standard errors of a gain under which it is luck as likely as not.
SURE = 2.0


def tuning_section(view: RunView) -> Section | None:
    """Set the parameters that were found beside those of the start, and say what they gain."""
    searches = view.record.get("tuning") or []
    if not searches:
        return None
    rows = [row for search in searches for row in _rows(search)]
    return Section(
        "Tuning", list(_points(searches)), [Table(("fit", "parameter", "start", "found"), rows, n_text=2)]
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
            said += f"; {_gained(gain['value'], gain['standard_error'], is_kept=search['trial'] == 0)}"
        yield f"{said}."
    yield "Losses are of the events that the parameters were chosen on: the figures above are of others."


def _gained(value: float, standard_error: float, *, is_kept: bool) -> str:
    if is_kept and value == 0:
        return "none was better than the start"
    gained = (
        f"the loss of the best is {decimal(value)} (standard error {decimal(standard_error)}) less than that "
        "of the start on the same events"
    )
    if is_kept:
        return f"{gained}, too little to leave the start for it"
    return gained if value > SURE * standard_error else f"{gained}, which may be luck"


def _shown(value: Any) -> str:
    return decimal(value, 4) if isinstance(value, float) else str(value)
