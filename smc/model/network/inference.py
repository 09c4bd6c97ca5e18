"""Ask a network."""

import numpy as np
import torch
from torch import Tensor, nn

from smc.model.network.batches import InputTensors
from smc.model.network.devices import one_thread
from smc.model.network.objective import Objective
from smc.typing import FloatArray
from smc.windows import Windows

#: Rows asked at once, the last lot filled up with zeros. A matrix product of one shape rounds each row alike,
#: wherever it stands, so an answer does not depend on the rows beside it; products of other shapes do.
LOT = 64
#: Rows gathered at once.
GATHERED = 16 * LOT
#: Rows that the importances are measured on.
N_EXPLAINED = 512


@torch.no_grad()
def outputs_of(network: nn.Module, inputs: InputTensors) -> Tensor:
    """Return the outputs for each row, on the processor; the network must be in evaluation mode."""
    bias = network.get_parameter("head.bias")
    outputs = torch.empty(len(inputs), len(bias))
    for positions in torch.arange(len(inputs)).split(GATHERED):
        lots = inputs.take(positions).to(bias.device).split(LOT)
        for lot, rows in zip(lots, positions.split(LOT), strict=True):
            filled = torch.cat([lot, lot.new_zeros(LOT - len(lot), *lot.shape[1:])])
            outputs[rows[0] : rows[-1] + 1] = network(filled)[: len(lot)]
    return outputs


def predict(network: nn.Module, objective: Objective, X: np.ndarray | Windows) -> FloatArray:
    """Return probabilities or numbers, one row each."""
    with one_thread():
        return objective.answers(outputs_of(network, InputTensors(X)))


def importances_of(network: nn.Module, objective: Objective, inputs: InputTensors) -> FloatArray:
    """Return how much the answers move with each feature, as shares of the sum.

    The measure is the mean absolute gradient of the probabilities, or of the scaled numbers, with respect to
    a feature, over at most 512 rows and summed over the bars of a window, times the feature's standard
    deviation: a feature that never changes counts nothing.

    References
    ----------
    Dimopoulos, Y., Bourret, P. and Lek, S. (1995). Use of some sensitivity criteria for choosing networks
    with good generalization ability. Neural Processing Letters 2(6).
    """
    chosen = torch.linspace(0, len(inputs) - 1, min(len(inputs), N_EXPLAINED)).long()
    rows = inputs.take(chosen).requires_grad_()
    answers = objective.read(network(rows))
    slopes = [torch.autograd.grad(column.sum(), rows, retain_graph=True)[0].abs() for column in answers.T]
    slope = torch.stack(slopes).mean(dim=(0, 1)).double()
    spread = rows.detach().double().flatten(0, -2).std(dim=0, correction=0)
    sizes: FloatArray = ((slope if slope.ndim == 1 else slope.sum(dim=0)) * spread).numpy()
    return sizes / sizes.sum() if sizes.sum() > 0 else sizes
