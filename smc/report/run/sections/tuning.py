"""What a search for parameters came to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smc.report.document import Section, Table
from smc.report.search import WHOLE, choices_of, importances_of
from smc.report.text import decimal, percent
from smc.report.view import RunView
from smc.tune.objectives import RISING

#: Standard errors of a gain under which it is luck as likely as not.
SURE = 2.0
#: What is taken of a front, by `tune.choose`.
RULES = {
    "no_worse": "that with the best first one whose others are no worse than the start's",
    "nearest": "that nearest to the best of each",
}


def tuning_section(view: RunView) -> Section | None:
    """Set the parameters that were found beside those of the start, and say what they gain."""
    searches = view.record.get("tuning") or []
    if not searches:
        return None
    rows = [row for search in searches for row in _rows(search)]
    tables = [Table(("fit", "parameter", "start", "found"), rows, n_text=2), *_over_the_folds(view)]
    if fronts := [row for search in searches for row in _front(search)]:
        tables.append(Table(("fit", "on the front", *searches[0]["objectives"]), fronts, n_text=2))
    return Section("Tuning", [*_points(searches), *_importances(view, searches[-1])], tables)


def _rows(search: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for number, (name, value) in enumerate(search["params"].items()):
        yield "" if number else search["fit"], name, _shown(search["start"][name]), _shown(value)


def _front(search: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for number, point in enumerate(search.get("front", ())):
        is_taken = ", taken" if point["trial"] == search["trial"] else ""
        figures = (decimal(value) for value in point["objectives"].values())
        yield "" if number else search["fit"], f"trial {point['trial']}{is_taken}", *figures


def _points(searches: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for search in searches:
        trials, gain = search["trials"], search["gain"]
        ended = ", ".join(f"{trials[status]} {status}" for status in ("pruned", "failed") if trials[status])
        made = f"{sum(trials.values())} trials" + (f" ({ended})" if ended else "")
        said = f"{search['fit']}: {made} on {search['n_events']} events of inner folds"
        if gain is not None:
            said += f"; {_gained(gain, next(iter(search.get('objectives', ())), ''), search['trial'] == 0)}"
        yield f"{said}."
        yield from _aims(search)
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


def _aims(search: Mapping[str, Any]) -> Iterator[str]:
    """Say what else was looked for than the loss, and what had to be kept to."""
    if front := search.get("front"):
        points = "One trial is" if len(front) == 1 else f"{len(front)} trials are"
        yield (
            f"{points} worse than no other in all of {', '.join(search['objectives'])}; the best of them is "
            f"{RULES.get(search['choose'], 'one')} (tune.choose={search['choose']})."
        )
    if limits := search.get("constraints"):
        told = ", ".join(
            f"{name.removeprefix('min_')} {decimal(each['value'])} "
            f"(at {'least' if name.startswith('min_') else 'most'} {decimal(each['limit'])})"
            for name, each in limits.items()
        )
        yield f"Constraints, after costs: {told}."


def _gained(gain: Mapping[str, float], objective: str, is_kept: bool) -> str:
    value, standard_error = gain["value"], gain["standard_error"]
    if is_kept and value == 0:
        return "none was better than the start"
    what, more = (objective, "more") if objective in RISING else ("loss", "less")
    gained = (
        f"the {what} of the best is {decimal(value)} (standard error {decimal(standard_error)}) {more} than "
        "that of the start on the same events"
    )
    if is_kept:
        return f"{gained}, too little to leave the start for it"
    return gained if value > SURE * standard_error else f"{gained}, which may be luck"


def _shown(value: Any) -> str:
    return decimal(value, 4) if isinstance(value, float) else str(value)
