"""One condition of a verdict, with what it found."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Gate:
    """A condition that a candidate passes, fails, or never comes to.

    Attributes
    ----------
    name
        Stable, for programs.
    value, threshold
        What was found and what it is held against; None where it was not looked at.
    passed
        None: an earlier gate has decided already.
    explanation
        One sentence with the numbers.
    remedy
        What would change the outcome; None where nothing has to.
    """

    name: str
    value: float | None = None
    threshold: float | None = None
    passed: bool | None = None
    explanation: str = "not reached: an earlier gate decided"
    remedy: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the fields by name, as the manifest holds them."""
        return asdict(self)


def until_failed(gates: Iterable[Gate]) -> list[Gate]:
    """Ask one gate after another, up to the first that is not passed.

    >>> asked = until_failed(Gate(name, passed=name != "b") for name in "abc")
    >>> [gate.name for gate in asked]
    ['a', 'b']
    """
    asked = []
    for gate in gates:
        asked.append(gate)
        if not gate.passed:
            break
    return asked
