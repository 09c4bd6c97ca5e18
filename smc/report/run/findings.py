"""What the figures of a run allow to say, and no more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from smc.report.figures import Figures
from smc.report.notices import notices
from smc.report.text import decimal, interval, is_number, percent, two_digits
from smc.report.view import SPLIT_NAMES, RunView
from smc.results.kept_laws import AUDIT, WITH_LAWS

Bounds = tuple[float, float] | None

#: The splits that a run is judged on.
JUDGED = ("out_of_fold", "test")
#: Skills against the baseline: the share of its loss that the model saves.
SKILLS = {"log_loss_skill": "log-loss skill", "mse_skill": "squared-error skill"}
#: Trades without which a Sharpe ratio is not judged: resampling draws the same few again, and its interval is
#: too narrow to say how others would have gone.
MIN_TRADES = 10


@dataclass(frozen=True)
class ComparedFigure:
    """A figure with its interval, where that lies, and of what."""

    figure: str
    side: str
    reference: str

    @property
    def is_decided(self) -> bool:
        """Whether the interval leaves the reference out."""
        return self.side in ("above", "below")

    def __str__(self) -> str:
        return f"{self.figure}: {self.side} {self.reference}."


def findings(view: RunView) -> list[str]:
    """Put the figures into words; of a pool those alone that are decided, and how many were looked at."""
    if "" in view.by_symbol:
        clauses = [f"{finding}" for finding in compare(view.figures)] + [*_gap(view.figures)]
        sentences = [sentence[0].upper() + sentence[1:] for sentence in clauses]
    else:
        sentences = _of_pool(view)
    if view.evaluation.get("test") == "sealed" and not view.run.is_opened:
        sentences.append("The test part is sealed: it waits for python -m smc.select, which opens one run's.")
    sentences += _own_classes(view)
    if n_warnings := len(notices(view.record)):
        sentences.append(f"{n_warnings} warning{'s' * (n_warnings > 1)}, in words below.")
    return sentences


def _own_classes(view: RunView) -> Iterator[str]:
    """Say whether each class of one's own kept its laws, and what it broke."""
    for row in view.record.get("own_classes") or []:
        name, place = row["class"], row["place"]
        if not row["passed"]:
            yield f"Own class {name} ({place}) did not keep its laws, so nothing deploys it: {row['why']}."
        elif row["by"] == AUDIT:
            yield f"Own class {name} ({place}) passed the audit."
        else:
            has_laws = place.partition(".")[0] in WITH_LAWS
            yield f"Own class {name} ({place}) {'kept its laws' if has_laws else 'opened no file'}."


def compare(figures: Figures) -> list[ComparedFigure]:
    """Compare accuracy, skill and Sharpe ratio, where they are there, with what knows nothing."""
    return [finding for split in JUDGED for finding in _of_split(figures, split)]


def side_of(bounds: Bounds, reference: float) -> str:
    """Say on which side of a reference an interval lies.

    >>> side_of((0.52, 0.61), 0.5), side_of((0.48, 0.61), 0.5)
    ('above', 'not distinguishable from')
    """
    if bounds is None:
        return "without an interval, so not compared with"
    low, high = bounds
    return "above" if low > reference else "below" if high < reference else "not distinguishable from"


def _of_pool(view: RunView) -> list[str]:
    compared = {symbol: compare(figures) for symbol, figures in view.by_symbol.items()}
    decided = [
        f"{symbol}, {figure}"
        for symbol, figures_of_symbol in compared.items()
        for figure in figures_of_symbol
        if figure.is_decided
    ]
    total = sum(map(len, compared.values()))
    summary = f"{len(decided)} of {total} intervals leave out what they are compared with"
    return [*decided, f"{summary}; about {percent(1 - view.confidence, 0)} would by chance."]


def _of_split(figures: Figures, split: str) -> Iterator[ComparedFigure]:
    yield from _accuracy(figures, split)
    for metric, name in SKILLS.items():
        if is_number(figures.metrics(split).get(metric)):
            bounds = figures.interval(split, metric)
            value = figures.metrics(split)[metric]
            yield ComparedFigure(
                _figure(split, name, value, bounds, percent), side_of(bounds, 0), "zero, the baseline's"
            )
    yield from _sharpe(figures, split)


def _accuracy(figures: Figures, split: str) -> Iterator[ComparedFigure]:
    """Compare with the better of two that know nothing: the baseline, and the split's own majority."""
    value, bounds = figures.metrics(split).get("accuracy"), figures.interval(split, "accuracy")
    constant = [figures.metrics(split).get("majority_accuracy"), figures.baseline(split).get("accuracy")]
    known = [accuracy for accuracy in constant if is_number(accuracy)]
    if is_number(value) and known:
        reference = f"{percent(max(known))}, always naming one class"
        yield ComparedFigure(
            _figure(split, "accuracy", value, bounds, percent), side_of(bounds, max(known)), reference
        )


def _sharpe(figures: Figures, split: str) -> Iterator[ComparedFigure]:
    value, bounds = figures.financial(split).get("sharpe"), figures.interval(split, "sharpe")
    n_trades = figures.financial(split).get("n_trades")
    if is_number(value):
        too_few = is_number(n_trades) and n_trades < MIN_TRADES
        where = f"of {n_trades} trades, too few to be compared with" if too_few else side_of(bounds, 0)
        yield ComparedFigure(
            _figure(split, "Sharpe ratio after costs", value, bounds, two_digits), where, "zero"
        )


def _figure(split: str, name: str, value: float, bounds: Bounds, write: Callable[[Any], str]) -> str:
    return f"{SPLIT_NAMES[split]} {name} {write(value)} {interval(bounds, write)}".rstrip()


def _gap(figures: Figures) -> Iterator[str]:
    history = figures.history
    judged: dict[bool | None, str] = {True: ", over the limit, overfitting", False: ", within the limit"}
    verdict = judged.get(history.get("overfitting_detected"), "")
    if is_number(gap := history.get("train_val_gap")):
        train, val = percent(history.get("train_accuracy")), percent(history.get("val_accuracy"))
        points = decimal(100 * gap, 1)
        yield f"training accuracy {train}, validation {val}: a gap of {points} points{verdict}."
    if is_number(gap := history.get("train_val_r2_gap")):
        train, val = decimal(history.get("train_r2")), decimal(history.get("val_r2"))
        yield f"training R² {train}, validation {val}: a gap of {decimal(gap)}{verdict}."
