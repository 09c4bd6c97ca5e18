"""Multilayer perceptron."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from smc.arguments import check_positive
from smc.model.estimator import Task
from smc.model.network.estimator import Network
from smc.model.network.schedule import Device, Precision

if TYPE_CHECKING:
    from torch import nn


class MLP(Network):
    """Learn from the features of an event's own bar with hidden layers of rectified units.

    Each layer is normalised row by row (layer normalisation: a batch of 32 rows, some of them augmented
    copies, is too few for statistics of its own), and dropout works before each, the first included. Beside
    the layers, the inputs have a direct, linear way to the answer. The layers stand in
    `smc.model.network.mlp.MLPNetwork`; what all networks share (targets, early stopping, arguments, devices)
    is said in `smc.model.network.estimator.Network`.

    Parameters
    ----------
    hidden_dims
        Units of each hidden layer, first to last.

    References
    ----------
    Ba, J., Kiros, J. and Hinton, G. (2016). Layer Normalization. arXiv:1607.06450.

    >>> import numpy as np
    >>> rows = np.linspace(-1, 1, 64)[:, None]
    >>> model = MLP(hidden_dims=[8], max_epochs=30, learning_rate=0.01).fit(rows, rows[:, 0] > 0)
    >>> model.predict([[-0.5], [0.5]])
    array([False,  True])
    """

    def __init__(
        self,
        *,
        task: Task = "auto",
        hidden_dims: Sequence[int] = (256, 128, 64),
        dropout: float = 0.0,
        weight_decay: float = 0.0,
        label_smoothing: float = 0.0,
        class_weight: Literal["balanced"] | None = None,
        clip_norm: float | None = 1.0,
        batch_size: int = 32,
        learning_rate: float = 0.001,
        max_epochs: int = 200,
        patience: int | None = None,
        device: Device = "cpu",
        devices: int = 1,
        precision: Precision = "32",
        callbacks: Mapping[str, Any] | None = None,
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.task = task
        self.hidden_dims = hidden_dims
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.clip_norm = clip_norm
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.max_epochs = max_epochs
        self.patience = patience
        self.device = device
        self.devices = devices
        self.precision = precision
        self.callbacks = callbacks
        self.seed = seed
        self.n_jobs = n_jobs
        self._check_arguments()
        if not hidden_dims:
            raise ValueError("`hidden_dims` must name one layer at least; model=logistic has none")
        for n_units in hidden_dims:
            check_positive("hidden_dims", n_units)

    def _layers(self, n_inputs: int, n_outputs: int) -> "nn.Module":
        from smc.model.network.mlp import MLPNetwork

        return MLPNetwork(n_inputs, n_outputs, self.hidden_dims, self.dropout)
