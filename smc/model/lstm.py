"""LSTM."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.utils.validation import check_consistent_length, validate_data

from smc.arguments import check_positive
from smc.errors import ModelError
from smc.model.estimator import Task
from smc.model.network.estimator import Network
from smc.model.network.schedule import Device, Precision
from smc.windows import Windows

if TYPE_CHECKING:
    from torch import nn


class LSTM(Network):
    """Learn from the last ``lookback`` bars up to an event's own, with a long short-term memory.

    Beside the memory, the event's own bar has a direct, linear way to the answer: the layers stand in
    `smc.model.network.lstm.LSTMNetwork`.

    Its rows are windows: `smc.windows.Windows`, which share the bars of one matrix, or an array
    (n, lookback, n_features). A run makes them from the features of every bar, never from neighbouring
    events, so a window holds the event's bar and the ones before it, and nothing later. With ``lookback=1`` a
    row is the event's own bar, and the input a plain table.

    Lookback and purging. A window tells of bars before its event, a label of bars after it. Trained on the
    past, as in every forward split, a window holds only what was known. Where training events follow a test
    block (`purged_kfold`, `cpcv`), the first of them look back over bars that test labels looked at. That
    leaks no label: those bars are inputs, known at the time, beside a label that is purged and embargoed;
    nothing in the row says what followed a test event. Measured on 12 random walks of 600 events (labels of
    5 bars, windows of 50 bars of prices, returns or distances from averages; 5 and 30 folds): nearest
    neighbour, logistic regression and forest have an AUC of .46 to .52, the same within .02 with an embargo
    of 5, 50 or 100 bars. So the lookback adds nothing to the embargo, and every model of a sweep keeps the
    same folds. ``cv.embargo_size`` of the lookback or more keeps test labels' bars out of training windows.

    What networks share (targets, early stopping, arguments, devices) is said in
    `smc.model.network.estimator.Network`.

    Parameters
    ----------
    hidden_dim
        Units of each LSTM layer.
    num_layers
        LSTM layers on top of each other. Dropout also works between them.
    lookback
        Bars in a window, the event's own included.
    attention
        Pool the states of all bars by learned attention; False: the last state, which has seen them all.

    References
    ----------
    Hochreiter, S. and Schmidhuber, J. (1997). Long Short-Term Memory. Neural Computation 9(8).

    >>> windows = np.random.default_rng(0).normal(size=(64, 3, 1))
    >>> model = LSTM(hidden_dim=8, lookback=3, max_epochs=30, learning_rate=0.01)
    >>> model.fit(windows, windows[:, 1, 0] > 0).predict([[[0.0], [-1.0], [0.0]], [[0.0], [1.0], [0.0]]])
    array([False,  True])
    """

    def __init__(
        self,
        *,
        task: Task = "auto",
        hidden_dim: int = 64,
        num_layers: int = 1,
        lookback: int = 10,
        attention: bool = False,
        dropout: float = 0.0,
        weight_decay: float = 0.0,
        label_smoothing: float = 0.0,
        class_weight: Literal["balanced"] | None = None,
        clip_norm: float | None = 1.0,
        batch_size: int = 16,
        learning_rate: float = 0.001,
        patience: int | None = None,
        max_epochs: int = 200,
        device: Device = "cpu",
        devices: int = 1,
        precision: Precision = "32",
        callbacks: Mapping[str, Any] | None = None,
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.task = task
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.lookback = lookback
        self.attention = attention
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.clip_norm = clip_norm
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.max_epochs = max_epochs
        self.device = device
        self.devices = devices
        self.precision = precision
        self.callbacks = callbacks
        self.seed = seed
        self.n_jobs = n_jobs
        self._check_arguments()
        for name in ("hidden_dim", "num_layers", "lookback"):
            check_positive(name, getattr(self, name))

    @property
    def needs_windows(self) -> bool:
        """Whether a row is a window of bars rather than one bar."""
        return self.lookback > 1

    def _layers(self, n_inputs: int, n_outputs: int) -> "nn.Module":
        from smc.model.network.lstm import LSTMNetwork

        return LSTMNetwork(
            n_inputs,
            n_outputs,
            self.hidden_dim,
            num_layers=self.num_layers,
            dropout=self.dropout,
            attention=self.attention,
        )

    def _check_rows(self, X: Any, y: Any) -> tuple[Any, np.ndarray]:
        if not self.needs_windows:
            rows, y = super()._check_rows(X, y)
            return Windows.from_array(rows[:, None]), y
        windows = self._check_windows(X, reset=True)
        targets: Any = validate_data(self, y=y, multi_output=self.takes_steps)
        check_consistent_length(windows, targets)
        return windows, targets

    def _check_inputs(self, X: Any) -> Any:
        if not self.needs_windows:
            return Windows.from_array(super()._check_inputs(X)[:, None])
        return self._check_windows(X, reset=False)

    def _check_windows(self, X: Any, *, reset: bool) -> Windows:
        """Check the shape, and every bar that a window looks at."""
        windows: Any = X if isinstance(X, Windows) else np.asarray(X, dtype=np.float64)
        if windows.ndim != 3 or windows.shape[1] != self.lookback:
            raise ModelError(
                f"`X` must be windows (n, {self.lookback}, n_features) for lookback={self.lookback}, got "
                f"{windows.shape}: use smc.windows.Windows, or lookback=1 for a table of rows"
            )
        windows = windows if isinstance(windows, Windows) else Windows.from_array(windows)
        bars: Any = windows.covered_bars()
        either = [np.float64, np.float32]
        validate_data(self, bars, dtype=either, ensure_all_finite=self._finite(), reset=reset)
        return windows
