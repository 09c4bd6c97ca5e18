"""The watches in a plain trainer of Lightning, over a module that is none of smc's."""

import numpy as np
import pytest
import torch
from pytorch_lightning import LightningModule, Trainer
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from smc.monitor.convergence import Convergence
from smc.monitor.divergence import Divergence
from smc.monitor.exploding_gradients import ExplodingGradients
from smc.monitor.lightning import MonitorCallback
from smc.monitor.nan_loss import NanLoss
from smc.monitor.overfitting import Overfitting
from smc.monitor.timeout import Timeout

pytestmark = pytest.mark.filterwarnings("ignore")  # Lightning's own, about workers and devices
N_FEATURES = 20


class Own(LightningModule):
    """As Lightning's users write it: layers, forward, steps and optimiser in one class."""

    def __init__(
        self, *, learning_rate: float = 0.01, nan_from: int | None = None, scale: float = 1.0
    ) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(N_FEATURES, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 2))
        self.learning_rate, self.nan_from, self.scale = learning_rate, nan_from, scale

    def forward(self, rows):
        return self.layers(rows)

    def _step(self, batch, name):
        rows, labels = batch
        outputs = self(rows)
        loss = functional.cross_entropy(outputs, labels) * self.scale
        if name == "train" and self.nan_from is not None and self.current_epoch >= self.nan_from:
            loss = loss * float("nan")
        self.log(f"{name}_loss", loss, on_epoch=True, on_step=False)
        self.log(
            f"{name}_acc", (outputs.argmax(dim=1) == labels).float().mean(), on_epoch=True, on_step=False
        )
        return loss

    def training_step(self, batch, _):
        return self._step(batch, "train")

    def validation_step(self, batch, _):
        self._step(batch, "val")

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.learning_rate)


def loader(n: int, seed: int) -> DataLoader:
    """Noise: whatever is learned is learned by heart."""
    rng = np.random.default_rng(seed)
    rows = torch.from_numpy(rng.normal(size=(n, N_FEATURES)).astype(np.float32))
    return DataLoader(TensorDataset(rows, torch.from_numpy(rng.integers(0, 2, n))), batch_size=20)


def fitted(*watches, max_epochs: int = 60, **params):
    """Fit a module of one's own, watched or, without watches, not."""
    module = Own(**params)
    names = {"train_accuracy": "train_acc", "val_accuracy": "val_acc"}
    monitor = MonitorCallback(watches, fit="own fit", **names)
    trainer = Trainer(
        max_epochs=max_epochs,
        accelerator="cpu",
        callbacks=[monitor] if watches else [],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    trainer.fit(module, loader(60, 0), loader(60, 1))
    return module, monitor, trainer


def test_noise_learned_by_heart_is_warned_of_and_goes_on():
    _, monitor, trainer = fitted(Overfitting())
    (warning,) = monitor.warnings
    assert (warning["fit"], warning["reason"]) == ("own fit", "overfitting")
    assert warning["value"] < 0.60
    assert monitor.stop_reason is None
    assert trainer.current_epoch == 60


def test_a_loss_that_is_nan_stops_at_once():
    _, monitor, trainer = fitted(Overfitting(), NanLoss(), nan_from=3)
    assert monitor.stop_reason == "nan_loss"
    assert [(warning["reason"], warning["iteration"]) for warning in monitor.warnings] == [("nan_loss", 3)]
    assert trainer.current_epoch == 4


def test_a_validation_loss_that_rises_stops_the_trainer():
    _, monitor, trainer = fitted(Divergence(max_rises=4))
    assert monitor.stop_reason == "divergence"
    assert trainer.current_epoch < 60
    assert monitor.warnings[0]["iteration"] == trainer.current_epoch - 1


def test_a_fit_past_its_time_stops_after_an_epoch():
    _, monitor, trainer = fitted(Timeout(max_minutes=1e-9))
    assert (monitor.stop_reason, trainer.current_epoch) == ("timeout", 1)


def test_the_gradient_is_measured_where_the_module_logs_none():
    _, calm, _ = fitted(ExplodingGradients(), max_epochs=2)
    _, steep, _ = fitted(ExplodingGradients(), max_epochs=2, scale=1000.0)
    assert calm.warnings == []
    assert [warning["reason"] for warning in steep.warnings] == ["exploding_gradients"]
    assert steep.warnings[0]["value"] > 100


def test_a_fit_that_ran_out_of_epochs_is_noted():
    _, monitor, _ = fitted(Convergence(recent_size=3), max_epochs=1)
    assert [warning["reason"] for warning in monitor.warnings] == ["convergence"]
    _, monitor, _ = fitted(Convergence(recent_size=3), max_epochs=60)
    assert monitor.warnings == []


def test_a_function_is_told_as_it_is():
    told = []
    module, trainer = (
        Own(),
        Trainer(
            max_epochs=3,
            accelerator="cpu",
            callbacks=[MonitorCallback(told.append)],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        ),
    )
    trainer.fit(module, loader(60, 0))
    assert [(progress.iteration, progress.max_iterations) for progress in told] == [(0, 3), (1, 3), (2, 3)]
    assert all(progress.train_loss > 0 and progress.val_loss is None for progress in told)
    assert all(progress.gradient_norm > 0 for progress in told)


def test_watching_changes_no_weight():
    class Drawing(NanLoss):
        def observe(self, progress):
            torch.rand(3)
            return super().observe(progress)

    watched, _, _ = fitted(Drawing(), Overfitting(), ExplodingGradients(), max_epochs=5)
    plain, _, _ = fitted(max_epochs=5)
    for name, value in plain.state_dict().items():
        assert torch.equal(watched.state_dict()[name], value), name
