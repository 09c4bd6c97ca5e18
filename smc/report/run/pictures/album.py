"""All pictures of a run, as files."""

from pathlib import Path

from smc.report.run.pictures.curves import draw_learning_curve, draw_loss_curves
from smc.report.run.pictures.equity import draw_equity
from smc.report.run.pictures.features import draw_feature_selection, draw_importances
from smc.report.run.pictures.folds import draw_folds
from smc.report.run.pictures.overview import draw_overview
from smc.report.run.pictures.predictions import draw_calibration, draw_confusion, draw_realised
from smc.report.run.pictures.search import draw_search
from smc.report.style import NothingToDrawError, save, styled
from smc.report.view import RunView

#: File name -> caption, what draws it, and the task that it belongs to (None: both); in reading order.
PICTURES = {
    "overview": ("Overview", draw_overview, None),
    "equity": ("Equity after costs", draw_equity, None),
    "folds": ("Fold scores", draw_folds, None),
    "calibration": ("Calibration", draw_calibration, "classification"),
    "realised": ("Realised against predicted", draw_realised, "regression"),
    "confusion": ("Confusion matrix", draw_confusion, "classification"),
    "search": ("Search for parameters", draw_search, None),
    "feature_selection": ("Features kept", draw_feature_selection, None),
    "importances": ("Feature importances", draw_importances, None),
    "loss_curves": ("Loss curves", draw_loss_curves, None),
    "learning_curve": ("Learning curve", draw_learning_curve, None),
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
