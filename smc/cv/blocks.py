"""Index arithmetic of splits: contiguous blocks of event positions, as ranges."""

from itertools import pairwise

from sklearn.utils.validation import _num_samples

from smc.errors import SplitError

#: Test blocks of a forward splitter that is told nothing else.
N_SPLITS = 5


def check_enough(strategy: object, n_events: int, needed: int) -> None:
    """Raise SplitError unless there are ``needed`` events for the strategy."""
    if n_events < needed:
        name = " ".join(str(strategy).split())  # scikit-learn breaks a long one into lines
        raise SplitError(f"{name} needs at least {needed} events, got {n_events}")


def last_share(n_events: int, frac: float) -> range:
    """Return the last ``frac`` of the positions, rounded to the nearest count and never empty.

    Examples
    --------
    >>> last_share(10, 0.25), last_share(10, 0.01)
    (range(8, 10), range(9, 10))
    """
    return range(n_events - max(1, round(frac * n_events)), n_events)


def even_blocks(n_events: int, n_blocks: int) -> list[range]:
    """Cut the positions into blocks of equal size; the first blocks take one more each for the remainder.

    Examples
    --------
    >>> even_blocks(8, 3)
    [range(0, 3), range(3, 6), range(6, 8)]
    """
    size, rest = divmod(n_events, n_blocks)
    edges = [size * k + min(k, rest) for k in range(n_blocks + 1)]
    return [range(first, stop) for first, stop in pairwise(edges)]


def trailing_blocks(
    strategy: object, n_events: int, n_splits: int | None, first_size: int | None, block_size: int | None
) -> list[range]:
    """Lay test blocks of equal size end to end up to the newest event, behind a first training window.

    What is not given follows from the rest: the count is 5, or as many as fit where both sizes are given; a
    block is an equal part of what the first window leaves; the first window is what the blocks leave. With no
    size given it is three fifths of the events, so that with 80 events, the fewest that smc is made for, the
    first fold still has 30 training rows after purging. A remainder goes to the oldest events.

    Examples
    --------
    >>> trailing_blocks("walk", 12, None, 4, 4)
    [range(4, 8), range(8, 12)]
    >>> trailing_blocks("walk", 20, 4, None, None)
    [range(12, 14), range(14, 16), range(16, 18), range(18, 20)]
    """
    if n_splits is None:
        if first_size is None or block_size is None:
            n_splits = N_SPLITS
        else:
            n_splits = max(1, (n_events - first_size) // block_size)
    check_enough(strategy, n_events, (first_size or 1) + n_splits * (block_size or 1))
    if block_size is None:
        first_size = first_size or min(-(-3 * n_events // 5), n_events - n_splits)
        block_size = (n_events - first_size) // n_splits
    return [range(stop - block_size, stop) for stop in range(n_events, 0, -block_size)[:n_splits]][::-1]


def n_trailing_blocks(
    strategy: object, X: object, n_splits: int | None, first_size: int | None, block_size: int | None
) -> int:
    """Count the blocks of ``trailing_blocks``; ``X`` is read only where the sizes decide.

    Raises
    ------
    ValueError
        The sizes decide, and there is no ``X``.
    """
    if n_splits is not None:
        return n_splits
    if first_size is None or block_size is None:
        return N_SPLITS
    if X is None:
        raise ValueError(f"the number of splits of {strategy} depends on the data: pass X, or set `n_splits`")
    return len(trailing_blocks(strategy, _num_samples(X), None, first_size, block_size))
