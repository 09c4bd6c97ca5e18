"""How far it is from `smc.training.run.train` to the fit of the library behind each model."""

import sys
from collections.abc import Callable
from pathlib import Path

import lightgbm
import pytest
import pytorch_lightning
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from smc import api

SMC = str(Path(api.__file__).parent)
SHORT = (
    "data=simulated",
    "data.n_bars=2500",
    "symbol=S01",
    "events.last=100",
    "cv=holdout",
    "aug=none",
    "reg=tiny",
)
#: Where the library's own fit begins.
FITS = {
    "logistic": (LogisticRegression, "fit"),
    "random_forest": (RandomForestClassifier, "fit"),
    "xgboost": (xgboost, "train"),
    "lightgbm": (lightgbm, "train"),
    "mlp": (pytorch_lightning.Trainer, "fit"),
    "lstm": (pytorch_lightning.Trainer, "fit"),
}
#: Frames from `train` to the last before the library's own.
MOST = 8


class _Reached(BaseException):
    """The fit was reached; nothing more is wanted of the run."""


def frames_to(reach: Callable[[], object]) -> list[str]:
    """Name smc's functions on the way from `train`, each call once."""
    frame, names = sys._getframe(1), []
    while frame is not None:
        if frame.f_code.co_filename.startswith(SMC):
            names.append(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_qualname}")
        frame = frame.f_back
    names.reverse()
    return names[names.index("run.train") :]


@pytest.mark.parametrize("model", FITS)
def test_the_way_to_the_fit_is_short(model, tmp_path, monkeypatch):
    ways = []

    def reached(*_, **__):
        ways.append(frames_to(reached))
        raise _Reached

    monkeypatch.setattr(*FITS[model], reached)
    with pytest.raises(_Reached):
        api.train([*SHORT, f"model={model}", f"paths.output={tmp_path}"])
    assert len(ways[0]) <= MOST, " -> ".join(ways[0])
