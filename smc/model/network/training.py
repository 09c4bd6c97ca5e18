"""Train a network with Lightning."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytorch_lightning
import torch
from torch import Tensor, nn

from smc.errors import NotFiniteError
from smc.fit_progress import FitCallback
from smc.model.network.batches import Batches, Sample
from smc.model.network.interrupt import Interrupt
from smc.model.network.keep_best import KeepBest, figures
from smc.model.network.module import NetworkModule
from smc.model.network.objective import Objective
from smc.model.network.schedule import Schedule
from smc.model.network.seen import Seen
from smc.model.rounds import Rounds

PRECISIONS: dict[str, Any] = {"32": "32-true", "bf16": "bf16-mixed"}

#: What Lightning's own code brings up with current versions of its dependencies; nothing a user could change.
ITS_OWN_WARNINGS = r".*LeafSpec.*"


def train(
    network: nn.Module,
    objective: Objective,
    rows: Sample,
    tail: Sample | None,
    *,
    schedule: Schedule,
    callback: FitCallback | None,
) -> Rounds:
    """Train the layers in place and leave them on the processor, ready to be asked.

    Lightning does what it is good at (devices, precision, several processes) and is kept silent: no logger,
    no checkpoints, no progress bar, no validation loop.

    Raises
    ------
    NotFiniteError
        Not one epoch left finite weights.
    KeyboardInterrupt
        Ctrl-C twice, or once before there is anything to keep.
    """
    constant = objective.constant(rows.targets, rows.weights)
    start_at(network, constant)
    watched = rows if tail is None else tail
    rounds = Rounds(
        schedule.max_epochs,
        schedule.patience,
        constant_loss=figures(objective, constant.expand(len(watched), -1), watched.targets, watched.weights)[
            "loss"
        ],
        callback=callback,
    )
    with _quiet(), Interrupt() as interrupt:
        module = NetworkModule(network, objective, schedule, rounds=rounds, seen=Seen(len(rows)))
        batches = Batches(rows, schedule.batch_size, schedule.seed, interrupt.is_asked)
        keep_best = KeepBest(tail, interrupt)
        _trainer(schedule, keep_best).fit(module, batches)
        # A trainer refers to itself in a circle: it would keep the rows until the garbage collector comes.
        for each in (batches, keep_best):
            vars(each).clear()
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
    network.cpu().eval().zero_grad(set_to_none=True)
    return rounds


@torch.no_grad()
def start_at(network: nn.Module, constant: Tensor) -> None:
    """Let the network answer what is known without inputs, until it has learned better."""
    network.get_parameter("head.weight").zero_()
    network.get_parameter("head.bias").copy_(constant)


def _trainer(schedule: Schedule, keep_best: KeepBest) -> pytorch_lightning.Trainer:
    return pytorch_lightning.Trainer(
        accelerator=schedule.device,
        devices=schedule.devices,
        strategy="ddp_spawn" if schedule.devices > 1 else "auto",
        precision=PRECISIONS[schedule.precision],
        max_epochs=schedule.max_epochs,
        callbacks=[keep_best],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        limit_val_batches=0,
        use_distributed_sampler=False,
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
