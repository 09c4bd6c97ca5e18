"""What a search over whole runs costs in evidence, and how the same space is searched for less."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smc.cli import quoted
from smc.config.swept_space import SearchSpace
from smc.sweeper.optuna import Optuna

MODEL = "model."
#: What is typed for the sweep alone.
OF_SWEEP = ("hydra.", "hydra/", "bad_jobs=")


def price(search: Optuna, space: SearchSpace, model: str, known: Sequence[str]) -> Iterator[str]:
    """Say beforehand what a search costs, and what does the same for one trial, a sentence each.

    Parameters
    ----------
    model
        The option of the group.
    known
        Parameters that `conf/space` looks for in it.
    """
    n_later = search.n_rounds - 1
    later = (
        f", and each after the first costs as much as two untold trials: {2 * n_later} in all"
        if n_later
        else ""
    )
    rounds = "1 round" if search.n_rounds == 1 else f"{search.n_rounds} rounds"
    yield f"evidence: {search.n_trials} trials count, in {rounds} of up to {search.batch_size}{later}"
    command = one_trial(search, space, model, known)
    if command is not None:
        yield f"as one trial, on events that are no evidence: {command}"
    else:
        yield "parameters of the model alone can be searched for as one trial: python -m smc.train tune=tpe"
    if changing := space.changing_evidence:
        yield (
            f"{', '.join(changing)}: changes the events that a run is judged on, so that figures of unlike "
            "questions are compared"
        )


def one_trial(search: Optuna, space: SearchSpace, model: str, known: Sequence[str]) -> str | None:
    """Return the command that searches the same space on the first events alone; None if there is none."""
    names = [key.lstrip("+").removeprefix(MODEL) for key in space.entries]
    if not all(key.lstrip("+").startswith(MODEL) and "." not in name for key, name in zip(
        space.entries, names, strict=True
    )):  # fmt: skip
        return None
    fixed = [text for text in space.fixed if not text.lstrip("+").startswith(OF_SWEEP)]
    where = [
        f"{'' if name in known else '+'}space.{name}={_written(entry)}"
        for name, entry in zip(names, space.entries.values(), strict=True)
    ]
    others = [f"space.{name}=null" for name in known if name not in names]
    chosen = [] if any(text.startswith("model=") for text in fixed) else [f"model={model}"]
    typed = [*chosen, *fixed, "tune=tpe", f"tune.n_trials={search.n_trials}", *where, *others]
    return f"python -m smc.train {' '.join(map(shlex.quote, typed))}"


def _written(entry: Mapping[str, Any]) -> str:
    return "{" + ",".join(f"{key}:{_value(value)}" for key, value in entry.items()) + "}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_value, value))}]"
    if isinstance(value, str):
        return value if value.startswith(("[", "{")) else quoted(value)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
