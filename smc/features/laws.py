"""The laws of a causal feature, to be run on a family of your own as on those of smc.

`python -m smc.features my_module.MyFamily` runs them all.
"""

from typing import Protocol

import numpy as np
import pandas as pd

from smc.errors import ConfigError, LeakageError
from smc.features.feature_set import FeatureSet
from smc.typing import IntArray

Generator = np.random.Generator


class Computes(Protocol):
    """A `FeatureSet`, or a family whose ``compute`` gives a DataFrame."""

    def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Return one row a bar."""
        ...


def check_causal(features: Computes, bars: pd.DataFrame, *, n_cuts: int = 61, seed: int = 0) -> None:
    """Raise unless every value at bar t stays the same when the bars after t are changed.

    At each of ``n_cuts`` bars T, spread over the series, the features are computed again from the bars up to
    T alone, from all bars with those after T shuffled, and with those after T replaced by noise. No value up
    to T may change by more than 1e-9 of its size. This finds what looks ahead: a shift, a centred window, a
    back-fill, a mean over the whole file. ``bars`` must be left unchanged, too.

    Raises
    ------
    LeakageError
        Names the column, the row, the cut-off, and what was done to the bars after it.
    """
    rng = np.random.default_rng(seed)
    untouched = bars.copy(deep=True)
    before = features.compute(bars)
    if not bars.equals(untouched):
        raise LeakageError("`compute` changes the bars that it is given; work on a copy")
    for cut in cut_offs(len(bars), n_cuts):
        _check_same(before, features.compute(bars.iloc[: cut + 1].copy()), cut, "removed")
        _check_same(before, features.compute(shuffled_after(bars, cut, rng)), cut, "shuffled")
        _check_same(before, features.compute(noise_after(bars, cut, rng)), cut, "replaced by noise")


def check_replay(features: FeatureSet, bars: pd.DataFrame) -> None:
    """Raise unless ``features.state()``, fed bar by bar, gives the rows of ``features.compute``.

    Raises
    ------
    LeakageError
        Names the column and the row: one of the two sees what the other does not.
    """
    batch = features.compute(bars)
    difference = first_difference(batch, replayed(features, bars))
    if difference:
        column, row, expected, got = difference
        raise LeakageError(
            f"`{column}` at {bars.index[row]} (row {row}) is {got} fed bar by bar, {expected} in the batch"
        )


def replayed(features: FeatureSet, bars: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that ``features.state()`` gives, fed bar by bar."""
    state = features.state()
    records = bars.rename_axis("time").reset_index().to_dict("records")
    rows = [state.update(bar) for bar in records]
    return pd.DataFrame(rows, index=bars.index, columns=pd.Index(features.names))


def check_warm_up(features: FeatureSet, bars: pd.DataFrame, *, n_starts: int = 5, tol: float = 1e-4) -> None:
    """Raise unless values after ``features.warm_up`` bars are those of a series that began earlier.

    Parameters
    ----------
    tol
        Largest difference, relative to 1 + the value's size.

    Raises
    ------
    ConfigError
        Names the column and how many bars after the start it still differs.
    """
    whole = features.compute(bars)
    last = len(bars) - features.warm_up - 1
    if last < 1:
        raise ConfigError(f"{len(bars)} bars are too few to test a warm-up of {features.warm_up}: give more")
    for start in np.unique(np.linspace(1, last, n_starts).astype(int)):
        later = features.compute(bars.iloc[start:].copy())
        difference = first_difference(
            whole.iloc[start + features.warm_up :], later.iloc[features.warm_up :], tol
        )
        if difference:
            column, row, expected, got = difference
            raise ConfigError(
                f"`{column}` still depends on where the series began {row + features.warm_up} bars after its "
                f"start ({got}, not {expected}); `warm_up` says {features.warm_up}"
            )


def cut_offs(n_bars: int, n_cuts: int) -> IntArray:
    """Spread cut-off bars over a series, from the first bar to the last but one."""
    return np.unique(np.linspace(0, n_bars - 2, n_cuts).astype(np.int64))


def shuffled_after(bars: pd.DataFrame, cut: int, rng: Generator) -> pd.DataFrame:
    """Return the bars with those after ``cut`` in random order, under the stamps as they were."""
    order = np.concatenate([np.arange(cut + 1), cut + 1 + rng.permutation(len(bars) - cut - 1)])
    return pd.DataFrame(bars.to_numpy()[order], index=bars.index, columns=bars.columns)


def noise_after(bars: pd.DataFrame, cut: int, rng: Generator) -> pd.DataFrame:
    """Return the bars with those after ``cut`` replaced by a wild random walk."""
    later = pd.DatetimeIndex(bars.index[cut + 1 :])
    walk = random_walk(later, rng, price=float(bars["close"].iloc[cut]), sd=0.05)
    return pd.concat([bars.iloc[: cut + 1], walk.reindex(columns=bars.columns)])


def random_walk(
    index: pd.DatetimeIndex, rng: Generator, *, price: float = 1.0, sd: float = 0.001
) -> pd.DataFrame:
    """Draw bars on which no rule earns anything on average, long or short, within a bar or over many.

    The price is a martingale: the log price is a Brownian motion that falls by half of its variance. A bar
    opens a quarter of its length after the last close. High and low are those of the whole path, not of its
    quarters alone, so that a barrier within them was touched where it lies and not overshot.

    Parameters
    ----------
    sd
        Standard deviation of a quarter bar's log return.
    """
    moves = rng.normal(-(sd**2) / 2, sd, (len(index), 4))
    log_price = np.log(price) + moves.cumsum().reshape(-1, 4)
    before, move = log_price[:, :-1], moves[:, 1:]
    up, down = (
        (sign * move + np.sqrt(move**2 + 2 * sd**2 * rng.exponential(size=move.shape))) / 2
        for sign in (1, -1)
    )  # how far a Brownian bridge goes either way: P(maximum > m | end) = exp(-2 m (m - end) / sd**2)
    path = {
        "open": log_price[:, 0],
        "high": (before + up).max(axis=1),
        "low": (before - down).min(axis=1),
        "close": log_price[:, -1],
    }
    prices = {name: np.exp(values) for name, values in path.items()}
    return pd.DataFrame({**prices, "volume": rng.exponential(100.0, len(index))}, index=index)


def first_difference(
    expected: pd.DataFrame, got: pd.DataFrame, tol: float = 1e-9
) -> tuple[str, int, float, float] | None:
    """Return column, row and both values of the first cell that differs by more than ``tol`` of its size."""
    left, right = expected.to_numpy(dtype=np.float64), got.to_numpy(dtype=np.float64)
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    with np.errstate(invalid="ignore"):  # inf - inf
        same |= np.abs(left - right) <= tol * (1 + np.abs(left))
    if same.all():
        return None
    row, column = (int(position) for position in np.argwhere(~same)[0])
    return str(expected.columns[column]), row, float(left[row, column]), float(right[row, column])


def _check_same(before: pd.DataFrame, after: pd.DataFrame, cut: int, what: str) -> None:
    difference = first_difference(before.iloc[: cut + 1], after.iloc[: cut + 1])
    if difference:
        column, row, expected, got = difference
        raise LeakageError(
            f"`{column}` at {before.index[row]} (row {row}) changes from {expected} to {got} when the bars "
            f"after row {cut} are {what}: a value at bar t may use bars <= t only"
        )
