"""How the loss went while the model was fitted."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from smc.report.pictures.nothing_to_draw import NothingToDrawError
from smc.report.pictures.style import BLUE, MUTED, ORANGE, blank, head, legend_above
from smc.report.view import RunView

TRAIN_FIT = "train fit"
#: Largest loss over the smallest beyond which the axis is logarithmic.
MAX_RANGE = 50


def draw(view: RunView) -> Figure:
    """Draw training and validation loss of the train fit, and the validation loss of the folds below."""
    curves = view.run.curves
    if curves.empty:
        raise NothingToDrawError("this model tells nothing while it is fitted")
    one, folds = _main_fit(curves), curves.loc[curves["fit"].str.startswith("fold")]
    has_folds = bool(folds["val_loss"].notna().any())
    figure = blank(5.6 if has_folds else 3.4)
    head(figure, f"Loss curves: {view.title}")
    panels = figure.subplots(1 + has_folds, squeeze=False)[:, 0]
    _draw_fit(panels[0], one)
    if has_folds:
        _draw_folds(panels[1], folds)
    for axes in panels:
        axes.set_ylabel("loss")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[-1].set_xlabel("iteration (epoch or boosting round)")
    return figure


def _main_fit(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the train fit, which has a tail; of a run that ended before it, the last fit there is."""
    names = curves["fit"].to_numpy()
    return curves.loc[names == (TRAIN_FIT if TRAIN_FIT in names else names[-1])]


def _draw_fit(axes: Axes, curve: pd.DataFrame) -> None:
    n_kept = int(curve["kept"].to_numpy().sum())
    axes.plot(curve["iteration"], curve["train_loss"], color=BLUE, label="training")
    if curve["val_loss"].notna().to_numpy().any():
        axes.plot(curve["iteration"], curve["val_loss"], color=ORANGE, label="validation (tail)")
    axes.axvline(n_kept - 1, color=MUTED, lw=1, ls=(0, (4, 2)), label="kept until here")
    axes.set_title(f"{curve['fit'].iloc[0]}: {n_kept} of {len(curve)} iterations kept")
    _scale(axes, curve[["train_loss", "val_loss"]].to_numpy())
    legend_above(axes, 3)


def _draw_folds(axes: Axes, folds: pd.DataFrame) -> None:
    for _, curve in folds.groupby("fit", sort=False):
        best = curve.iloc[max(0, int(curve["kept"].to_numpy().sum()) - 1)]
        axes.plot(curve["iteration"], curve["val_loss"], color=ORANGE, lw=1, alpha=0.6)
        axes.plot(best["iteration"], best["val_loss"], "o", color=ORANGE, ms=4)
    n_folds = folds["fit"].nunique()
    axes.set_title(f"validation loss in the fits of {n_folds} folds, a dot where each was kept")
    _scale(axes, folds["val_loss"].to_numpy())


def _scale(axes: Axes, losses: np.ndarray) -> None:
    """Take a logarithmic axis where a loss ran away."""
    finite = losses[np.isfinite(losses) & (losses > 0)]
    if len(finite) and finite.max() > MAX_RANGE * finite.min():
        axes.set_yscale("log")
