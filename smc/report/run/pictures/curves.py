"""How the loss went while the model was fitted, and whether more events would help."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from smc.report.style import BLUE, MUTED, ORANGE, NothingToDrawError, blank, head, legend_above, percent_axis
from smc.report.text import is_number
from smc.report.view import RunView

TRAIN_FIT = "train fit"
#: Largest loss over the smallest beyond which the axis is logarithmic.
MAX_RANGE = 50
ITERATION = "iteration (epoch or boosting round)"


def draw_loss_curves(view: RunView) -> Figure:
    """Draw the losses of the train fit and of the folds: in two panels, of an ensemble one a member."""
    curves = view.run.curves
    if curves.empty:
        raise NothingToDrawError("this model tells nothing while it is fitted")
    figure = _of_members(view) if "member" in curves else _of_one(curves)
    head(figure, f"Loss curves: {view.title}")
    for axes in figure.axes:
        axes.set_ylabel("loss")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def _of_one(curves: pd.DataFrame) -> Figure:
    """Draw training and validation loss of the train fit, and the validation loss of the folds below."""
    folds = _folds(curves)
    figure = blank(3.4 if folds.empty else 5.6)
    panels = figure.subplots(1 if folds.empty else 2, squeeze=False)[:, 0]
    _draw_fit(panels[0], _main_fit(curves))
    legend_above(panels[0], 3)
    if len(folds):
        _draw_folds(panels[1], folds)
        n_folds = folds["fit"].nunique()
        panels[1].set_title(f"validation loss in the fits of {n_folds} folds, a dot where each was kept")
    panels[-1].set_xlabel(ITERATION)
    return figure


def _of_members(view: RunView) -> Figure:
    """Draw a panel a member: the train fit, and behind it, thin, the validation loss of the folds."""
    by_member = {str(name): own for name, own in view.run.curves.groupby("member", sort=False)}
    ensemble = view.record["ensemble"]
    members = ensemble["fits"][0]["members"] if ensemble else []
    silent = [name for name in members if not any(curve.split("/")[0] == name for curve in by_member)]
    figure = blank(1.2 + 2.1 * len(by_member))
    panels = figure.subplots(len(by_member), squeeze=False)[:, 0]
    for axes, (name, own) in zip(panels, by_member.items(), strict=True):
        _draw_folds(axes, _folds(own))
        _draw_fit(axes, _main_fit(own), f"{name}, ")
    key = {
        label: line for axes in panels for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        key.values(), key.keys(), loc="outside lower left", ncols=4, columnspacing=1.2, handlelength=1.4
    )
    panels[-1].set_xlabel(f"{ITERATION}\nno curves: {', '.join(silent)}" if silent else ITERATION)
    return figure


def _main_fit(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the train fit, which has a tail; of a run that ended before it, the last fit there is."""
    names = curves["fit"].to_numpy()
    return curves.loc[names == (TRAIN_FIT if TRAIN_FIT in names else names[-1])]


def _folds(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the fits of the folds; none of a model without a tail."""
    folds = curves.loc[curves["fit"].str.startswith("fold")]
    return folds if folds["val_loss"].notna().to_numpy().any() else folds[:0]


def _draw_fit(axes: Axes, curve: pd.DataFrame, whose: str = "") -> None:
    n_kept = int(curve["kept"].to_numpy().sum())
    axes.plot(curve["iteration"], curve["train_loss"], color=BLUE, label="training")
    if curve["val_loss"].notna().to_numpy().any():
        axes.plot(curve["iteration"], curve["val_loss"], color=ORANGE, label="validation (tail)")
    axes.axvline(n_kept - 1, color=MUTED, lw=1, ls=(0, (4, 2)), label="kept until here")
    axes.set_title(f"{whose}{curve['fit'].iloc[0]}: {n_kept} of {len(curve)} iterations kept")
    _scale(axes, curve[["train_loss", "val_loss"]].to_numpy())


def _draw_folds(axes: Axes, folds: pd.DataFrame) -> None:
    for number, (_, curve) in enumerate(folds.groupby("fit", sort=False)):
        label = "_" if number else "validation in folds"
        best = curve.iloc[max(0, int(curve["kept"].to_numpy().sum()) - 1)]
        axes.plot(curve["iteration"], curve["val_loss"], color=ORANGE, lw=1, alpha=0.6, label=label)
        axes.plot(best["iteration"], best["val_loss"], "o", color=ORANGE, ms=4)
    _scale(axes, folds["val_loss"].to_numpy())


def _scale(axes: Axes, losses: np.ndarray) -> None:
    """Take a logarithmic axis where a loss ran away."""
    finite = losses[np.isfinite(losses) & (losses > 0)]
    if len(finite) and finite.max() > MAX_RANGE * finite.min():
        axes.set_yscale("log")


#: What is drawn, by task: column, name, whether it is a share.
SCORES = {
    "classification": (("accuracy", "accuracy", True), ("log_loss", "log-loss", False)),
    "regression": (("r2", "R²", False), ("rmse", "root mean squared error", False)),
}


def draw_learning_curve(view: RunView) -> Figure:
    """Draw two scores on train and val over the number of train events."""
    if view.run.learning_curve.empty:
        raise NothingToDrawError("it is made on request: monitor.learning_curve=true")
    figure = blank(5.6)
    head(figure, f"Learning curve: {view.title}")
    panels = figure.subplots(2, sharex=True)
    for axes, (column, name, is_share) in zip(panels, SCORES[view.task], strict=True):
        _score_panel(axes, view, column)
        axes.set_ylabel(name)
        if is_share:
            percent_axis(axes.yaxis)
    panels[0].set_title("fits on the most recent train events, each scored on val")
    panels[-1].set_xlabel("train events")
    panels[-1].set_xlim(left=0)
    legend_above(panels[0], 3)
    return figure


def _score_panel(axes: Axes, view: RunView, column: str) -> None:
    curve = view.run.learning_curve
    axes.plot(curve["n_events"], curve[f"train_{column}"], "o-", color=BLUE, ms=4, label="train")
    axes.plot(curve["n_events"], curve[f"val_{column}"], "o-", color=ORANGE, ms=4, label="validation")
    reference = view.figures.baseline("val").get(column)
    if is_number(reference):
        axes.axhline(reference, color=MUTED, lw=1, ls=(0, (4, 2)), label="baseline on validation")
