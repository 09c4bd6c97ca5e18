"""What the figures of a run allow to say, and no more."""

from collections.abc import Iterator, Sequence

from smc.report.figures import Figures
from smc.report.text import decimal, interval, is_number, percent, two_digits
from smc.report.view import PARTS, RunView

#: The parts that a run is judged on.
JUDGED = ("out_of_fold", "test")
#: What 0 stands for, by metric.
ZERO = {
    "log_loss_skill": ("log-loss skill", "zero, the baseline's", percent),
    "mse_skill": ("squared-error skill", "zero, the baseline's", percent),
    "sharpe": ("Sharpe ratio after costs", "zero", two_digits),
}


def findings(view: RunView) -> list[str]:
    """Put the figures into words, symbol by symbol for a pool."""
    sentences = []
    for symbol, figures in view.by_symbol.items():
        found = [finding for part in JUDGED for finding in _of_part(figures, part)] + [*_gap(figures)]
        sentences += [f"{symbol}: {finding}" if symbol else finding for finding in found]
    n_warnings = len(view.record.get("warnings") or [])
    if n_warnings:
        sentences.append(f"{n_warnings} warning{'s' * (n_warnings > 1)}, in words below.")
    return sentences


def standing(bounds: Sequence[float] | None, reference: float) -> str:
    """Say on which side of a reference an interval lies.

    >>> standing((0.52, 0.61), 0.5), standing((0.48, 0.61), 0.5)
    ('above', 'not distinguishable from')
    """
    if bounds is None:
        return "without an interval, so not compared with"
    low, high = bounds
    return "above" if low > reference else "below" if high < reference else "not distinguishable from"


def _of_part(figures: Figures, part: str) -> Iterator[str]:
    yield from _accuracy(figures, part)
    for metric, (name, reference, write) in ZERO.items():
        value = {**figures.metrics(part), **figures.financial(part)}.get(metric)
        if is_number(value):
            bounds = figures.interval(part, metric)
            shown = f"{PARTS[part].capitalize()} {name} {write(value)} {interval(bounds, write)}".rstrip()
            yield f"{shown}: {standing(bounds, 0)} {reference}."


def _accuracy(figures: Figures, part: str) -> Iterator[str]:
    """Compare with the better of two that know nothing: the baseline, and the part's own majority."""
    value, bounds = figures.metrics(part).get("accuracy"), figures.interval(part, "accuracy")
    constant = [figures.metrics(part).get("majority_accuracy"), figures.baseline(part).get("accuracy")]
    known = [each for each in constant if is_number(each)]
    if is_number(value) and known:
        shown = f"{PARTS[part].capitalize()} accuracy {percent(value)} {interval(bounds, percent)}".rstrip()
        yield f"{shown}: {standing(bounds, max(known))} {percent(max(known))}, always naming one class."


def _gap(figures: Figures) -> Iterator[str]:
    history = figures.history
    gap = history.get("train_val_gap")
    if is_number(gap):
        train, val = percent(history.get("train_accuracy")), percent(history.get("val_accuracy"))
        judged = "over the limit, overfitting" if history.get("overfitting_detected") else "within the limit"
        points = decimal(100 * gap, 1)
        yield f"Training accuracy {train}, validation {val}: a gap of {points} points, {judged}."
