"""What a class must offer to stand in a group: the contract for those who add their own.

Nothing has to be inherited: a class that has these methods and attributes will do. `smc.config.interface`
checks it before anything is loaded: each method must take as many arguments by position, each attribute must
stand on the object that is built. What a class *may* have, by its docstring, is used where it is there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.fit_progress import FitProgress
from smc.typing import Bars, BoolArray, Config, FloatArray, IntArray, LabelTask, Spans

#: From predicted values to side-relative positions in [-1, 1]: `position` of a label.
ToPosition: TypeAlias = Callable[[Any], FloatArray]


class HasParameters(Protocol):
    """Copied, unfitted, by `sklearn.base.clone`: constructor arguments are stored as they are.

    Whoever inherits from `sklearn.base.BaseEstimator` has this.
    """

    def set_params(self, **params: Any) -> Self:
        """Change constructor arguments."""
        ...

    def get_params(self) -> dict[str, Any]:
        """Return the constructor arguments by name."""
        ...


class DataSource(Protocol):
    """Give bars by symbol (group `data`, such as `smc.data.files.Files`).

    Never may it give other bars for the same symbol at another time, since a run is known by its bars, or
    bars for a symbol that it does not list. `smc.data.bad_bars.check_bars` holds any table to the rules.
    """

    def symbols(self) -> list[str]:
        """List the symbols, the default one first."""
        ...

    def load(self, symbol: str) -> pd.DataFrame:
        """Return the bars of one symbol.

        Returns
        -------
        pandas.DataFrame
            ``open``, ``high``, ``low``, ``close`` and maybe ``volume`` as float64 (n_bars, 4 or 5); its index
            are the bars' opening times, in UTC, strictly increasing. ``attrs["account"]`` may tell what was
            left out.
        """
        ...


class FeatureExtractor(Protocol):
    """Compute one row of features a bar (group `features`, such as `smc.features.feature_set.FeatureSet`).

    It may have ``kinds``: of columns, by name, what values they take (`smc.typing.FeatureKind`).
    """

    @property
    def names(self) -> Sequence[str]:
        """Names of the columns, in their order."""
        ...

    @property
    def warm_up(self) -> int:
        """Bars at the start without settled features; no event may lie there."""
        ...

    def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Return (n_bars, n_features), columns ``names``; the row of bar t uses bars <= t. NaN is missing."""
        ...


class EventDetector(Protocol):
    """Say at which bars there is a decision to take (group `events`, such as `smc.events.cusum.Cusum`).

    Never may an event at bar t come or go with bars or features after t, or with what was asked before;
    neither bars nor features are written into.
    """

    def compute(self, bars: pd.DataFrame, features: pd.DataFrame) -> IntArray:
        """Return bar positions (n_events,), strictly increasing; whether t is one depends on bars <= t.

        Parameters
        ----------
        bars, features
            One row a bar each: prices and volume (n_bars, 5), float64, by opening time in UTC; and the run's
            features by name (n_bars, n_features), NaN where one is missing.

        Returns
        -------
        numpy.ndarray
            int64, counted from 0 at the first bar given.
        """
        ...


class Labeller(Protocol):
    """Say how events came out (group `labels`, such as `smc.labels.triple_barrier.TripleBarrier`).

    It may have ``classes``, a mapping of its classes to what they are called; of two, ``position`` is asked
    what is traded on each. A label is paid by a trade that enters at the open of the bar after the event, the
    first price that can be had. Never may it look behind its ``end``, since purging goes by it, nor at other
    events (a median of all returns), nor write into what it is given.
    """

    @property
    def task(self) -> Literal["classification", "regression"]:
        """What is learned."""
        ...

    @property
    def horizon(self) -> int:
        """Bars after an event that its label may look at, at most."""
        ...

    def compute(self, bars: pd.DataFrame, events: IntArray, side: IntArray) -> pd.DataFrame:
        """Label events; the one part of a run that may look at what comes after a bar.

        Parameters
        ----------
        events, side
            Bar positions (n_events,), strictly increasing, and +1 (long) or -1 for each.

        Returns
        -------
        pandas.DataFrame
            One row an event that has an answer, its index named ``event``: ``start`` and ``end`` (first and
            last bar that the label looks at), ``label``, ``ret`` (side-signed simple return) and ``weight``.
            ``attrs["dropped"]`` counts the others by reason.
        """
        ...

    def position(self, prediction: npt.ArrayLike) -> FloatArray:
        """Return what is traded on predictions (n,): side-relative positions in [-1, 1]."""
        ...


class Tuner(Protocol):
    """Look for parameters on rows that are no evidence (group `tune`, such as `smc.tune.search.Search`)."""

    @property
    def is_on(self) -> bool:
        """Whether there is anything to look for; else nothing else is asked."""
        ...

    @property
    def scope(self) -> Literal["first_block", "fold"]:
        """Where: once, on the first block of the development part, or in each fit, on the fit's own rows."""
        ...

    @property
    def objectives(self) -> tuple[str, ...]:
        """What is looked for, the first first; nothing: the loss of the labels."""
        ...

    @property
    def constraints(self) -> Mapping[str, float]:
        """What parameters have to keep to, and its limit."""
        ...

    def problems(self, space: Mapping[str, Any], task: LabelTask) -> Iterable[str]:
        """Say why parameters cannot be looked for in a space, of a model for such labels."""
        ...

    def find(
        self,
        space: Mapping[str, Any],
        start: Mapping[str, Any],
        ask: Callable[[Mapping[str, Any], int], Any],
        n_folds: int,
        on_progress: Callable[[str], None],
        *,
        judge: Callable[[Sequence[Any]], Any],
        n_tried: int | None,
    ) -> Any:
        """Return what a search comes to, see `smc.tune.search.Search`."""
        ...


class Splitter(Protocol):
    """Split the events of the development part (group `cv`); a scikit-learn splitter.

    A run takes those that derive from `smc.cv.base.PurgedSplitter` alone, since others do not purge;
    `smc.audit` looks at any. Derive from `smc.cv.base.ForwardSplitter` or `TwoSidedSplitter`, write
    ``windows`` (which positions may be trained on, and the test blocks) and ``get_n_splits``, and leave
    ``split`` alone. Never may a fold depend on labels, or two calls differ.
    """

    def split(
        self, X: Sized, y: np.ndarray | None, groups: Spans | None
    ) -> Iterable[tuple[IntArray, IntArray]]:
        """Give train and test positions, both sorted, fold by fold.

        Parameters
        ----------
        X
            One row an event, in time order; only its length is read.
        y
            Labels; not looked at.
        groups
            Label spans (n_events, 2): no training label may touch a test label.
        """
        ...

    def get_n_splits(self) -> int:
        """Return the number of folds."""
        ...


class FeatureSelector(HasParameters, Protocol):
    """Choose features inside each fit (group `feature_selection`); a scikit-learn selector.

    Of windows it sees the events' own bars. Its ``fit`` may take ``sample_weight`` and ``spans`` by name. A
    parameter ``task="auto"``, its own or of an estimator in it, is set to the task of the labels; ``notes_``
    (one ``reason`` and ``sentence`` each) go into the warnings of the run. Never may it keep no feature, go
    by where a column stands, or write into the rows.
    """

    def fit(self, X: Any, y: Any) -> Any:
        """Choose columns of a table (n, n_features), scaled, from the rows of this fit alone."""
        ...

    def get_support(self) -> Any:
        """Return a boolean array (n_features,): whether each column is kept."""
        ...


class Resampler(HasParameters, Protocol):
    """Add made-up rows to those of a fit (group `aug`); an imbalanced-learn sampler.

    It may have ``takes_windows`` (then windows come unbuilt), ``reach`` (bars before each row that it reads,
    which it is given as ``lagged_rows``), ``ablation`` (True: the same model is fitted without it, too) and
    ``notes_``, which go into the warnings of the run. Its ``fit_resample`` may take ``discrete`` by name:
    whether each column holds a flag, a direction, a count or an hour, scaled. With sample weights it needs
    ``origin_``: the row given that each row came from. Never is it given a val or a test row; never may it
    lose, move or change a row given, make up a class, or draw otherwise than by its seed.
    """

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, np.ndarray]:
        """Return rows and their labels: those given, in order, and others behind them.

        Parameters
        ----------
        X, y
            The rows of this fit, scaled and selected, (n, n_features) or (n, lookback, n_features), in time
            order, and a label a row (n,).
        """
        ...


class Estimator(HasParameters, Protocol):
    """Learn from labelled events (group `model`); a scikit-learn classifier or regressor.

    A classifier needs ``predict_proba``. ``fit`` takes ``sample_weight`` unless ``sample_weight=none``. A
    parameter ``task`` is set to the task of the labels. One that stops early has ``stops_early``,
    ``with_rounds(n)`` and ``fit(eval_set=(X, y, sample_weight))``; one that would split its rows itself is
    refused, unless its ``cv`` is a splitter of `smc.cv`; one that looks back over bars has ``needs_windows``
    and ``lookback``. ``native_library`` names a package that must be installed, and ``check_devices()``
    refuses a machine that it cannot run on. ``predict_proba`` gives (n, n_classes), columns in the order of
    ``classes_``, each row with the sum 1. Never may a row be answered by the rows beside it, or two fits on
    the same rows differ.
    """

    def fit(self, X: Any, y: Any) -> Any:
        """Learn from rows (n, n_features) or windows, in time order, and a label a row (n,)."""
        ...

    def predict(self, X: Any) -> np.ndarray:
        """Return the class, or the number, of each row (n,)."""
        ...


class ProbabilityCalibrator(HasParameters, Protocol):
    """Say how probabilities are read (group `calibrate`, such as `smc.calibrate.sigmoid.Sigmoid`).

    One that learns is fitted on the last ``calibration_frac`` of the rows of each fit, on which the model is
    not. Fitted, it has ``notes_``, which go into the warnings of the run. A parameter ``positions`` is set to
    what is traded on each of two classes. Never may a row be mapped by the rows beside it.
    """

    @property
    def learns(self) -> bool:
        """Whether it needs rows of its own to learn from."""
        ...

    @property
    def is_on(self) -> bool:
        """Whether it does anything at all; if not, it is never called."""
        ...

    @property
    def decides(self) -> bool:
        """Whether it has a say in what is predicted or traded, besides the probabilities."""
        ...

    def fit(
        self,
        probability: FloatArray,
        codes: IntArray,
        weight: FloatArray | None = None,
        returns: FloatArray | None = None,
    ) -> Any:
        """Learn from probabilities (n, k) of events that the model does not know.

        Parameters
        ----------
        codes
            Column of the class that happened (n,).
        weight, returns
            Of each event (n,): its weight, and its side-signed simple return.
        """
        ...

    def transform(self, probability: FloatArray) -> FloatArray:
        """Return calibrated probabilities (n, k); lines sum to 1."""
        ...

    def decide(self, probability: FloatArray) -> IntArray:
        """Return the column of the class decided for (n,), from calibrated probabilities."""
        ...

    def abstains(self, probability: FloatArray) -> BoolArray:
        """Tell for which events nothing is traded (n,), from calibrated probabilities."""
        ...

    def decision_columns(self) -> Iterable[tuple[str, float]]:
        """Give what a decision is taken by, for the table of predictions."""
        ...

    def get_fitted(self) -> dict[str, Any]:
        """Return what was learned as plain data, which is saved with the model."""
        ...

    def set_fitted(self, fitted: dict[str, Any]) -> Self:
        """Take what `get_fitted` returned, and be fitted."""
        ...


class Scores(Protocol):
    """Figures and tables of one symbol (see `smc.evaluation.scores.Scores` for what they hold)."""

    @property
    def record(self) -> dict[str, Any]:
        """Plain data: ``task``, ``history``, and figures by part."""
        ...

    @property
    def predictions(self) -> pd.DataFrame:
        """The held-out predictions that may be written down."""
        ...

    @property
    def returns(self) -> pd.DataFrame:
        """One row a bar of each part."""
        ...


class Backtest(Protocol):
    """Trade predictions on the bars of one symbol."""

    @cached_property
    def periods_per_year(self) -> float:
        """Bars in a year."""
        ...

    def returns(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return ``time``, ``position``, ``gross`` and ``net``, one row a bar."""
        ...

    def trades(self, rows: pd.DataFrame) -> pd.Series:
        """Return what each prediction adds to the capital it is given, after costs; 0 if not taken."""
        ...


class Evaluator(Protocol):
    """Score the predictions of one symbol (group `evaluation`, such as `smc.evaluation.default.Evaluation`).

    With an attribute ``test`` that is "sealed", `compute` leaves the test part out; set to "recorded", it
    scores it. Never may a sealed part leave a trace in what it gives.
    """

    @property
    def stable_std(self) -> float:
        """A cross-validation is stable with a standard deviation of the fold accuracies below this."""
        ...

    @property
    def overfitting_gap(self) -> float:
        """A model overfits with a train-validation accuracy gap above this."""
        ...

    def compute(
        self, predictions: pd.DataFrame, baseline: pd.DataFrame, bars: pd.DataFrame, to_position: ToPosition
    ) -> Scores:
        """Score predictions, part by part.

        Parameters
        ----------
        predictions, baseline
            One row a prediction (columns: `smc.evaluation.predictions`), of the model and of the baseline for
            the same events. Any part may be absent: a sealed test part is scored by itself.
        bars
            To which events and spans refer by position.
        to_position
            `position` of the label.
        """
        ...

    def trading(self, bars: pd.DataFrame, to_position: ToPosition) -> Backtest:
        """Trade on some bars, at the costs of this evaluation."""
        ...


class TrialLedger(Protocol):
    """Count every trial before its fit (group `ledger`, such as `smc.trials.Ledger`).

    Many processes write at once. What it cannot count it refuses with `smc.errors.ResultsError`: no trial may
    go uncounted.
    """

    def start(self, registration: Any, bars: Bars, list_name: str | None = None) -> Any:
        """Register a run unless it is known, and count it as started; starting it again adds no trial.

        Parameters
        ----------
        registration
            `smc.trials.registration.Registration`.
        bars
            By fingerprint.
        list_name
            Of the list of runs that it was registered with; None if it is started by itself.
        """
        ...

    def scored(self, run_id: str) -> None:
        """Say that a fold of a run has been scored."""
        ...

    def finish(
        self, run_id: str, evidence: Mapping[str, Any], tests: Mapping[str, Any], digest: str | None
    ) -> None:
        """Say that a run has finished, with its evidence and the test parts that it wrote down."""
        ...

    def end(self, run_id: str, status: str, reason: str | None = None) -> None:
        """Say how a run ended: "failed" or "killed", and the code of a failure."""
        ...

    def audited(self, code: str, subject: str, passed: bool, problems: Sequence[str]) -> None:
        """Say what an audit found of code of one's own, known by its hash; the last one stands."""
        ...

    def audit_of(self, code: str) -> Mapping[str, Any] | None:
        """Return the last audit of code: ``passed``, ``problems``; None if there was none."""
        ...

    def reap(self, output: str, state: Callable[[str], str], host: Callable[[str], str | None] = ...) -> int:
        """Close the runs under ``output`` whose process has gone; return how many.

        Parameters
        ----------
        state
            Tells "started", "finished", "failed" or "killed" by run id.
        host
            Tells by run id which machine last wrote it under ``output``.
        """
        ...


class SelectionRule(Protocol):
    """Judge the trials of each symbol."""

    def select(self, trials: Any, open_test: Any) -> Any:
        """Return a verdict for each symbol."""
        ...


class JobLauncher(Protocol):
    """Carry out the jobs of a sweep (`smc.launcher.launcher.Launcher`)."""

    def carry_out(self, jobs: Any, task: Any, sweep: Any) -> None:
        """Carry out each job once."""
        ...


class RunSearch(Protocol):
    """Say how runs of a sweep are searched for (`smc.sweeper.optuna.Optuna`)."""

    @property
    def n_rounds(self) -> int:
        """Times that runs are asked for."""
        ...


class FitWatch(Protocol):
    """Observe the epochs or rounds of a fit (in the map `monitor.watches`).

    Each fit has a copy of its own. What is not measured is None. Never may it draw a random number, or count
    in the class what belongs to one fit.
    """

    @property
    def stops(self) -> bool:
        """Whether a warning ends the fit."""
        ...

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Take in one iteration; return a warning (`smc.monitor.warning`), or None. Draw no random number."""
        ...


class RecordWatch(Protocol):
    """Look at the figures of a run, symbol by symbol (in the map `monitor.watches`).

    A part without figures is None, the test part of a sealed run always. Never may it write into the record.
    """

    def check(self, record: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        """Return the warnings (`smc.monitor.warning`) that a record gives rise to."""
        ...


class TrainerCallback(Protocol):
    """Be called by the Lightning trainer of a network (in the map `trainer.callbacks`).

    Whoever inherits from `pytorch_lightning.Callback` has this.
    """

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Look at an epoch: ``trainer.callback_metrics`` holds what it gave; ``should_stop`` ends the fit."""
        ...


class FinishedRun(Protocol):
    """A run read back (`smc.results.Run`)."""

    @property
    def path(self) -> Path:
        """Its folder."""
        ...

    @property
    def run_id(self) -> str:
        """Its id."""
        ...

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The figures of the run: run.json."""
        ...

    @cached_property
    def config(self) -> Config:
        """The resolved configuration."""
        ...


class RunTracker(Protocol):
    """Report finished runs elsewhere (in the map `tracker.trackers`).

    Never may it write into the folder of the run, which is finished.
    """

    def log(self, run: FinishedRun) -> None:
        """Report one run; it is finished and stays so, whatever this raises."""
        ...
