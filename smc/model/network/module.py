"""A network as Lightning trains it, and what it said in an epoch."""

from dataclasses import asdict
from typing import Any

import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn

from smc.fit_progress import FitProgress
from smc.model.network.objective import Objective
from smc.model.network.schedule import Schedule
from smc.model.rounds import Rounds

#: How many times as fast the layer called ``direct`` is learned as the others, at the same decay: ahead of
#: what takes more rows to learn. 3 to 7 do as well as each other; 10 learns noise.
DIRECT_SPEED = 5.0


class EpochOutputs:
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
            self._blocks = [values.new_empty(self.n_rows, *values.shape[1:]) for values in batch]
            self.norm = torch.zeros_like(norm)
        rows = slice(self.n_filled, self.n_filled + len(targets))
        for block, values in zip(self._blocks, batch, strict=True):
            block[rows] = values
        torch.maximum(self.norm, norm, out=self.norm)
        self.n_filled = rows.stop

    def take(self) -> list[Tensor]:
        """Return outputs, targets and weights so far, and begin anew."""
        filled = [block[: self.n_filled] for block in self._blocks]
        self.n_filled = 0
        self.norm = torch.zeros_like(self.norm)
        return filled


class NetworkModule(LightningModule):
    """Take one optimiser step a batch, several batches a turn of Lightning's loop.

    Steps are taken by hand (`automatic_optimization` off), because the loop around an automatic one costs as
    much as a third of a small network's step. Its checkpoints hold weights and plain numbers only, and load
    with ``weights_only=True``.

    Parameters
    ----------
    network
        The layers; what is kept of the module after the fit.
    objective
        What it learns.
    schedule
        How.
    rounds
        Takes in each epoch; what it holds is part of every checkpoint, and so of what a process hands back.
    outputs
        Takes in each batch.
    """

    def __init__(
        self,
        network: nn.Module,
        objective: Objective,
        schedule: Schedule,
        *,
        rounds: Rounds,
        outputs: EpochOutputs,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.network, self.objective, self.schedule = network, objective, schedule
        self.rounds, self.outputs = rounds, outputs

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW (Loshchilov & Hutter 2019), fused: a third of the time of the plain one."""
        rate, decay = self.schedule.learning_rate, self.schedule.weight_decay
        groups: list[dict[str, Any]] = [{"params": [], "lr": rate, "weight_decay": decay}]
        for name, values in self.network.named_parameters():
            if name.startswith("direct."):
                faster = {"lr": rate * DIRECT_SPEED, "weight_decay": decay / DIRECT_SPEED}
                groups.append({"params": [values], **faster})
            else:
                groups[0]["params"].append(values)
        return torch.optim.AdamW(groups, fused=True)

    def training_step(self, chunk: tuple[Tensor, Tensor, Tensor], _: int) -> None:
        """Learn from each batch of a chunk.

        A row counts by its weight, whose mean over all rows is 1: the loss of a batch is the mean of weight
        times loss, so a row's weight means the same in every batch.
        """
        optimizer: Any = self.optimizers(use_pl_optimizer=False)
        parameters = list(self.network.parameters())
        limit = self.schedule.clip_norm or torch.inf
        parts = [part.split(self.schedule.batch_size) for part in chunk]
        for inputs, targets, weights in zip(*parts, strict=True):
            outputs = self.network(inputs)
            loss = (self.objective.losses(outputs, targets) * weights).mean()
            optimizer.zero_grad()
            self.manual_backward(loss)
            norm = nn.utils.clip_grad_norm_(parameters, limit)
            optimizer.step()
            self.outputs.add(outputs, targets, weights, norm)

    def get_extra_state(self) -> dict[str, Any]:
        """Return, for a checkpoint, what happened so far: numbers, text and None only."""
        rounds = self.rounds
        course = [asdict(progress) for progress in rounds.course]
        return {"course": course, "n_kept": rounds.n_kept, "stop_reason": rounds.stop_reason}

    def set_extra_state(self, state: Any) -> None:
        """Take over what a checkpoint says."""
        self.rounds.course = [FitProgress(**progress) for progress in state["course"]]
        self.rounds.n_kept, self.rounds.stop_reason = state["n_kept"], state["stop_reason"]
