"""What a search looked for, as records and people know it: a larger ratio of Sharpe's is better."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from smc.results.record import Aims
from smc.tune.attempt import Attempt
from smc.tune.objectives import figure_of

if TYPE_CHECKING:
    from smc.tune.search import Found


def aims(found: "Found", constraints: Mapping[str, float]) -> Aims:
    """Say what the parameters come to by each objective, beside each constraint, and among which others."""
    is_one = len(found.chosen.values) == 1
    figures = found.chosen.judged[-1].figures
    return {
        "objectives": figures_of(found.chosen),
        "constraints": {
            name: {"limit": limit, "value": figures[name]} for name, limit in constraints.items()
        },
        "choose": None if is_one else found.choose,
        "front": []
        if is_one
        else [{"trial": point.number, "objectives": figures_of(point)} for point in found.front],
    }


def columns_of(attempt: Attempt, found: "Found") -> dict[str, float | bool]:
    """Return what the table of trials tells of one beside its loss; nothing where that is all."""
    is_one = len(found.best.values) == 1
    figures: Mapping[str, float] = attempt.judged[-1].figures if attempt.judged else {}
    keeps = {"excess": attempt.excess} if found.best.judged[-1].figures else {}
    front = {} if is_one else {"on_front": any(attempt is point for point in found.front)}
    return {**({} if is_one else figures_of(attempt)), **figures, **keeps, **front}


def figures_of(attempt: Attempt) -> dict[str, float]:
    """Return what a trial comes to by each objective."""
    return {name: figure_of(name, loss) for name, loss in attempt.values.items()}
