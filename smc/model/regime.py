"""A member for each regime of the market."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator

from smc.arguments import check_at_least
from smc.errors import ModelError
from smc.model.ensemble import Ensemble
from smc.model.estimator import Inputs, Task
from smc.model.fold_rows import FoldRows, Tested
from smc.model.member_arithmetic import log_losses, squared_errors
from smc.model.mixture import Mixture
from smc.typing import FloatArray, IntArray, Spans
from smc.windows import Windows, as_seen


class Regime(Ensemble):
    """Let the regime of the market choose the member that answers.

    A Gaussian mixture over a few features of the event's own bar, which are causal as all features are, says
    which of ``n_regimes`` a row belongs to; it sees no label. Members are tested out of fold (``cv``), and in
    each regime the one with the smallest loss there answers. The **default member** answers instead where the
    regime has fewer than ``min_events`` tested events, and where the best one leads it by less than one
    standard error of the difference: on few events the luckiest is not the best. All members are fitted on
    all rows. See `Ensemble` for members.

    Parameters
    ----------
    cv
        A splitter of `smc.cv`; `PurgedKFold` tests every row.
    columns
        Features that tell regimes apart, by name or position: here volatility and trend. Those that are
        positive throughout are taken by their logarithm.
    n_regimes
        Parts of the mixture, sorted by their mean of the first column.
    min_events
        Tested events of a regime without which the default member answers.
    default
        Name of a member; None: that with the smallest loss over all tested events.

    Attributes
    ----------
    chosen_
        Member of each regime.
    default_
        The default member.
    n_events_
        Tested events of each regime.
    losses_
        Of each member over all of them: log-loss, or squared error.

    References
    ----------
    Hamilton, J. (1989). A New Approach to the Economic Analysis of Nonstationary Time Series and the Business
    Cycle. Econometrica 57(2): regimes that switch; here without a law of when they do.
    """

    def __init__(
        self,
        members: Mapping[str, Any],
        cv: BaseCrossValidator,
        *,
        columns: Sequence[str | int] = ("rvol20", "ema50_slope_atr"),
        n_regimes: int = 2,
        min_events: int = 30,
        default: str | None = None,
        task: Task = "auto",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_at_least("n_regimes", n_regimes, 2)
        check_at_least("min_events", min_events, 2)
        if not columns:
            raise ValueError("`columns` must name a feature at least, by which regimes are told apart")
        if default is not None and default not in members:
            raise ValueError(f"`default` must be one of the members {', '.join(members)}, got {default}")
        self.members = members
        self.cv = cv
        self.columns = columns
        self.n_regimes = n_regimes
        self.min_events = min_events
        self.default = default
        self.task = task
        self.seed = seed
        self.n_jobs = n_jobs

    def regime_of(self, X: Inputs) -> IntArray:
        """Return the regime of each row, from 0."""
        return self.mixture_.assign(self._seen(X))

    def account(self) -> dict[str, Any]:
        """Tell what the members lose within the fold, and which of them answers in which regime.

        ``default`` is the default member. ``regimes`` lists, from regime 0, the ``member`` that answers and
        ``n_events``, how many tested events were in it.
        """
        pairs = zip(self.chosen_, self.n_events_, strict=True)
        regimes = [{"member": member, "n_events": n_events} for member, n_events in pairs]
        return super().account() | {"default": self.default_, "regimes": regimes}

    def get_fitted(self) -> dict[str, Any]:
        """Return what was learned beside the members, as plain data."""
        return super().get_fitted() | {
            "places": self.places_,
            "mixture": self.mixture_.to_plain(),
            "chosen": self.chosen_,
            "default": self.default_,
            "n_events": self.n_events_,
        }

    def _load(self, fitted: dict[str, Any], parts: dict[str, Any]) -> None:
        super()._load(fitted, parts)
        self.places_, self.mixture_ = fitted["places"], Mixture.from_plain(fitted["mixture"])
        self.chosen_, self.default_ = fitted["chosen"], fitted["default"]
        self.n_events_ = fitted["n_events"]

    def _learn(self, rows: FoldRows, members: Mapping[str, Any]) -> None:
        self.places_ = self._find(rows.X)
        seen = self._seen(rows.X)
        self.mixture_ = Mixture.learn(seen, self.n_regimes, seed=self.seed)
        tested = self._test(rows, members)
        self.default_ = self.default or list(members)[int(self.losses_.argmin())]
        self._choose(self.mixture_.assign(seen)[tested.rows], tested, rows)

    def _choose(self, regimes: IntArray, tested: Tested, rows: FoldRows) -> None:
        """Give each regime its member."""
        loss_of = log_losses if self.task_ == "classification" else squared_errors
        losses = loss_of(tested.answers, rows.codes[tested.rows])
        weight = rows.weight[tested.rows]
        names = list(self.members)
        lead = losses[:, [names.index(self.default_)]] - losses
        self.chosen_, self.n_events_ = [], []
        for regime in range(self.n_regimes):
            own = regimes == regime
            self.n_events_.append(int(own.sum()))
            is_known = own.sum() >= self.min_events and weight[own].sum() > 0
            self.chosen_.append(
                names[_leader(lead[own], weight[own], names.index(self.default_))]
                if is_known
                else self.default_
            )

    def _combine(self, answers: FloatArray, X: Inputs, spans: Spans | None) -> FloatArray:  # noqa: ARG002
        names = list(self.members)
        places = np.array([names.index(name) for name in self.chosen_])
        return answers[np.arange(len(answers)), places[self.regime_of(X)]]

    def _seen(self, X: Any) -> FloatArray:
        """Return the columns that tell regimes apart, at the events' own bars."""
        return np.asarray(as_seen(X, 1), dtype=np.float64)[:, self.places_]

    def _find(self, X: Any) -> list[int]:
        """Return the positions of the columns."""
        names = X.names if isinstance(X, Windows) else list(getattr(X, "columns", []))
        known = {name: place for place, name in enumerate(names or [])}
        known |= {place: place for place in range(X.shape[-1])}
        missing = [str(column) for column in self.columns if column not in known]
        if missing:
            raise ModelError(
                f"model.columns: there is no feature {', '.join(missing)}; name some of those that the run "
                "computes (python -m smc.features), such as rvol20"
            )
        return [known[column] for column in self.columns]


def _leader(lead: FloatArray, weight: FloatArray, default: int) -> int:
    """Return the member with the largest mean lead, if that exceeds its standard error; else the default."""
    mean = np.average(lead, axis=0, weights=weight)
    best = int(mean.argmax())
    spread = np.average((lead[:, best] - mean[best]) ** 2, weights=weight)
    n_independent = min(len(weight), weight.sum())
    return best if mean[best] > np.sqrt(spread / n_independent) else default
