"""The markets over which false discoveries are counted, and what each of them says."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from smc import stats

#: Months before a selection's newest bar within which a market's newest bar must lie to be one of the family.
MONTHS = 24


@dataclass(frozen=True)
class Relative:
    """A market of the family, as its last selection left it.

    Attributes
    ----------
    p_value
        Out-of-fold and test evidence together (`combined`), the smallest of its symbols; 1 where a gate was
        not passed, or nobody has judged it.
    test_p_value
        Of its test part alone, 1 where none was opened.
    """

    market: str
    symbols: tuple[str, ...]
    p_value: float = 1.0
    test_p_value: float = 1.0

    def plain(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


@dataclass(frozen=True)
class Discovery:
    """How one market stands out among those of its family.

    Attributes
    ----------
    combined
        Its p-value before it is adjusted.
    p_value
        Adjusted for all markets of the family.
    test_p_value
        The same of the test part alone.
    method
        "benjamini_hochberg", or "benjamini_yekutieli" where markets share a model.
    """

    combined: float
    p_value: float
    test_p_value: float
    n_markets: int
    method: str


def combined(out_of_fold: float, test: float) -> float:
    """Return Fisher's p-value of two independent ones: x (1 - ln x), x their product.

    References
    ----------
    Fisher (1932), Statistical Methods for Research Workers, 21.1.

    >>> round(combined(0.05, 0.05), 4), combined(1.0, 1.0), combined(0.5, 0.0)
    (0.0175, 1.0, 0.0)
    """
    product = out_of_fold * test
    return min(1.0, product * (1 - math.log(product))) if product > 0 else 0.0


def adjusted(p_value: float, others: Sequence[float], *, q: float, any_dependence: bool) -> float:
    """Return one market's p-value, adjusted for all of its family by Benjamini and Hochberg.

    Parameters
    ----------
    others
        Of the other markets.
    any_dependence
        Whether the markets share a model: Benjamini and Yekutieli's factor, the sum of 1 / i, then makes it
        valid however they depend on each other.

    References
    ----------
    Benjamini and Yekutieli (2001), "The control of the false discovery rate in multiple testing under
    dependency", Annals of Statistics 29.

    >>> adjusted(0.02, [0.5, 1.0], q=0.05, any_dependence=False)
    0.06
    >>> round(adjusted(0.02, [0.5, 1.0], q=0.05, any_dependence=True), 4)
    0.11
    """
    first = float(stats.benjamini_hochberg([p_value, *others], q).adjusted[0])
    factor = float((1 / np.arange(1, len(others) + 2)).sum()) if any_dependence else 1.0
    return min(1.0, first * factor)


def discovery(own: Relative, family: Iterable[Relative], *, q: float, any_dependence: bool) -> Discovery:
    """Hold one symbol of a market against its family, in which every market counts once.

    Parameters
    ----------
    family
        May name the market itself: what its other symbols found is no evidence of another market.
    """
    others = [other for other in one_a_market(family) if other.market != own.market]
    adjust = partial(adjusted, q=q, any_dependence=any_dependence)
    return Discovery(
        own.p_value,
        adjust(own.p_value, [other.p_value for other in others]),
        adjust(own.test_p_value, [other.test_p_value for other in others]),
        len(others) + 1,
        "benjamini_yekutieli" if any_dependence else "benjamini_hochberg",
    )


def one_a_market(family: Iterable[Relative]) -> list[Relative]:
    """Return each market once, by name, with the smallest p-values of its symbols.

    >>> both = Relative("m", ("A",), 0.2, 0.3), Relative("m", ("B",), 0.1, 0.4)
    >>> one_a_market(both)
    [Relative(market='m', symbols=('A', 'B'), p_value=0.1, test_p_value=0.3)]
    """
    markets: dict[str, Relative] = {}
    for own in family:
        known = markets.get(own.market, own)
        markets[own.market] = Relative(
            own.market,
            tuple(sorted({*known.symbols, *own.symbols})),
            min(known.p_value, own.p_value),
            min(known.test_p_value, own.test_p_value),
        )
    return [markets[name] for name in sorted(markets)]


def families(
    markets: pd.DataFrame,
    p_values: Mapping[str, Mapping[str, Mapping[str, float | None]]],
    judged: Collection[str],
) -> dict[bool, list[Relative]]:
    """Return the markets of a ledger that a selection does not judge and counts: real and simulated ones.

    Their newest bars lie within two years of the selection's, or later, or nobody knows them. A market whose
    trials were never judged counts, too.

    Parameters
    ----------
    markets, p_values
        As `Ledger.markets` and `Ledger.last_p_values` give them.
    judged
        The markets that are judged now.
    """
    known = markets["last"].reindex(list(judged)).dropna().tolist()
    oldest = max(known) - pd.DateOffset(months=MONTHS) if known else None
    families: dict[bool, list[Relative]] = {True: [], False: []}
    for market, facts in markets.to_dict("index").items():
        is_old = oldest is not None and pd.notna(facts["last"]) and facts["last"] <= oldest
        if market not in judged and not is_old:
            found = p_values.get(str(market), {}).values()
            smallest = _smallest(found, "combined"), _smallest(found, "test")
            families[bool(facts["simulated"])].append(Relative(str(market), facts["symbols"], *smallest))
    return families


def _smallest(p_values: Iterable[Mapping[str, float | None]], name: str) -> float:
    found = [own.get(name) for own in p_values]
    return min((value for value in found if value is not None), default=1.0)
