"""What a search for parameters came to."""

from collections.abc import Iterator, Mapping
from typing import Any

from smc.report.document import Section, Table
from smc.report.text import decimal
from smc.report.view import RunView

#: Standard errors of a gain under which it is luck as likely as not.
SURE = 2.0


def tuning_section(view: RunView) -> Section | None:
    """Set the parameters that were found beside those of the start, and say what they gain where they were found."""
    searches = view.record.get("tuning") or []
    if not searches:
        return None
    names = list(searches[0]["params"])
    columns = ("fit", "", *names, "loss")
    rows = [row for search in searches for row in _rows(search, names)]
    return Section("Tuning", list(_points(searches)), [Table(columns, rows, n_text=2)])


def _rows(search: Mapping[str, Any], names: list[str]) -> Iterator[tuple[str, ...]]:
    gain = search["gain"]
    before = "" if gain is None else decimal(search["loss"] + gain["value"])
    yield search["fit"], "start", *(_shown(search["start"][name]) for name in names), before
    yield "", "found", *(_shown(search["params"][name]) for name in names), decimal(search["loss"])


def _points(searches: list[dict[str, Any]]) -> Iterator[str]:
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


def _shown(value: Any) -> str:
    return decimal(value, 4) if isinstance(value, float) else str(value)
