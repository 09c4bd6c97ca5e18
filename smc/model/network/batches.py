"""Rows as tensors, handed out a few batches at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from smc.windows import Windows

#: Batches that are gathered, and handed to Lightning, at once: its loop costs about 0.2 ms a turn, as much as
#: a quarter of a small network's step.
CHUNK_BATCHES = 16
#: Numbers in a chunk at most (16 MB), whatever the batch size and the lookback.
CHUNK_NUMBERS = 4_000_000
#: Inputs beyond are taken for this, so that no square of one overflows; scaled inputs are about 1.
LARGEST = 1e9


class InputTensors:
    """Hold what a network looks at in single precision: rows, or windows that share their bars.

    Parameters
    ----------
    X
        Rows (n, f), or `smc.windows.Windows`.
    """

    def __init__(self, X: np.ndarray | Windows) -> None:
        is_windows = isinstance(X, Windows)
        self.bars = torch.from_numpy(_single(X.bars if is_windows else X))
        self.begins = torch.from_numpy(X.ends - X.lookback + 1) if is_windows else torch.arange(len(X))
        self.window_shape = X.shape[1:]

    def __len__(self) -> int:
        return len(self.begins)

    def take(self, positions: Tensor) -> Tensor:
        """Return some rows (n, f), or build some windows (n, lookback, f)."""
        begins = self.begins[positions]
        if len(self.window_shape) == 1:
            return self.bars[begins]
        lookback, n_features = self.window_shape
        every = self.bars.as_strided(
            (len(self.bars) - lookback + 1, lookback, n_features), (n_features, n_features, 1)
        )
        return every[begins]


@dataclass(frozen=True)
class Sample:
    """Inputs with their targets and weights, one a row."""

    inputs: InputTensors
    targets: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return len(self.targets)


class Batches:
    """Give the rows of a sample in a new order each epoch, several batches at once.

    The order follows from the seed and the number of epochs begun, so that it is the same in every process of
    a fit on several devices, each of which takes its share of every batch.

    Parameters
    ----------
    sample
        The rows to learn from.
    batch_size
        Rows of a batch, over all devices.
    seed
        Of the order.
    stop
        Asked before each chunk; true ends the epoch.
    """

    def __init__(self, sample: Sample, batch_size: int, seed: int, stop: Callable[[], bool]) -> None:
        self.sample, self.batch_size, self.seed, self.stop = sample, batch_size, seed, stop
        self.n_begun = 0

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Yield inputs, targets and weights of one chunk after another: whole batches, but for the last."""
        order = np.random.default_rng([self.seed, self.n_begun]).permutation(len(self.sample))
        self.n_begun += 1
        rank, n_processes = _place()
        for positions in torch.from_numpy(order).split(self._chunk_size(n_processes)):
            if self.stop():
                return
            if len(positions) >= n_processes:
                share = positions[rank::n_processes]
                yield self.sample.inputs.take(share), self.sample.targets[share], self.sample.weights[share]

    def _chunk_size(self, n_processes: int) -> int:
        """Rows of a chunk: one batch where processes must meet after each, else several."""
        if n_processes > 1:
            return self.batch_size
        numbers = self.batch_size * int(np.prod(self.sample.inputs.window_shape))
        return self.batch_size * max(1, min(CHUNK_BATCHES, CHUNK_NUMBERS // numbers))


def _place() -> tuple[int, int]:
    """Return the number of this process and how many share the fit."""
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def _single(values: np.ndarray) -> np.ndarray:
    """Return single precision, row by row in memory, within bounds."""
    if max(values.max(), -values.min()) > LARGEST:
        values = np.clip(values, -LARGEST, LARGEST)
    return np.ascontiguousarray(values, dtype=np.float32)
