"""What an ensemble learned of its members, and how much the folds agree."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smc.report.document import Section, Table
from smc.report.text import decimal, interval, two_digits
from smc.report.view import RunView

#: Figures of a member in the record -> their name, and how they are written.
FIGURES: dict[str, tuple[str, Callable[[Any], str]]] = {
    "losses": ("loss", decimal),
    "weights": ("weight", two_digits),
}
LOSSES = {"log_loss": "log-loss", "squared_error": "squared error"}


def ensemble_section(view: RunView) -> Section | None:
    """Give each member's loss and weight over the folds and in the saved model, and what each fit learned."""
    ensemble = view.record.get("ensemble")
    if not ensemble:
        return None
    tables = [table for table in (_over_folds(ensemble), _by_fit(ensemble)) if table.rows]
    return Section("Ensemble", list(_points(ensemble["fits"][-1])), tables)


def _points(last: Mapping[str, Any]) -> Iterator[str]:
    yield f"Members: {', '.join(last['members'])}; the figures of a fit stand in this order."
    if last["losses"] is None:
        yield "Nothing is learned of them: they are not tested within the fold."
    else:
        loss = LOSSES[last["loss_name"]]
        yield f"A member's loss ({loss}) is that on rows within the fold that it was not fitted on."
    if last.get("regimes"):
        yield f"Where no member leads clearly, {last['default']} answers in the saved model."
    if last.get("weight_sum") is not None:
        total = two_digits(last["weight_sum"])
        yield f"Weights are shares of a sum: {total} in the saved model (above 1: surer than the average)."


def _over_folds(ensemble: Mapping[str, Any]) -> Table:
    """Give a line a member: its figures, as the folds and as the saved model have them."""
    last = ensemble["fits"][-1]
    names = [name for name in FIGURES if last[name] is not None or ensemble["folds"][name] is not None]
    folds = {name: {member["member"]: member for member in ensemble["folds"][name] or []} for name in names}
    columns = ["member", *(column for name in names for column in (FIGURES[name][0], "over folds", "saved"))]
    rows = [
        [member, *(cell for name in names for cell in _cells(name, folds[name].get(member), last, member))]
        for member in last["members"]
    ]
    return Table(columns, rows if names else [])


def _cells(
    name: str, folds: Mapping[str, Any] | None, last: Mapping[str, Any], member: str
) -> tuple[str, str, str]:
    """Write mean and range over the folds, and the figure of the saved model."""
    write, own = FIGURES[name][1], (last[name] or {}).get(member)
    if folds is None:
        return write(None), "", write(own)
    return write(folds["mean"]), interval([folds["min"], folds["max"]], write), write(own)


def _by_fit(ensemble: Mapping[str, Any]) -> Table:
    """Give a line a fit: its losses, its weights, or which member answers in which regime."""
    last = ensemble["fits"][-1]
    if last["losses"] is None:
        return Table((), [])
    by_regime = bool(last.get("regimes"))
    answers = "answers in regime 0, 1, ... (events)" if by_regime else "weight of each member"
    rows = [
        (
            str(fit["fit"]),
            _figures_of("losses", fit),
            _regimes(fit) if by_regime else _figures_of("weights", fit),
        )
        for fit in ensemble["fits"]
    ]
    return Table(("fit", "loss of each member", answers), rows, n_text=3)


def _figures_of(name: str, fit: Mapping[str, Any]) -> str:
    write = FIGURES[name][1]
    return ", ".join(write((fit[name] or {}).get(member)) for member in fit["members"])


def _regimes(fit: Mapping[str, Any]) -> str:
    return ", ".join(f"{regime['member']} ({regime['n_events']})" for regime in fit["regimes"])
