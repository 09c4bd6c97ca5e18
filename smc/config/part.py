"""One process's part of a sweep: how it is typed, and how a batch system says it."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smc.errors import ConfigError

KEY = "sweep.part"
ALL, AUTO = "all", "auto"
TYPED = re.compile(r"(\d{1,9}|auto)/(\d{1,9})")
#: Of a Slurm array: place of this task, and what tells how many there are.
SLURM = "SLURM_ARRAY_TASK_ID"
SLURM_COUNT, SLURM_MIN, SLURM_MAX = (f"SLURM_ARRAY_TASK_{name}" for name in ("COUNT", "MIN", "MAX"))
#: Of an indexed job of Kubernetes, counted from 0; how many there are it does not tell.
KUBERNETES = "JOB_COMPLETION_INDEX"
FORM = (
    f"{KEY}=3/16 is part 3 of 16, {KEY}={AUTO}/16 takes the 3 from the index of a Slurm array or of a "
    f"Kubernetes job, {KEY}={ALL} is the whole sweep"
)


@dataclass(frozen=True)
class Part:
    """Part `number`, counted from 1, of `count`; each takes as many runs as the others, give or take one.

    Attributes
    ----------
    source
        The variable of the environment that told it; None if it was typed.
    """

    number: int
    count: int
    source: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            from_zero = f"; {KEY}={AUTO}/{self.count} reads an index that counts from 0"
            raise ConfigError(
                f"{KEY}={self.number}/{self.count}: parts are counted from 1 to {self.count}, "
                f"got {self.number}{'' if self.number else from_zero}"
            )

    def of(self, names: Sequence[str]) -> set[str]:
        """Return this part's share of names.

        They are dealt out one by one in their own order, not in that of the sweep: run ids are hashes, so
        that no part is left with all the slow models.

        >>> [sorted(Part(number, 2).of(["c", "a", "b", "a"])) for number in (1, 2)]
        [['a', 'c'], ['b']]
        """
        return set(sorted(set(names))[self.number - 1 :: self.count])

    def __str__(self) -> str:
        by = f" (by {self.source}; {KEY}={ALL} is the whole sweep)" if self.source else ""
        return f"part {self.number} of {self.count}{by}"


def without_part(overrides: Sequence[str]) -> tuple[str | None, list[str]]:
    """Take the part out of what was typed: it says who carries out which runs, and is no setting of any.

    >>> without_part(["seed=0,1", "sweep.part=1/2"])
    ('1/2', ['seed=0,1'])

    Raises
    ------
    ConfigError
        It is typed twice, or under another name.
    """
    typed: list[str] = []
    others: list[str] = []
    for override in overrides:
        key, _, value = override.lstrip("+").partition("=")
        if key == KEY:
            typed.append(value.strip("'\""))
        elif key == "sweep" or key.startswith("sweep."):
            raise ConfigError(f"{key}: no such key; did you mean {KEY}? {FORM}")
        else:
            others.append(override)
    if len(typed) > 1:
        raise ConfigError(f"{KEY}: a process has one part, got {' and '.join(typed)}")
    return (typed[0] if typed else None), others


def read_part(typed: str | None, environment: Mapping[str, str] = os.environ) -> Part | None:
    """Return the part of a sweep that this process carries out; None means all of it.

    A Slurm array says it by itself. Kubernetes tells the index of a pod and not how many there are: that
    must be typed.

    Raises
    ------
    ConfigError
        What is typed is no part, or the environment does not tell it.
    """
    if typed == ALL:
        return None
    if typed is None:
        return _of_environment(environment)
    match = TYPED.fullmatch(typed)
    if match is None:
        raise ConfigError(f"{KEY}={typed}: is no part of a sweep; {FORM}")
    number, count = match.groups()
    if number == AUTO:
        return _at_index(int(count), environment)
    return Part(int(number), int(count))


def _of_environment(environment: Mapping[str, str]) -> Part | None:
    if SLURM in environment:
        place, first, last, count = (
            _number(environment, name) for name in (SLURM, SLURM_MIN, SLURM_MAX, SLURM_COUNT)
        )
        step = (last - first) // (count - 1) if count > 1 else 1
        number = (place - first) // max(step, 1)
        if count < 1 or first + (count - 1) * step != last or first + number * step != place:
            raise ConfigError(
                f"{SLURM}={place}: the indices of this array leave gaps, so that it does not tell which part "
                f"of the sweep this is; {FORM}"
            )
        return Part(number + 1, count, SLURM) if count > 1 else None
    if KUBERNETES in environment:
        raise ConfigError(
            f"{KUBERNETES}={environment[KUBERNETES]}: this is one pod of an indexed job, which does not tell "
            f"how many there are; type {KEY}={AUTO}/n with the job's completions as n, or {KEY}={ALL} for "
            "the whole sweep in this pod"
        )
    return None


def _at_index(count: int, environment: Mapping[str, str]) -> Part:
    """Return the part of a known number that the index of this process is."""
    name = next((name for name in (SLURM, KUBERNETES) if name in environment), None)
    if name is None:
        raise ConfigError(
            f"{KEY}={AUTO}/{count}: neither {SLURM} nor {KUBERNETES} is set here; "
            f"type the part: {KEY}=1/{count}"
        )
    first = _number(environment, SLURM_MIN) if name == SLURM else 0
    number = _number(environment, name) - first + 1
    if not 1 <= number <= count:
        raise ConfigError(
            f"{KEY}={AUTO}/{count}: {name}={environment[name]} is index {number} of them, beyond the last; "
            "type the number of tasks as n"
        )
    return Part(number, count, name)


def _number(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name, "")
    if not re.fullmatch(r"\d{1,9}", text):
        raise ConfigError(
            f"{SLURM if name != KUBERNETES else KUBERNETES} is set, but {name} is "
            f"{repr(text) if text else 'not'}{', which is no index' if text else ''}; {FORM}"
        )
    return int(text)
