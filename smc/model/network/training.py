"""Train a network with Lightning, from arrays to weights that were kept."""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple

import numpy as np
import pytorch_lightning
import torch
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from pytorch_lightning.loggers.logger import DummyLogger
from torch import Tensor, nn

from smc.errors import NotFiniteError
from smc.fit_progress import FitCallback
from smc.model.estimator import Rows
from smc.model.network.batches import Batches, InputTensors, Sample
from smc.model.network.callbacks import Interrupt, KeepBest, OwnSigterm, StopReason, figures
from smc.model.network.devices import check_devices, one_thread, seeded
from smc.model.network.inference import importances_of
from smc.model.network.module import EpochOutputs, NetworkModule
from smc.model.network.objective import Numbers, Objective
from smc.model.network.schedule import Precision, Schedule
from smc.model.rounds import Rounds
from smc.monitor.lightning import MonitorCallback
from smc.typing import FloatArray

PRECISIONS: dict[Precision, Literal["32-true", "bf16-mixed"]] = {"32": "32-true", "bf16": "bf16-mixed"}

#: What Lightning's own code brings up with current versions of its dependencies; nothing a user could change.
ITS_OWN_WARNINGS = r".*LeafSpec.*"


class TrainedNetwork(NamedTuple):
    """Layers with the weights that were kept, how the fit went, and what the layers look at."""

    network: nn.Module
    rounds: Rounds
    importances: FloatArray


def train_network(
    new_network: Callable[[], nn.Module],
    objective: Objective,
    rows: Rows,
    watched: Rows | None,
    *,
    schedule: Schedule,
    callback: FitCallback | None,
    own_callbacks: Sequence[pytorch_lightning.Callback] = (),
) -> TrainedNetwork:
    """Make fresh layers, train them and leave them on the processor, ready to be asked.

    Lightning does what it is good at (devices, precision, several processes) and is kept silent: no logger,
    no checkpoints, no progress bar, no validation loop.

    Raises
    ------
    ModelError
        Fewer devices than asked for.
    NotFiniteError
        Not one epoch left finite weights.
    KeyboardInterrupt
        Ctrl-C twice, or once before there is anything to keep.
    """
    check_devices(schedule.device, schedule.devices)
    train, val = _sample(objective, rows), None if watched is None else _sample(objective, watched)
    with one_thread(), seeded(schedule.seed, schedule.device):
        network, rounds = new_network(), Rounds(schedule.max_epochs, schedule.patience)
        rounds.constant_loss = _start(network, objective, train, val or train)
        if isinstance(objective, Numbers):
            own = _loss_of_constant(objective, train, train)
            rounds.squared_errors = {"train": own, "val": rounds.constant_loss}
        with _quiet(), Interrupt() as interrupt:
            module = NetworkModule(
                network, objective, schedule, rounds=rounds, outputs=EpochOutputs(len(train))
            )
            batches = Batches(train, schedule.batch_size, schedule.seed, interrupt.is_asked)
            keep_best = KeepBest(val)
            monitor = None if callback is None else MonitorCallback(callback)
            sigterm = OwnSigterm() if schedule.devices == 1 else None
            callbacks = [sigterm, keep_best, monitor, *own_callbacks, StopReason(interrupt, monitor)]
            _trainer(schedule, callbacks).fit(module, batches)
            # A trainer refers to itself in a circle, and would keep the rows until it is collected.
            for holder in (batches, keep_best):
                vars(holder).clear()
        _check_course(rounds, schedule, callback)
        network.cpu().eval().zero_grad(set_to_none=True)
        return TrainedNetwork(network, rounds, importances_of(network, objective, train.inputs))


def _sample(objective: Objective, rows: Rows) -> Sample:
    """Turn arrays into tensors; weights get a mean of 1."""
    scaled = (rows.weight * (len(rows.weight) / rows.weight.sum())).astype(np.float32)
    return Sample(InputTensors(rows.X), objective.encode(rows.target), torch.from_numpy(scaled))


def _start(network: nn.Module, objective: Objective, train: Sample, watched: Sample) -> float:
    """Let the network answer what is known without inputs; return the loss of that where it is watched."""
    start_at(network, objective.constant(train.targets, train.weights))
    return _loss_of_constant(objective, train, watched)


def _loss_of_constant(objective: Objective, train: Sample, watched: Sample) -> float:
    """Return the loss of what is known without inputs, where it is watched."""
    outputs = objective.constant(train.targets, train.weights).expand(len(watched), -1)
    return figures(objective, outputs, watched.targets, watched.weights)["loss"]


@torch.no_grad()
def start_at(network: nn.Module, constant: Tensor) -> None:
    """Let the network answer what is known without inputs, until it has learned better."""
    network.get_parameter("head.weight").zero_()
    network.get_parameter("head.bias").copy_(constant)


def _trainer(
    schedule: Schedule, callbacks: Sequence[pytorch_lightning.Callback | None]
) -> pytorch_lightning.Trainer:
    """Return a silent trainer; its logger drops what it is given, for callbacks that must have one.

    Callbacks are called in their order: each sees what those before it measured.
    """
    return pytorch_lightning.Trainer(
        accelerator=schedule.device,
        devices=schedule.devices,
        strategy="ddp_spawn" if schedule.devices > 1 else "auto",
        precision=PRECISIONS[schedule.precision],
        max_epochs=schedule.max_epochs,
        callbacks=[callback for callback in callbacks if callback is not None],
        logger=DummyLogger(),
        log_every_n_steps=1,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        limit_val_batches=0,
        use_distributed_sampler=False,
        plugins=[LightningEnvironment()],  # Slurm's would refuse --ntasks, and requeue the job on SIGUSR1
    )


def _check_course(rounds: Rounds, schedule: Schedule, callback: FitCallback | None) -> None:
    """Raise unless an epoch was kept; tell the callback what a copy of it was told in another process."""
    if schedule.devices > 1 and callback is not None:
        for progress in rounds.course:
            callback(progress)
    if not rounds.course:
        raise KeyboardInterrupt
    if not rounds.n_kept:
        raise NotFiniteError(
            f"the first epoch left weights or losses that are not finite (learning_rate="
            f"{schedule.learning_rate}): lower learning_rate, or weight_decay, or scale the inputs"
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Lightning from talking about devices, cloud services and itself; its errors are still errors."""
    logger = logging.getLogger("pytorch_lightning")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=ITS_OWN_WARNINGS)
            yield
    finally:
        logger.setLevel(before)
