"""What each input adds to the answer of a network: gradients on the way to it from known inputs."""

import numpy as np
import torch
from torch import Tensor, nn

from smc.model.network.batches import InputTensors
from smc.model.network.devices import one_thread
from smc.model.network.inference import outputs_of
from smc.typing import FloatArray
from smc.windows import Windows

#: Points on each way, doubled where the sum is off by more than `ENOUGH`, up to the last.
FIRST_NODES, LAST_NODES = 8, 512
#: Difference of an output that the contributions may miss.
ENOUGH = 2e-3


def contributions_of(
    network: nn.Module, X: np.ndarray | Windows, background: np.ndarray | Windows, contrast: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return expected gradients (n, f, k), those of a window's bars added up, and the mean answer (k,).

    From each background input a straight way leads to the input explained; the gradient along it, times the
    difference, adds up to the difference of the outputs, and the mean over the background is the Shapley
    value of Aumann's game. The points of a way are Gauss-Legendre nodes and every background input is used,
    where shap's GradientExplainer draws both at random and misses the sum by as much as so few draws do.

    Parameters
    ----------
    X, background
        What the network looks at: rows, or windows.
    contrast
        From the network's outputs to the k numbers explained (n_outputs, k).

    References
    ----------
    Sundararajan, M., Taly, A. and Yan, Q. (2017). Axiomatic Attribution for Deep Networks. ICML.
    Erion, G. et al. (2021). Improving performance of deep learning models with axiomatic attribution priors
    and expected gradients. Nature Machine Intelligence 3.
    """
    mixed = torch.from_numpy(contrast)
    with one_thread():
        rows, known = _built(X), _built(background)
        answers = outputs_of(network, InputTensors(X)).double() @ mixed
        base = (outputs_of(network, InputTensors(background)).double() @ mixed).mean(dim=0)
        values = torch.stack(
            [
                _on_the_way(network, row, known, mixed, goal - base)
                for row, goal in zip(rows, answers, strict=True)
            ]
        )
    return values.numpy(), base.numpy()


def _built(X: np.ndarray | Windows) -> Tensor:
    inputs = InputTensors(X)
    return inputs.take(torch.arange(len(inputs)))


def _on_the_way(network: nn.Module, row: Tensor, known: Tensor, mixed: Tensor, goal: Tensor) -> Tensor:
    """Return the contributions of one input (f, k), with as many points as their sum asks for."""
    n_nodes = FIRST_NODES
    while True:
        values = _path(network, row, known, mixed, n_nodes)
        if n_nodes >= LAST_NODES or (values.sum(dim=0) - goal).abs().max() <= ENOUGH:
            return values
        n_nodes *= 2


def _path(network: nn.Module, row: Tensor, known: Tensor, mixed: Tensor, n_nodes: int) -> Tensor:
    nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
    way = row - known
    where = torch.from_numpy(((nodes + 1) / 2).astype(np.float32)).view(-1, *[1] * way.ndim)
    points = (known + where * way).flatten(0, 1).requires_grad_()
    outputs = network(points).double() @ mixed
    slopes = torch.stack(
        [torch.autograd.grad(column.sum(), points, retain_graph=True)[0] for column in outputs.T]
    )
    along = slopes.view(len(slopes), n_nodes, *way.shape).double()
    mean = torch.einsum("kn...,n->k...", along, torch.from_numpy(weights / 2))
    added = (mean * way).mean(dim=1)
    return (added if added.ndim == 2 else added.sum(dim=1)).T
