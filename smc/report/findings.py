"""What the figures of a run allow to say, and no more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smc.report.figures import Figures
from smc.report.notices import notices
from smc.report.text import decimal, interval, is_number, percent, two_digits
from smc.report.view import PARTS, RunView

#: The parts that a run is judged on.
JUDGED = ("out_of_fold", "test")
#: Metrics whose interval is compared with 0: name, what 0 stands for, how they are written.
AGAINST_ZERO = {
    "log_loss_skill": ("log-loss skill", "zero, the baseline's", percent),
    "mse_skill": ("squared-error skill", "zero, the baseline's", percent),
    "sharpe": ("Sharpe ratio after costs", "zero", two_digits),
}


@dataclass(frozen=True)
class Finding:
    """A figure with its interval, where that lies, and of what."""

    figure: str
    standing: str
    reference: str

    @property
    def is_decided(self) -> bool:
        """Whether the interval leaves the reference out."""
        return self.standing in ("above", "below")

    def __str__(self) -> str:
        return f"{self.figure}: {self.standing} {self.reference}."


def findings(view: RunView) -> list[str]:
    """Put the figures into words; of a pool those alone that are decided, and how many were looked at."""
    if "" in view.by_symbol:
        found = [f"{finding}" for finding in compare(view.figures)] + [*_gap(view.figures)]
        sentences = [sentence[0].upper() + sentence[1:] for sentence in found]
    else:
        sentences = _of_pool(view)
    if n_warnings := len(notices(view.record)):
        sentences.append(f"{n_warnings} warning{'s' * (n_warnings > 1)}, in words below.")
    return sentences


def compare(figures: Figures) -> list[Finding]:
    """Compare accuracy, skill and Sharpe ratio, where they are there, with what knows nothing."""
    return [finding for part in JUDGED for finding in _of_part(figures, part)]


def standing(bounds: Sequence[float] | None, reference: float) -> str:
    """Say on which side of a reference an interval lies.

    >>> standing((0.52, 0.61), 0.5), standing((0.48, 0.61), 0.5)
    ('above', 'not distinguishable from')
    """
    if bounds is None:
        return "without an interval, so not compared with"
    low, high = bounds
    return "above" if low > reference else "below" if high < reference else "not distinguishable from"


def _of_pool(view: RunView) -> list[str]:
    compared = {symbol: compare(figures) for symbol, figures in view.by_symbol.items()}
    decided = [f"{symbol}, {each}" for symbol, found in compared.items() for each in found if each.is_decided]
    total = sum(map(len, compared.values()))
    summary = f"{len(decided)} of {total} intervals leave out what they are compared with"
    return [*decided, f"{summary}; about {percent(1 - view.confidence, 0)} would by chance."]


def _of_part(figures: Figures, part: str) -> Iterator[Finding]:
    yield from _accuracy(figures, part)
    for metric, (name, reference, write) in AGAINST_ZERO.items():
        value = {**figures.metrics(part), **figures.financial(part)}.get(metric)
        if is_number(value):
            bounds = figures.interval(part, metric)
            figure = f"{PARTS[part]} {name} {write(value)} {interval(bounds, write)}".rstrip()
            yield Finding(figure, standing(bounds, 0), reference)


def _accuracy(figures: Figures, part: str) -> Iterator[Finding]:
    """Compare with the better of two that know nothing: the baseline, and the part's own majority."""
    value, bounds = figures.metrics(part).get("accuracy"), figures.interval(part, "accuracy")
    constant = [figures.metrics(part).get("majority_accuracy"), figures.baseline(part).get("accuracy")]
    known = [each for each in constant if is_number(each)]
    if is_number(value) and known:
        figure = f"{PARTS[part]} accuracy {percent(value)} {interval(bounds, percent)}".rstrip()
        reference = f"{percent(max(known))}, always naming one class"
        yield Finding(figure, standing(bounds, max(known)), reference)


def _gap(figures: Figures) -> Iterator[str]:
    history = figures.history
    gap = history.get("train_val_gap")
    if is_number(gap):
        train, val = percent(history.get("train_accuracy")), percent(history.get("val_accuracy"))
        judged = "over the limit, overfitting" if history.get("overfitting_detected") else "within the limit"
        points = decimal(100 * gap, 1)
        yield f"training accuracy {train}, validation {val}: a gap of {points} points, {judged}."
