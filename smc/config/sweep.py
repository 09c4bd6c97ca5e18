"""The jobs of a sweep: every combination of what is swept, composed and checked before any of them runs."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smc.cli import quoted
from smc.config.composer import Composer
from smc.config.fault import COMPOSITION_ERRORS
from smc.config.job import Job
from smc.config.job_composer import JobComposer
from smc.config.suggest import NAMES
from smc.config.swept_keys import with_remedies
from smc.errors import ConfigError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

#: In a sweep, the value of `symbol` that stands for every symbol of the data.
ALL = "all"
#: What a word may be read as that is no name: a number, a flag, nothing.
NO_TEXT = (bool, int, float, type(None))

Explain = Callable[[Exception, Sequence[str]], ConfigError]


def expand(composer: Composer, overrides: Sequence[str]) -> list[list[str]]:
    """List the overrides of each job, in Hydra's order: the last key varies fastest.

    Raises
    ------
    ConfigError
        A sweep over an interval, which has no end, or over names of which one is read as no text.
    """
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

    parsed = composer.parse(overrides)
    if problems := [*_without_values(parsed), *_unclear_names(parsed)]:
        raise ConfigError("\n".join(problems))
    (batch,) = BasicSweeper.split_arguments(parsed, None)
    return batch


def _without_values(parsed: "Sequence[Override]") -> Iterator[str]:
    """Say which sweeps stand for no list of values: an interval, which has no end, and what is empty."""
    for override in parsed:
        if override.is_sweep_override() and not override.is_discrete_sweep():
            yield f"{override.input_line}: an interval has no end; use a list, choice(...) or range(...)"
        elif override.is_sweep_override() and next(override.sweep_string_iterator(), None) is None:
            yield f"{override.input_line}: stands for no value; name some, as in {override.key_or_group}=0,1"


def _unclear_names(parsed: "Sequence[Override]") -> Iterator[str]:
    """Say which of the names that are swept are read as a number, a flag or nothing, and the remedy.

    Hydra writes each value of a sweep anew, so that a job no longer knows whether TRUE or true was typed.
    """
    for override in parsed:
        names = _typed_names(override)
        if unread := [name for name, value in names if name != "null" and isinstance(value, NO_TEXT)]:
            told = ",".join(quoted(name) if name in unread else name for name, _ in names)
            remedy = shlex.quote(f"{override.key_or_group}={told}")
            yield f"{override.key_or_group}={unread[0]}: is read as no text; as text: {remedy}"


def _typed_names(override: "Override") -> list[tuple[str, Any]]:
    """Pair the names of a sweep with what they are read as; give none where quotes hold commas."""
    if not (NAMES.fullmatch(override.key_or_group) and override.is_choice_sweep()):
        return []
    choice: Any = override.value()
    typed = str(override.input_line).partition("=")[2].removeprefix("choice(").removesuffix(")")
    names = [name.strip() for name in typed.split(",")]
    return list(zip(names, choice.list, strict=True)) if len(names) == len(choice.list) else []


def representatives(composer: Composer, overrides: Sequence[str]) -> list[list[str]]:
    """List as few jobs as have every value of every swept key among them."""
    axes = [expand(composer, [override]) for override in overrides]
    return [
        [axis[index % len(axis)][0] for axis in axes] for index in range(max(map(len, axes), default=0))
    ] or [[]]


def without_swept(overrides: "Sequence[Override]") -> list[str]:
    """Leave out the swept keys, and values that belong to a swept option and may not fit another."""
    swept = [
        override.key_or_group.replace("/", ".") for override in overrides if override.is_sweep_override()
    ]
    return [
        override.input_line
        for override in overrides
        if override.input_line is not None
        and not override.is_sweep_override()
        and not any(override.key_or_group.startswith(f"{group}.") for group in swept)
    ]


def compose_jobs(
    composer: JobComposer, batch: Sequence[Sequence[str]], explain: Explain
) -> tuple[list[Job], list[str]]:
    """Compose every job, and say of those that cannot be composed what is wrong, one line a mismatch."""
    jobs: list[Job] = []
    problems: dict[str, list[Sequence[str]]] = {}
    for overrides in batch:
        try:
            jobs += _jobs_of(composer, list(overrides), number=len(jobs))
        except (*COMPOSITION_ERRORS, ConfigError) as error:
            for line in str(explain(error, overrides)).splitlines():
                problems.setdefault(line, []).append(overrides)
    told = with_remedies(problems, batch, composer.folders)
    return _with_names(jobs), [_with_jobs(line, concerned, len(batch)) for line, concerned in told]


def _with_names(jobs: list[Job]) -> list[Job]:
    """Call each job by the overrides that not every job has."""
    shared = set.intersection(*(set(job.overrides) for job in jobs)) if len(jobs) > 1 else set()
    names = [" ".join(override for override in job.overrides if override not in shared) for job in jobs]
    return [replace(job, name=name) for job, name in zip(jobs, names, strict=True)]


def _jobs_of(composer: JobComposer, overrides: list[str], *, number: int) -> list[Job]:
    """Compose a job, or where it asks for every symbol, one job a symbol."""
    job = composer.compose(overrides, number)
    if job.config["symbol"] != ALL:
        return [job]
    others = [override for override in overrides if override.partition("=")[0] != "symbol"]
    from smc.config.instantiate import instantiate

    symbols = instantiate(job.config["data"], "data").symbols()
    return [
        composer.compose([*others, f"symbol={_as_typed(symbol)}"], number + index)
        for index, symbol in enumerate(symbols)
    ]


def _as_typed(symbol: str) -> str:
    """Write a symbol as it would be typed; one that is called as all of them are is a pool of its own."""
    return f"[{ALL}]" if symbol == ALL else quoted(symbol)


def _with_jobs(problem: str, concerned: Sequence[Sequence[str]], n_jobs: int) -> str:
    """Name the jobs that a problem concerns."""
    if len(concerned) == n_jobs:
        return f"{problem} [every job]"
    more = f", and {len(concerned) - 1} more" if len(concerned) > 1 else ""
    own = [override for override in concerned[0] if not override.startswith(("hydra/", "hydra."))]
    return f"{problem} [{' '.join(own)}{more}]"
