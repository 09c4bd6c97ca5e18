"""How a network is trained."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Device: TypeAlias = Literal["cpu", "cuda"]
Precision: TypeAlias = Literal["32", "bf16"]


@dataclass(frozen=True)
class Schedule:
    """Hold the numbers of one fit; `smc.model.network.estimator.Network` says what each means."""

    learning_rate: float
    weight_decay: float
    clip_norm: float | None
    batch_size: int
    max_epochs: int
    patience: int | None
    seed: int
    device: Device = "cpu"
    devices: int = 1
    precision: Precision = "32"
