"""What a network is to get right: the loss it learns by, and what its outputs say."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from smc.typing import FloatArray

#: Of a class without weight, so that its loss is finite.
SMALLEST_SHARE = 1e-3


class Objective(Protocol):
    """Between targets and outputs."""

    n_outputs: int

    def encode(self, targets: np.ndarray) -> Tensor:
        """Return targets as the network learns them."""
        ...

    def constant(self, targets: Tensor, weights: Tensor) -> Tensor:
        """Return the outputs of the best answer that does not look at inputs."""
        ...

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each row that is minimised."""
        ...

    def scores(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each row that is reported and watched, without smoothing."""
        ...

    def errors(self, outputs: Tensor, targets: Tensor) -> Tensor | None:
        """Return 1 for each row that is named wrong, else 0; None where rows have no name."""
        ...

    def read(self, outputs: Tensor) -> Tensor:
        """Return outputs as probabilities, or as scaled numbers."""
        ...

    def answers(self, outputs: Tensor) -> FloatArray:
        """Return what an estimator answers, in double precision."""
        ...


class Classes:
    """Name classes: cross-entropy of the softmax of one output a class.

    Parameters
    ----------
    n_classes
        Outputs, one each.
    label_smoothing
        Probability taken from the true class and spread evenly over all.
    """

    def __init__(self, n_classes: int, label_smoothing: float) -> None:
        self.n_outputs, self.label_smoothing = n_classes, label_smoothing

    def encode(self, targets: np.ndarray) -> Tensor:
        return torch.from_numpy(targets.astype(np.int64))

    def constant(self, targets: Tensor, weights: Tensor) -> Tensor:
        shares = torch.bincount(targets, weights, minlength=self.n_outputs) / weights.sum()
        return shares.clamp(min=SMALLEST_SHARE).log()

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return functional.cross_entropy(
            outputs, targets, reduction="none", label_smoothing=self.label_smoothing
        )

    def scores(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return functional.cross_entropy(outputs, targets, reduction="none")

    def errors(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs.argmax(dim=1) != targets).float()

    def read(self, outputs: Tensor) -> Tensor:
        return outputs.softmax(dim=1)

    def answers(self, outputs: Tensor) -> FloatArray:
        return self.read(outputs.double()).numpy()


class Numbers:
    """Predict numbers: squared error in units of their own spread, averaged over the steps ahead.

    Parameters
    ----------
    center, scale
        Location and spread of the targets: a number each, or one a step.
    """

    def __init__(self, center: FloatArray, scale: FloatArray) -> None:
        self.n_outputs = max(1, center.size)
        self.center, self.scale = center, scale

    def encode(self, targets: np.ndarray) -> Tensor:
        scaled = (targets - self.center) / self.scale
        return torch.from_numpy(scaled.reshape(len(targets), -1).astype(np.float32))

    def constant(self, targets: Tensor, weights: Tensor) -> Tensor:
        return (targets * weights[:, None]).sum(dim=0) / weights.sum()

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs - targets).square().mean(dim=1)

    scores = losses

    def errors(self, outputs: Tensor, targets: Tensor) -> None:  # noqa: ARG002
        return None

    def read(self, outputs: Tensor) -> Tensor:
        return outputs

    def answers(self, outputs: Tensor) -> FloatArray:
        values = outputs.double().numpy()
        return (values if self.center.ndim else values[:, 0]) * self.scale + self.center
