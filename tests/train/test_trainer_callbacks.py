"""Callbacks of one's own for the Lightning trainer of the networks of a run."""

import re
import sys
from pathlib import Path

import pytest

from smc import api
from smc.config.compose import compose
from smc.config.saved_config import upgrade_config
from smc.errors import ConfigError
from smc.results.identity import config_hash

SHORT = ("model=mlp", "events.last=160", "cv=holdout", "aug=none", "reg.mlp.max_epochs=12")
EARLY = (
    "{_target_: pytorch_lightning.callbacks.EarlyStopping, monitor: train_loss, patience: 1, min_delta: 9.0}"
)
OWN = """
from pytorch_lightning import Callback

class Scribe(Callback):
    seen = []
    def __init__(self, every: int = 1): self.every = every
    def on_train_epoch_end(self, trainer, pl_module):
        Scribe.seen.append({name: float(value) for name, value in trainer.callback_metrics.items()})
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A module of one's own that a configuration may name."""
    (tmp_path / "own_callbacks.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "own_callbacks")
    yield "own_callbacks"
    sys.modules.pop("own_callbacks", None)


def train(folder: Path, *overrides: str):
    return api.train([*SHORT, f"paths.output={folder}", *overrides])


def test_a_callback_of_ones_own_is_told_each_epoch_of_each_fit(own, tmp_path):
    run = train(tmp_path / "a", f"+trainer.callbacks.scribe={{_target_: {own}.Scribe, every: 2}}")
    (cls,) = {value for name, value in vars(sys.modules[own]).items() if name == "Scribe"}
    assert len(cls.seen) == len(run.curves)
    assert [row["train_loss"] for row in cls.seen] == run.curves["train_loss"].tolist()
    assert {"val_loss", "val_accuracy", "train_accuracy", "gradient_norm"} <= cls.seen[0].keys()
    assert run.model().estimator_.callbacks is None
    plain = train(tmp_path / "b")
    columns = ["p_0", "p_1"]
    assert run.predictions[columns].equals(plain.predictions[columns])
    assert run.record["warnings"] == plain.record["warnings"]


def test_early_stopping_of_lightning_ends_the_fits(tmp_path):
    run = train(tmp_path, f"+trainer.callbacks.early={EARLY}", "model.patience=null")
    assert set(run.curves.groupby("fit").size()) == {2}
    assert run.record["stopped_by_watch"] == []


def test_a_fault_is_named_once_by_its_path(own):
    for node, message in {
        f"{{_target_: {own}.Scribe, evry: 2}}": r"trainer\.callbacks\.x\.evry: no such argument of Scribe; did you",
        f"{{_target_: {own}.Scribe, every: a}}": r"trainer\.callbacks\.x\.every: must be int, got 'a'",
        "{_target_: smc.monitor.gap.Gap}": r"trainer\.callbacks\.x: Gap is no callback of Lightning",
        "{_target_: pytorch_lightning.callbacks.EarlyStopping}": r"trainer\.callbacks\.x\.monitor: missing",
        EARLY.replace("train_loss", "train_loss, mode: best"): r"trainer\.callbacks\.x: .*`mode` can be",
        "{_target_: pytorch_lightning.callbacks.ModelCheckpoint}": r"trainer\.callbacks\.x: .*is outside the",
        "7": r"trainer\.callbacks\.x: must be null or name a class",
    }.items():
        with pytest.raises(ConfigError) as error:
            compose(["model=mlp", f"+trainer.callbacks.x={node}"])
        assert re.match(message, str(error.value)), error.value
        assert "\n" not in str(error.value)


def test_callbacks_are_part_of_a_network_s_run_and_none_are_not():
    def hashed(*overrides: str) -> str:
        return config_hash(compose([*overrides]))

    with_early = f"+trainer.callbacks.early={EARLY}"
    assert hashed("model=mlp", with_early) != hashed("model=mlp")
    assert hashed("model=mlp", "+trainer.callbacks.early=null") == hashed("model=mlp")
    assert hashed("model=xgboost", with_early) == hashed("model=xgboost")
    older = compose(["model=mlp"])
    del older["trainer"]["callbacks"], older["model"]["callbacks"]
    assert config_hash(older) == hashed("model=mlp")
    assert upgrade_config(older)[0]["trainer"]["callbacks"] == {}
