"""All pictures of a run, as files."""

from pathlib import Path

from smc.report.run.pictures import (
    calibration,
    confusion,
    equity,
    feature_selection,
    folds,
    importances,
    learning_curve,
    loss_curves,
    overview,
    realised,
)
from smc.report.run.pictures.nothing_to_draw import NothingToDrawError
from smc.report.style import save, styled
from smc.report.view import RunView

#: File name -> caption, what draws it, and the task that it belongs to (None: both); in reading order.
PICTURES = {
    "overview": ("Overview", overview.draw, None),
    "equity": ("Equity after costs", equity.draw, None),
    "folds": ("Fold scores", folds.draw, None),
    "calibration": ("Calibration", calibration.draw, "classification"),
    "realised": ("Realised against predicted", realised.draw, "regression"),
    "confusion": ("Confusion matrix", confusion.draw, "classification"),
    "feature_selection": ("Features kept", feature_selection.draw, None),
    "importances": ("Feature importances", importances.draw, None),
    "loss_curves": ("Loss curves", loss_curves.draw, None),
    "learning_curve": ("Learning curve", learning_curve.draw, None),
}


def save_pictures(view: RunView, folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Draw every picture into a folder.

    Returns
    -------
    drawn
        Caption -> file.
    left_out
        Caption -> why there is nothing to draw.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn, left_out = {}, {}
    with styled():
        for name, (caption, draw, task) in PICTURES.items():
            if task not in (None, view.task):
                continue
            try:
                figure = draw(view)
            except NothingToDrawError as reason:
                left_out[caption] = str(reason)
            else:
                drawn[caption] = folder / f"{name}.png"
                save(figure, drawn[caption])
    return drawn, left_out
