"""One law of a part, asked of one class."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from smc.blame import culprit_of, described, place_of
from smc.errors import SmcError
from smc.laws.fault import Fault
from smc.parts.subject import Subject


@dataclass(frozen=True)
class Law:
    """What a part of a kind must keep.

    Attributes
    ----------
    sentence
        What holds.
    method
        Which method it is about.
    remedy
        What to do where it does not hold.
    faults
        Tries it on a class, and gives what breaks it.
    """

    sentence: str
    method: str
    remedy: str
    faults: Callable[[Subject], Iterable[Fault]]


@dataclass(frozen=True, eq=False)
class AskedLaw:
    """A law and a class; as text, the law."""

    law: Law
    subject: Subject

    def __str__(self) -> str:
        return self.law.sentence

    def broken(self) -> list[str]:
        """Return what breaks it, a sentence each with the place in the class; nothing if it holds.

        Whatever the class raises is such a sentence.
        """
        try:
            faults = list(self.law.faults(self.subject))
        except Exception as error:  # noqa: BLE001 - whatever a class of one's own raises
            return [self._told(error)]
        return [self._placed(fault.sentence) for fault in faults]

    def must_hold(self) -> None:
        """Raise AssertionError unless it holds: for a test."""
        if broken := self.broken():
            raise AssertionError("\n".join([f"not so: {self}", *broken, f"remedy: {self.law.remedy}"]))

    @property
    def place(self) -> str:
        """The method that it is about: class, method, file and line."""
        return place_of(self.subject.cls, self.law.method)

    def _told(self, error: Exception) -> str:
        """Say what ended the asking, and where: an error's own words where they name the class."""
        culprit = culprit_of(error)
        if isinstance(error, SmcError) or not (culprit and culprit.is_own):
            said = str(error) if isinstance(error, SmcError) else described(error)
            return self._placed(" ".join(said.split()))
        return described(error)

    def _placed(self, sentence: str) -> str:
        """Put the place before a sentence that does not name the class."""
        name = self.subject.cls.__name__
        return sentence if f"{name}." in sentence else f"{self.place}: {sentence}"
