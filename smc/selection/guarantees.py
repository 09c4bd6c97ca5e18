"""What a verdict protects from, and what it does not, in sentences with the figures that were measured."""

NEVER_HAD_AN_EDGE = (
    "False discovery rate .05 over symbols that never had an edge (independent or positively dependent)."
)
EDGE_THAT_ENDED = (
    "An edge that ended before the test part is deployed in about 6 % of such symbols, and this is not "
    "controlled over symbols."
)
LATER_ROUND = (
    "Round {round}: the out-of-fold p-value assumes that nobody used out-of-fold results except through the "
    "ledger; after a search that looked, the test part alone bounds the error, at about 5 % an opening "
    "(measured without an edge: optimisers .2-.7 %, features or signs picked by hand 2.3 %), and 5 % over "
    "symbols is not claimed."
)
TWO_SIDED = (
    "Its folds trained after what they tested: the standard error of its evidence is multiplied by the root "
    "of 2, which is right for linear learners and more than trees need; cv=expanding needs no such allowance."
)


def guarantees(round_: int, *, two_sided: bool) -> list[str]:
    """Return the sentences for a candidate of a round.

    >>> len(guarantees(1, two_sided=False)), len(guarantees(3, two_sided=True))
    (2, 4)
    """
    return [
        NEVER_HAD_AN_EDGE,
        EDGE_THAT_ENDED,
        *([LATER_ROUND.format(round=round_)] if round_ > 1 else []),
        *([TWO_SIDED] if two_sided else []),
    ]
