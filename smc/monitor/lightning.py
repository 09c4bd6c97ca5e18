"""The watches over a fit, as a callback of any Lightning trainer."""

import sys
import time
from collections.abc import Iterable
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer

from smc.fit_progress import FitCallback, FitProgress
from smc.interfaces import FitWatch
from smc.monitor.fit_monitor import FitMonitor


class MonitorCallback(Callback):
    """Show the watches each epoch of a `pytorch_lightning.Trainer`, and stop it when one of them stops.

    What an epoch gave is read from ``trainer.callback_metrics`` when it ends, validation included: whatever
    the module logged under the names below, and None for what it did not. The norm of the gradient is
    measured before each step of an automatic optimisation, unless the module logs it. A watch changes no
    weight: the generator of PyTorch is left as it was.

    Of several processes the first alone asks the watches, and all follow its decision.

    Parameters
    ----------
    watches
        Such as `smc.monitor.overfitting.Overfitting`; or the one callback that is told, as smc's own
        networks have it.
    fit
        Name of the fit, for the records.
    train_loss, val_loss, train_accuracy, val_accuracy, train_r2, val_r2, constant_loss, gradient_norm
        Names under which the module logs what `smc.fit_progress.FitProgress` holds.

    Attributes
    ----------
    stop_reason
        Code of the watch that stopped the fit, else None.

    Examples
    --------
    A module that logs ``train_loss``, ``val_loss`` and ``val_acc``::

        monitor = MonitorCallback([NanLoss(), Divergence(), Overfitting()], val_accuracy="val_acc")
        Trainer(callbacks=[monitor]).fit(module, train_loader, val_loader)
        monitor.stop_reason, monitor.warnings
    """

    def __init__(
        self,
        watches: Iterable[FitWatch] | FitCallback,
        *,
        fit: str = "fit",
        train_loss: str = "train_loss",
        val_loss: str = "val_loss",
        train_accuracy: str = "train_accuracy",
        val_accuracy: str = "val_accuracy",
        train_r2: str = "train_r2",
        val_r2: str = "val_r2",
        constant_loss: str = "constant_loss",
        gradient_norm: str = "gradient_norm",
    ) -> None:
        self.on_progress: FitCallback = watches if callable(watches) else FitMonitor(watches, fit)
        self.names = {
            "train_loss": train_loss,
            "val_loss": val_loss,
            "train_accuracy": train_accuracy,
            "val_accuracy": val_accuracy,
            "train_r2": train_r2,
            "val_r2": val_r2,
            "constant_loss": constant_loss,
            "gradient_norm": gradient_norm,
        }
        self.stop_reason: str | None = None
        self._began, self._n_batches, self._norm = 0.0, 0, 0.0

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What the watches saw, as records of plain data."""
        return getattr(self.on_progress, "warnings", [])

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Start the clock."""
        self._began, self._n_batches, self._norm = time.perf_counter(), 0, 0.0

    def on_before_optimizer_step(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        optimizer: torch.optim.Optimizer,  # noqa: ARG002
    ) -> None:
        """Measure the gradient before it is clipped."""
        if self.names["gradient_norm"] in trainer.callback_metrics:
            return
        gradients = [values.grad for values in pl_module.parameters() if values.grad is not None]
        norm = float(torch.stack([values.norm() for values in gradients]).norm()) if gradients else 0.0
        self._norm = norm if norm > self._norm or norm != norm else self._norm

    def on_train_batch_end(
        self,
        trainer: Trainer,  # noqa: ARG002
        pl_module: LightningModule,  # noqa: ARG002
        outputs: Any,  # noqa: ARG002
        batch: Any,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Count the batches."""
        self._n_batches += 1

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Tell of an epoch that learned from something, and stop the trainer if a watch says so."""
        if not self._n_batches:
            return
        progress = self._progress(trainer)
        self._n_batches, self._norm = 0, 0.0
        drawn = torch.get_rng_state()
        reason = self.on_progress(progress) if trainer.is_global_zero else None
        torch.set_rng_state(drawn)
        reason = trainer.strategy.broadcast(reason)
        if reason is not None:
            self.stop_reason = self.stop_reason or reason
            trainer.should_stop = True

    def _progress(self, trainer: Trainer) -> FitProgress:
        logged, max_epochs = trainer.callback_metrics, trainer.max_epochs
        values = {field: float(logged[name]) for field, name in self.names.items() if name in logged}
        if self._norm:
            values.setdefault("gradient_norm", self._norm)
        return FitProgress(
            iteration=trainer.current_epoch,
            max_iterations=max_epochs if max_epochs is not None and max_epochs > 0 else sys.maxsize,
            seconds=time.perf_counter() - self._began,
            **values,
        )
