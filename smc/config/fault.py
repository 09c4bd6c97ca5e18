"""What is wrong with an override, and a remedy that is told only if it would be accepted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from smc.config.composer import Composer, to_job
from smc.errors import ConfigError

#: What a composition raises when overrides or files of one's own are at fault.
COMPOSITION_ERRORS = (HydraException, OmegaConfBaseException, MarkedYAMLError, ValueError)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an override.

    Attributes
    ----------
    sentence
        What is wrong.
    remedies
        Overrides that may be what was meant, each with what is then said behind the sentence.
    """

    sentence: str
    remedies: tuple[tuple[str, str], ...] = ()


def tell(faults: Iterable[Fault], composer: Composer, valid: Sequence[str]) -> list[str]:
    """Return the line of each fault, and what else is wrong with the overrides that are not at fault.

    A remedy that would be refused, because the class takes no such argument or the value has another type,
    leads from one error to the next: each is tried beside the valid overrides, and left out if it adds a
    problem.
    """
    is_default = not (valid or composer.folders)
    others = [] if is_default else _problems(composer, valid) or []
    lines = []
    for fault in faults:
        accepted = (
            words for instead, words in fault.remedies if _is_accepted(composer, valid, others, instead)
        )
        lines.append(fault.sentence + "".join(accepted))
    return lines + others


def _is_accepted(composer: Composer, valid: Sequence[str], others: list[str], instead: str) -> bool:
    """Tell whether an override beside the valid ones adds no problem to theirs."""
    problems = _problems(composer, [*valid, instead])
    return problems is not None and set(problems) <= set(others)


def _problems(composer: Composer, overrides: Sequence[str]) -> list[str] | None:
    """List what is wrong with what overrides compose into; None if they cannot be composed."""
    try:
        to_job(composer.load(overrides))
    except ConfigError as error:
        return str(error).splitlines()
    except COMPOSITION_ERRORS:
        return None
    return []
