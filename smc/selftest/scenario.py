"""One kind of market, many symbols of which are drawn."""

from dataclasses import dataclass
from typing import Any

from smc.data.simulation.planted import ACCURACY
from smc.errors import ConfigError

#: Bars behind so many of the most recent events of the default kind, and those of the features' warm-up.
BARS_AN_EVENT, WARM_UP = 7.6, 2_300
#: How far beyond the measured accuracies one may be named by its rounded value: 0.65 is taken for 0.652.
ROUNDING = 0.005
#: How a scenario without an edge is called whose barriers are equally far away, and how far they are (ATR).
EVEN, DISTANCE = "even", 2.0


@dataclass(frozen=True, order=True)
class Scenario:
    """How many events a symbol has, and how well the best possible classifier does on them.

    Attributes
    ----------
    n_events
        The most recent ones.
    best
        Accuracy of the best possible classifier, as a fraction; 0: there is no edge.
    is_even
        Stop and target are equally far away, so that without an edge all events have the same odds, and no
        model can beat the prior. With the barriers of market structure the odds are near
        risk / (risk + reward), which features know and a model may rightly find, though it earns nothing:
        p-values on such noise are small for a good reason.

    >>> Scenario.parse("300:0"), str(Scenario(1000, 0.74)), Scenario(1000, 0.74).file_name
    (Scenario(n_events=300, best=0.0, is_even=False), '1000:0.74', '1000_074')
    """

    n_events: int
    best: float
    is_even: bool = False

    def __post_init__(self) -> None:
        if self.n_events < 1:
            raise ConfigError(f"--events must be positive, got {self.n_events}")
        low, high = ACCURACY[0] - ROUNDING, ACCURACY[-1] + ROUNDING
        if self.best and not low <= self.best <= high:
            raise ConfigError(
                f"--best must be 0 (no edge) or lie between {ACCURACY[0]} and {ACCURACY[-1]}, got {self.best}"
            )

    @classmethod
    def parse(cls, text: str) -> "Scenario":
        """Read ``n:best``, or ``n:even``."""
        n_events, _, best = text.partition(":")
        if best == EVEN:
            return cls(int(n_events), 0.0, is_even=True)
        return cls(int(n_events), float(best))

    def __str__(self) -> str:
        return f"{self.n_events}:{EVEN if self.is_even else f'{self.best:g}'}"

    @property
    def has_edge(self) -> bool:
        """Whether there is something to be found."""
        return self.best > 0

    @property
    def file_name(self) -> str:
        """Its name among files, without a suffix."""
        return str(self).replace(":", "_").replace(".", "")

    @property
    def labels(self) -> dict[str, Any]:
        """Arguments of the labels."""
        return {"stop_atr": DISTANCE, "target_atr": DISTANCE} if self.is_even else {}

    @property
    def data(self) -> dict[str, Any]:
        """Arguments of `smc.data.simulated.Simulated` for one symbol of this kind."""
        best = min(max(self.best, float(ACCURACY[0])), float(ACCURACY[-1]))
        edge = {"edge_frac": 1.0, "best_accuracy": best} if self.has_edge else {"edge_frac": 0.0}
        return {"n_symbols": 1, "n_bars": int(WARM_UP + BARS_AN_EVENT * self.n_events), **edge}
