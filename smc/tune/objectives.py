"""What parameters are looked for by."""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from smc.typing import LabelTask

Objective: TypeAlias = Literal["log_loss", "mse", "return_coefficient", "sharpe"]
#: The loss of each kind of label.
LOSS_OF: dict[LabelTask, Objective] = {"classification": "log_loss", "regression": "mse"}

#: Of which more is better: their loss is the figure with the other sign.
RISING = frozenset({"return_coefficient", "sharpe"})


def figure_of(objective: str, loss: float) -> float:
    """Return what people know of an objective.

    >>> figure_of("sharpe", -1.5), figure_of("log_loss", 0.7)
    (1.5, 0.7)
    """
    return -loss if objective in RISING else loss


def named(objective: Objective | Sequence[Objective] | None) -> tuple[Objective, ...]:
    """Return the objectives that a configuration names; none where it leaves them to the labels.

    Raises
    ------
    ValueError
        An empty list, or a name that stands there twice.

    >>> named(None), named("sharpe"), named(["log_loss", "sharpe"])
    ((), ('sharpe',), ('log_loss', 'sharpe'))
    """
    if objective is None or isinstance(objective, str):
        return () if objective is None else (objective,)
    if not objective or len(set(objective)) < len(objective):
        raise ValueError(f"`objective` must list objectives that differ, got {list(objective)}")
    return tuple(objective)


def task_problems(objective: Objective | Sequence[Objective] | None, task: LabelTask) -> Iterator[str]:
    """Name the losses of another kind of label.

    >>> list(task_problems("log_loss", "regression"))
    ['tune.objective: log_loss is for classification, and these labels are for regression; take mse']
    """
    for kind, loss in LOSS_OF.items():
        if kind != task and loss in named(objective):
            yield (
                f"tune.objective: {loss} is for {kind}, and these labels are for {task}; take {LOSS_OF[task]}"
            )
