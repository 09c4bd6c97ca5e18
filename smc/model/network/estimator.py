"""The half that networks share as estimators; PyTorch is imported when one is fitted, loaded or asked."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike

from smc.arguments import check_choice, check_non_negative, check_positive
from smc.errors import ModelError
from smc.fit_progress import FitCallback
from smc.model.estimator import EvalSet, Inputs, Rows
from smc.model.iterative import Iterative
from smc.model.network.schedule import Device, Precision, Schedule
from smc.typing import FloatArray
from smc.windows import Windows

if TYPE_CHECKING:
    from torch import nn

    from smc.model.network.objective import Objective


class Network(Iterative):
    """Train a network with Lightning behind scikit-learn's interface.

    A subclass has its layers' sizes and the attributes below among its arguments, and fills in `_layers`.

    The targets: classes are learned by cross-entropy; numbers are centred and scaled by the rows that are
    fitted on, and learned by squared error, one output for each step ahead if ``y`` has several columns. The
    network starts from the shares of the classes, or the mean.

    Early stopping watches the loss on ``eval_set`` and returns to the weights of its best epoch, where a gain
    within one standard error is none (`smc.model.network.callbacks.KeepBest` says why). The curves show
    cross-entropy without label smoothing, or squared error in units of the target's variance, for both: on
    the training rows as they were met during the epoch, dropout and all, on the rows watched after it.

    The same rows, arguments and seed give the same weights bit for bit, on a processor and in any process:
    sums run on one thread, and what is drawn comes from generators of the fit's own. So ``n_jobs`` changes
    nothing; layers this small would be slower on more threads. A GPU adds up in another order.

    Parameters
    ----------
    dropout
        Share of the units that are left out at random in each training step.
    weight_decay
        Of AdamW: each step shrinks every weight by the share ``learning_rate * weight_decay``, so that 0.001
        does next to nothing in a thousand steps.
    label_smoothing
        Probability taken from the true class and spread evenly over all; for labels that are half noise.
    class_weight
        ``balanced``: a row counts by the inverse of its class's share, so that every class has the same say.
        None: as often as it occurs, so that probabilities match frequencies.
    clip_norm
        Largest norm of the gradient of a step; None: no limit. 1 binds in the first steps only, when scaled
        inputs meet fresh weights, and where a batch holds an outlier.
    batch_size
        Rows of a step.
    learning_rate
        Of AdamW, constant: the number of epochs then means the same in the final fit, which watches none.
    max_epochs
        Passes over the rows, at most.
    patience
        Stop after so many epochs without a gain on ``eval_set``, and keep the best; None: never.
    device, devices, precision
        ``cpu`` or ``cuda``, how many (above 1: one process each, every batch shared out between them), and
        ``32`` or ``bf16`` (mixed) arithmetic. Answers are always computed on the processor in 32 bits. With
        several devices a callback must be picklable: a copy of it is told during the fit, itself after it.

    callbacks
        Callbacks of one's own for Lightning's trainer, by name; None switches one off. They find what an
        epoch gave in ``trainer.callback_metrics`` (`smc.model.network.callbacks.METRICS`), may stop the fit,
        and are not saved with the model.

    Attributes
    ----------
    network_
        The layers, with the weights that were kept.
    curves_
        As `Iterative` says, one entry an epoch; ``gradient_norm`` is the largest before clipping.
    stop_reason_
        The callback's code; ``nan_loss`` if a weight was not finite any more, ``interrupted`` on Ctrl-C (the
        second one ends the program); else None.
    feature_importances_
        How much the answers move with each feature, see `smc.model.network.inference.importances_of`.
    """

    native_suffix: ClassVar[str] = ".safetensors"
    native_library: ClassVar[str] = "torch"
    rounds_argument = "max_epochs"
    patience_argument = "patience"
    #: Arguments that say how a fit is accompanied, no part of the model.
    not_saved: ClassVar[tuple[str, ...]] = ("callbacks",)
    takes_steps = True

    dropout: float
    weight_decay: float
    label_smoothing: float
    class_weight: Literal["balanced"] | None
    clip_norm: float | None
    batch_size: int
    learning_rate: float
    max_epochs: int
    patience: int | None
    device: Device
    devices: int
    precision: Precision
    callbacks: Mapping[str, Any] | None
    seed: int
    n_jobs: int

    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: EvalSet | None = None,
        callback: FitCallback | None = None,
    ) -> Self:
        """Train fresh layers, and keep the weights of the best epoch; see `Iterative.fit`."""
        from smc.model.network.training import train_network

        rows, watched = self._check_fit(X, y, sample_weight, eval_set)
        self._learn_scales(rows)
        trained = train_network(
            self._new_network,
            self._objective(),
            self._reweighted(rows),
            None if watched is None else self._reweighted(watched),
            schedule=Schedule(**{field.name: getattr(self, field.name) for field in fields(Schedule)}),
            callback=callback,
            own_callbacks=[own for own in (self.callbacks or {}).values() if own is not None],
        )
        self.network_, self.feature_importances_ = trained.network, trained.importances
        self._keep_rounds(trained.rounds)
        return self

    def check_devices(self) -> None:
        """Raise ModelError unless the devices to fit on are there; a fit does so itself, but late."""
        if self.device != "cpu":
            from smc.model.network.devices import check_devices

            check_devices(self.device, self.devices)

    def to_bytes(self) -> bytes:
        """Write the weights as safetensors: names, shapes and numbers, nothing that executes."""
        from safetensors.torch import save

        return save({name: value.contiguous() for name, value in self.network_.state_dict().items()})

    def get_fitted(self) -> dict[str, Any]:
        """Return all that was learned, but for the weights, as plain data."""
        fitted = super().get_fitted() | {"feature_importances": self.feature_importances_.tolist()}
        if self.task_ == "regression":
            fitted |= {"center": self.center_.tolist(), "scale": self.scale_.tolist()}
        return fitted

    def _load(self, fitted: dict[str, Any], data: bytes) -> None:
        from safetensors import SafetensorError
        from safetensors.torch import load

        self.feature_importances_ = np.array(fitted["feature_importances"])
        if self.task_ == "regression":
            self.center_, self.scale_ = np.asarray(fitted["center"]), np.asarray(fitted["scale"])
        network = self._new_network()
        try:
            network.load_state_dict(load(data))
        except (SafetensorError, RuntimeError) as error:
            raise ModelError(f"not the weights of this {type(network).__name__}: {error}") from error
        self.network_ = network.eval()

    @abstractmethod
    def _layers(self, n_inputs: int, n_outputs: int) -> "nn.Module":
        """Return fresh layers, whose last linear one is called ``head``."""

    def _new_network(self) -> "nn.Module":
        return self._layers(self.n_features_in_, self._objective().n_outputs)

    def _evaluate(self, X: np.ndarray | Windows) -> FloatArray:
        from smc.model.network.inference import predict

        return predict(self.network_, self._objective(), X)

    def _learn_scales(self, rows: Rows) -> None:
        """Learn the weight of each class, or location and spread of the numbers."""
        _, target, weight = rows
        if self.task_ == "classification":
            total = np.bincount(target, weights=weight, minlength=len(self.classes_))
            even = np.divide(weight.sum() / len(total), total, out=np.zeros_like(total), where=total > 0)
            self.class_weight_ = even if self.class_weight == "balanced" else np.ones_like(total)
            return
        self.center_ = np.asarray(np.average(target, axis=0, weights=weight))
        spread = np.sqrt(np.average((target - self.center_) ** 2, axis=0, weights=weight))
        self.scale_ = np.where(spread > 0, spread, 1.0)

    def _reweighted(self, rows: Rows) -> Rows:
        """Return rows that count by their weight times that of their class."""
        if self.task_ == "regression":
            return rows
        return rows._replace(weight=rows.weight * self.class_weight_[rows.target])

    def _objective(self) -> "Objective":
        from smc.model.network.objective import Classes, Numbers

        if self.task_ == "classification":
            return Classes(len(self.classes_), self.label_smoothing)
        return Numbers(self.center_, self.scale_)

    def _check_arguments(self) -> None:
        """Check the arguments that networks share; for a constructor."""
        for name in ("batch_size", "learning_rate", "max_epochs", "devices"):
            check_positive(name, getattr(self, name))
        for name in ("dropout", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"`{name}` must lie in [0, 1), got {getattr(self, name)}")
        check_non_negative("weight_decay", self.weight_decay)
        for name in ("patience", "clip_norm"):
            if getattr(self, name) is not None:
                check_positive(name, getattr(self, name))
        check_choice("class_weight", self.class_weight, (None, "balanced"))
        check_choice("device", self.device, get_args(Device))
        check_choice("precision", self.precision, get_args(Precision))
