"""Markets with a known truth."""

from math import ceil
from typing import Literal

import numpy as np
import pandas as pd

from smc.arguments import check_choice, check_positive, check_positive_or_none
from smc.data.bad_bars import COLUMNS, check_bars
from smc.data.simulation.calendar import TRADED, parse_freq, trading_stamps
from smc.data.simulation.history import History
from smc.data.simulation.planted import FADE, LEAK_BARS, drift_for, leaked_volume
from smc.data.simulation.truth import check_truth, distances, true_odds
from smc.errors import DataError
from smc.typing import IntArray


class Simulated:
    """Draw markets that look like real ones, in which the best possible accuracy is known.

    Log returns are r = s (g e + d) - (s g)^2 / 2: s follows GARCH(1, 1), a calm or wild regime that all
    symbols share, and the hour of the day; g gives Student's t with 5 degrees of freedom; e is normal,
    correlated across symbols; d is the planted edge. Each bar is the path of 16 price changes, which all
    symbols share in part; high and low are those of the path between them as well, a Brownian bridge. Prices
    lie on a grid of ticks, a tenth as wide where they fall below 10,000 of them; weekends are closed, and
    markets open after them with a gap. Bodies take .46 of a bar's range and wicks .27 each, in real H4 bars
    of currencies .44 and .28.

    **Without an edge** the price is a martingale at every moment, weekends and the inside of a bar included:
    no rule earns a simple return on average, long or short, whatever its barriers, until costs are paid. The
    term (s g)^2 / 2 sees to it; log prices fall by it. A label that calls a bar which holds both barriers a
    stop loses a little (.01 ATR with barriers .5 and 3 ATR away).

    **The edge** is a drift that market structure alone reveals. During the 28 bars after a change of
    character prices drift to its side; later they drift, a third as strongly, against the side of the last
    break. With `side=structure` a label is therefore likely 1 while ``choch_age`` is small, and likely 0
    when it is large. The rule reads the structure machine's own swings (``swing_size=5``) at the close of
    each bar and uses no later one. Symbols without an edge have no drift at any time.

    Every symbol has random streams of its own and takes the shared ones anew, so that loading one does not
    need the others, and more bars or more symbols leave those that were there as they are.

    Parameters
    ----------
    n_symbols
        They are called S01, S02 and so on.
    n_bars
        15,000 bars hold some 1,900 events of the default kind after the warm-up.
    seed
        Of all markets; no part of the run's seed, so that many seeds can be tried on one market.
    freq
        Length of a bar, "15min" or "4h". Daily bars ("1D") go with `features=daily`.
    edge_frac
        Share of symbols with an edge, 0 to 1; they are spread evenly, beginning with S01.
    best_accuracy
        Accuracy of the best possible classifier on events of the default run (`events=cusum`,
        `labels=triple_barrier`, `side=structure`), on average over markets; `truth` gives that of any
        events of one market. See `smc.data.simulation.planted.drift_for` for its range.
    half_life
        Bars until half of the edge's drift is left. None: it stays.
    regime
        The edge exists in `any` regime, or only in `calm` or only in `wild` stretches. With this or a half
        life the best accuracy falls below ``best_accuracy``.
    correlation
        Of the returns of two symbols.
    volatility
        Standard deviation of log returns a year, in the long run.
    leak
        Plant a leak for teaching: the volume of bar t is large if prices move to the side of the last break
        over the next 10 bars. Such data must be found out by an audit; it trains models that see the future.

    Examples
    --------
    >>> market = Simulated(n_symbols=4, n_bars=3000)
    >>> market.symbols(), [symbol for symbol in market.symbols() if market.has_edge(symbol)]
    (['S01', 'S02', 'S03', 'S04'], ['S01', 'S03'])
    >>> market.load("S01").tail(2).round(5)
                                  open     high      low    close  volume
    time
    2001-11-30 14:00:00+00:00  1.42244  1.42467  1.41667  1.41932  1547.0
    2001-11-30 18:00:00+00:00  1.41923  1.42260  1.41846  1.42100   826.0
    >>> market.truth("S01", np.array([2600, 2650])).round(3)
           side  probability    ret  ret_sd
    event
    2600     -1        0.265 -0.003   0.010
    2650      1        0.555  0.013   0.017
    """

    def __init__(
        self,
        n_symbols: int = 11,
        n_bars: int = 15_000,
        seed: int = 0,
        freq: str = "4h",
        *,
        edge_frac: float = 0.5,
        best_accuracy: float = 0.75,
        half_life: float | None = None,
        regime: Literal["any", "calm", "wild"] = "any",
        correlation: float = 0.3,
        volatility: float = 0.1,
        leak: bool = False,
    ) -> None:
        check_positive("n_symbols", n_symbols)
        check_positive("n_bars", n_bars)
        if seed < 0:
            raise ValueError(f"`seed` must not be negative, got {seed}")
        self.step = parse_freq(freq)
        for name, value in {"edge_frac": edge_frac, "correlation": correlation}.items():
            if not 0 <= value <= 1:
                raise ValueError(f"`{name}` must lie in [0, 1], got {value}")
        check_positive_or_none(half_life=half_life)
        check_choice("regime", regime, ("any", "calm", "wild"))
        check_positive("volatility", volatility)
        self.n_symbols, self.n_bars, self.seed, self.leak = n_symbols, n_bars, seed, leak
        self.edge_frac = edge_frac
        a_year = 52 * (TRADED // self.step)
        self._drift = drift_for(best_accuracy)
        self._values = {
            "volatility": volatility / np.sqrt(a_year),
            "loading": np.sqrt(correlation),
            "bound": ("any", "calm", "wild").index(regime) - 1,
            "decay": 1.0 if half_life is None else 0.5 ** (1 / half_life),
        }
        trading_stamps(n_bars, self.step)

    def symbols(self) -> list[str]:
        """List the symbols, the default one first."""
        return [f"S{number:02d}" for number in range(1, self.n_symbols + 1)]

    def has_edge(self, symbol: str) -> bool:
        """Tell whether a symbol has an edge."""
        before, with_it = (
            ceil(round(number * self.edge_frac, 9))
            for number in (self._number(symbol) - 1, self._number(symbol))
        )
        return with_it > before

    def load(self, symbol: str) -> pd.DataFrame:
        """Draw the bars of one symbol, as `smc.data.files.Files.load` gives them.

        Raises
        ------
        DataError
            There is no such symbol.
        """
        history = self._history(symbol, LEAK_BARS if self.leak else 0)
        history.advance(len(history.bars))
        values = history.bars[: self.n_bars]
        if self.leak:
            values[:, 4] = leaked_volume(history.bars, history.direction, self._values["volatility"])
        bars = pd.DataFrame(values, history.stamps[: self.n_bars], columns=list(COLUMNS))
        return check_bars(bars, name=f"data=simulated, {symbol}")

    def truth(
        self,
        symbol: str,
        events: IntArray,
        side: IntArray | None = None,
        *,
        max_holding: int = 20,
        stop_atr: float | None = None,
        target_atr: float | None = None,
        n_paths: int = 400,
    ) -> pd.DataFrame:
        """Return the true odds of events under `labels=triple_barrier`, given all that came before.

        From the market's state at each event, ``n_paths`` futures are drawn by the very law that drew the
        bars, and each is labelled. The state includes volatility and regime, which features can only
        estimate; so no model can know more.

        Parameters
        ----------
        events
            Bar positions, increasing.
        side
            +1 or -1 for each; None: the side of the last break, as `side=structure` takes it.
        max_holding, stop_atr, target_atr
            As in `smc.labels.triple_barrier.TripleBarrier`, with structure's default rules.
        n_paths
            400 know a probability within .025 (one standard error), at about 5 ms an event.

        Returns
        -------
        DataFrame
            Indexed by ``event``: ``side``, ``probability`` (of label 1), ``ret`` and ``ret_sd`` (mean and
            standard deviation of the side-signed simple return, side x (exit / entry - 1)); NaN where no
            barrier is known yet.
            `smc.data.simulation.truth.best_possible` turns it into accuracy, log-loss and Sharpe ratio.

        Raises
        ------
        DataError
            No such symbol, or events or sides that are none.
        """
        events = np.asarray(events)
        side = None if side is None else np.asarray(side)
        check_truth(self.n_bars, events, side)
        placed, barriers = distances(
            self.load(symbol), events, side, stop_atr=stop_atr, target_atr=target_atr
        )
        history = self._history(symbol, max_holding)
        return true_odds(history, events, placed, barriers, max_holding=max_holding, n_paths=n_paths)

    def _history(self, symbol: str, n_more: int) -> History:
        follow = self._drift * self.has_edge(symbol)
        edge = {"follow": follow, "fade": FADE * follow}
        return History(
            self.seed, self._number(symbol), self.n_bars + n_more, self.step, **edge, **self._values
        )

    def _number(self, symbol: str) -> int:
        """Return the number of a symbol, from 1."""
        known = self.symbols()
        if symbol not in known:
            raise DataError(
                f"data=simulated has no symbol {symbol!r} (symbols: {known[0]} to {known[-1]}; "
                "data.n_symbols makes more)"
            )
        return known.index(symbol) + 1
