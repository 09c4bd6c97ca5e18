"""From arrays to a fitted network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import nn

from smc.fit_progress import FitCallback
from smc.model.network.batches import Inputs, Sample
from smc.model.network.devices import check_devices, seeded
from smc.model.network.inference import importances_of, one_thread
from smc.model.network.objective import Objective
from smc.model.network.schedule import Schedule
from smc.model.network.training import train
from smc.model.rounds import Rounds
from smc.typing import FloatArray
from smc.windows import Windows

#: Inputs, targets and weights as arrays.
Rows: TypeAlias = tuple[np.ndarray | Windows, np.ndarray, FloatArray]


@dataclass(frozen=True)
class Fitted:
    """What a fit gave: layers, how it went, and what they look at."""

    network: nn.Module
    rounds: Rounds
    importances: FloatArray


def fit_layers(
    layers: Callable[[], nn.Module],
    objective: Objective,
    rows: Rows,
    tail: Rows | None,
    *,
    schedule: Schedule,
    callback: FitCallback | None,
) -> Fitted:
    """Make fresh layers, train them and see what they look at."""
    check_devices(schedule.device, schedule.devices)
    sample = _sample(objective, rows)
    watched = None if tail is None else _sample(objective, tail)
    with one_thread(), seeded(schedule.seed, schedule.device):
        network = layers()
        rounds = train(network, objective, sample, watched, schedule=schedule, callback=callback)
        return Fitted(network, rounds, importances_of(network, objective, sample.inputs))


def _sample(objective: Objective, rows: Rows) -> Sample:
    """Turn arrays into tensors; weights get a mean of 1."""
    X, target, weight = rows
    scaled = torch.from_numpy((weight * (len(weight) / weight.sum())).astype(np.float32))
    return Sample(Inputs(X), objective.encode(target), scaled)
