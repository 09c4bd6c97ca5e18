"""How many rows come out, by how many go in."""


def adaptive_size(n: int, *, n_small: int, threshold: int, beyond: float = 1.0) -> int:
    """Return the size that few rows are brought to: three times below ``n_small``, twice below ``threshold``.

    Few rows gain most from noise, which is a penalty on steep functions (Bishop 1995); many need none.

    Parameters
    ----------
    beyond
        Factor from ``threshold`` on; the size is rounded down.

    >>> [adaptive_size(n, n_small=200, threshold=300) for n in (1, 199, 200, 299, 300)]
    [3, 597, 400, 598, 300]
    >>> adaptive_size(301, n_small=200, threshold=300, beyond=1.5)
    451
    """
    if n >= threshold:
        return int(beyond * n)
    return 3 * n if n < n_small else 2 * n
