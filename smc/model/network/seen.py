"""What an epoch has seen so far."""

import torch
from torch import Tensor


class Seen:
    """Keep the outputs for the rows of an epoch's batches, as they were before each batch was learned from.

    Everything goes into blocks that are allocated once: thousands of small tensors kept between large ones
    that come and go would scatter the process's memory and let it grow with every batch.

    Parameters
    ----------
    n_rows
        Rows of an epoch at most.

    Attributes
    ----------
    n_filled
        Rows so far.
    norm
        Largest norm of the gradient so far; NaN once one was.
    """

    def __init__(self, n_rows: int) -> None:
        self.n_rows, self.n_filled = n_rows, 0
        self.norm = torch.zeros(())
        self._blocks: list[Tensor] = []

    def add(self, outputs: Tensor, targets: Tensor, weights: Tensor, norm: Tensor) -> None:
        """Take in a batch."""
        batch = (outputs.detach(), targets, weights)
        if not self._blocks:
            self._blocks = [each.new_empty(self.n_rows, *each.shape[1:]) for each in batch]
            self.norm = torch.zeros_like(norm)
        rows = slice(self.n_filled, self.n_filled + len(targets))
        for block, each in zip(self._blocks, batch, strict=True):
            block[rows] = each
        torch.maximum(self.norm, norm, out=self.norm)
        self.n_filled = rows.stop

    def take(self) -> list[Tensor]:
        """Return outputs, targets and weights so far, and begin anew."""
        found = [block[: self.n_filled] for block in self._blocks]
        self.n_filled = 0
        self.norm = torch.zeros_like(self.norm)
        return found
