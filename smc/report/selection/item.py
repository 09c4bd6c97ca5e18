"""One line of a checklist."""

from dataclasses import dataclass

#: State -> how it is written.
STATES = {"yes": "✓ yes", "no": "✗ no", "open": "☐ to do by a person"}


@dataclass(frozen=True)
class Item:
    """Something that must hold before a model is deployed.

    Attributes
    ----------
    state
        "yes" or "no" as the evidence says, "open" where a person has to do or to judge it.
    """

    what: str
    state: str
    says: str


def judged(what: str, holds: bool | None, says: str) -> Item:
    """Return an item that the evidence answers; what it cannot answer is open.

    >>> judged("gap", True, "5 %").state, judged("gap", None, "n/a").state
    ('yes', 'open')
    """
    return Item(what, "open" if holds is None else "yes" if holds else "no", says)
