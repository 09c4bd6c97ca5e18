"""run.json, field by field: one schema for what writes a run and for what reads it."""

from typing import Any, NotRequired, TypeAlias, TypedDict

#: None where it is undefined, or has no rows.
Figure: TypeAlias = float | None


class BarsFacts(TypedDict):
    """The bars of one symbol."""

    first: str  # open of the first bar, ISO 8601, UTC
    last: str
    n_bars: int
    fingerprint: str  # SHA-256 of stamps and prices
    account: dict[str, Any]  # rows that were read, repaired and dropped (`smc.data`)
    source: dict[str, Any]  # where a data option of your own got them


class SampleLoss(TypedDict):
    """How many bars became events, and where the others were lost."""

    symbols: dict[str, dict[str, Any]]  # counts by symbol, and ``nan_features``: events by feature
    split: dict[str, Any]  # events by split, and those purged before it


class History(TypedDict, total=False):
    """Accuracy by split and over the folds; of a regression None, with R2 under like names beside it."""

    train_accuracy: Figure
    val_accuracy: Figure
    test_accuracy: Figure
    train_val_gap: Figure  # train minus val
    cv_mean_accuracy: Figure
    cv_std_accuracy: Figure  # over the folds, ddof 0; None of a single fold
    cv_fold_accuracies: list[Figure] | None
    val_standard_error: Figure  # of the val accuracy, or R2; None where it has no interval
    overfitting_detected: bool | None  # gap above `evaluation.overfitting_gap`, of R2 in a regression
    cv_is_stable: bool | None  # deviation below `evaluation.stable_std`
    train_r2: Figure
    val_r2: Figure
    test_r2: Figure
    train_val_r2_gap: Figure
    cv_mean_r2: Figure
    cv_std_r2: Figure
    cv_fold_r2: list[Figure]


class Metrics(TypedDict, total=False):
    """Scores of one split or regime, each event counted once: those of classes, or those of numbers."""

    n_events: int
    distinct_predictions: int  # classes, or values, that are predicted at all
    accuracy: Figure
    majority_accuracy: Figure  # of always naming the most frequent class of these events
    precision: Figure
    recall: Figure
    f1_score: Figure
    balanced_accuracy: Figure
    mcc: Figure
    auc: Figure
    log_loss: Figure  # nats
    brier: Figure
    weighted_accuracy: Figure  # events count by the uniqueness of their labels
    weighted_log_loss: Figure
    classes: list[int]
    confusion_matrix: list[list[float]]  # lines: true class; fractions where events were tested several times
    log_loss_skill: Figure  # share of the baseline's loss that is saved
    r2: Figure
    mae: Figure
    mse: Figure
    rmse: Figure
    mape: Figure
    mse_skill: Figure


class FinancialMetrics(TypedDict, total=False):
    """What trading the predictions of one split earns after costs; of several accounts the mean of each."""

    sharpe: Figure  # a year, as `sortino` and `calmar`
    sortino: Figure
    calmar: Figure
    max_drawdown: Figure  # share of the capital
    win_rate: Figure  # of the trades
    var_95: Figure  # loss of a bar that 5 % of the bars exceed
    cvar_95: Figure
    turnover: Figure  # bought and sold in a year, in units of the capital
    mean_return: Figure  # simple return of a bar
    n_bars: float
    n_trades: float
    n_accounts: int
    n_liquidated: int  # trades that lost all they were given, over all accounts
    periods_per_year: Figure


class Interval(TypedDict):
    """A confidence interval, at the level of `evaluation.confidence`."""

    estimate: float
    low: float
    high: float


class Spread(TypedDict):
    """A figure over the backtest paths of combinatorial cross-validation."""

    mean: Figure
    std: Figure
    min: Figure
    max: Figure


class BacktestPaths(TypedDict, total=False):
    """How the figures of one symbol spread over its backtest paths."""

    n_paths: int
    accuracy: Spread
    r2: Spread
    sharpe: Spread


class PooledScores(TypedDict):
    """What is scored of a run over all its events."""

    task: str  # classification or regression
    history: History
    out_of_fold_metrics: Metrics | None
    val_metrics: Metrics | None
    test_metrics: Metrics | None  # None of a sealed run


class SymbolScores(PooledScores, total=False):
    """What is scored of one symbol; by split where a field has several. A pool has these by symbol alone."""

    financial_metrics: FinancialMetrics | None  # out of fold
    val_financial_metrics: FinancialMetrics | None
    test_financial_metrics: FinancialMetrics | None
    baseline_metrics: dict[str, Metrics]
    metrics_by_regime: dict[str, dict[str, Metrics]]
    intervals: dict[str, dict[str, Interval]]
    backtest_paths: BacktestPaths | None  # of cv=cpcv
    metrics_by_step: dict[str, dict[str, Metrics]]  # bars ahead -> split, of a model that forecasts several
    baseline_metrics_by_step: dict[str, dict[str, Metrics]]
    intervals_by_step: dict[str, dict[str, dict[str, Interval]]]


class Note(TypedDict):
    """Something that did not go as asked for."""

    reason: str  # a code
    sentence: str


class Warned(Note):
    """A warning: something that went wrong without ending the run."""

    fit: NotRequired[str]  # that it was seen in
    fits: NotRequired[list[str]]  # the same, of several
    iteration: NotRequired[int | None]
    value: NotRequired[Figure]  # that a watch saw
    threshold: NotRequired[Figure]  # that it was held against
    watch: NotRequired[str]  # that raised an error
    member: NotRequired[str]  # of an ensemble
    n_fits: NotRequired[int]  # of that member, in which it was seen
    symbol: NotRequired[str]
    part: NotRequired[str]  # a split
    field: NotRequired[str]  # of this record, that was not saved as it was


class Gain(TypedDict):
    """A mean over events, and its standard error."""

    value: float
    standard_error: float


class Limit(TypedDict):
    """What parameters had to keep to, and what they come to."""

    limit: float
    value: float


class FrontPoint(TypedDict):
    """A trial than which no other is as good in all objectives and better in one."""

    trial: int
    objectives: dict[str, float]


class Aims(TypedDict):
    """What a search looked for; figures as they are known, losses or not."""

    objectives: dict[str, float]  # of the parameters on the inner folds; the first is that of `loss`
    constraints: dict[str, Limit]  # on the inner folds, after costs
    choose: str | None  # how a point of the front was chosen; None: there was one objective
    front: list[FrontPoint]  # of several objectives, in the order of the trials


class Search(Aims):
    """What one search for parameters came to."""

    fit: str  # that the parameters are for; "first block": for all fits of the run
    n_events: int  # that the inner folds tested
    params: dict[str, Any]
    start: dict[str, Any]  # what the model had been given
    loss: float  # of the parameters on the inner folds, by the first objective: they were chosen for it
    gain: Gain | None  # loss of the start less that of the best trial, on the same events; None: it failed
    trial: int  # whose parameters they are, from 0: the start's, unless the best is surely better
    trials: dict[str, int]  # finished, pruned, failed
    at_the_edge: list[str]  # parameters at a bound of their range
    importances: NotRequired[dict[str, float] | None]  # shares of variance; None: too few trials
    is_partial: bool  # the time was up before the trials were


class TuningOrigin(TypedDict):
    """How far the searches of a run looked, and what they began with."""

    looked_until: str  # open of the last bar of a label that they, or those that they started from, looked at
    run_id: str | None  # of `tune.start_from`
    params: dict[str, Any] | None  # that it had chosen: trial 1


class Stop(TypedDict):
    """A fit that ended before its time."""

    fit: str
    reason: str
    iteration: int | None  # the last one, from 0


class Augmentation(TypedDict):
    """What the sampler did in one fit."""

    fit: str
    n_rows: int  # given to it
    n_added: int
    error: str | None
    notes: list[Note]


class Selection(TypedDict):
    """Which features one fit kept."""

    fit: str
    n_given: int
    kept: list[str]


class FeatureShare(TypedDict):
    """How often the folds kept a feature."""

    feature: str
    share: float


class Agreement(TypedDict):
    """How much the folds agree on the features."""

    frequency: list[FeatureShare]
    stability: Figure  # 1: the same; about 0: at random


class FeatureSelection(TypedDict):
    """Which features were kept."""

    fits: list[Selection]
    folds: Agreement


class Calibrated(TypedDict):
    """What the calibrator of one fit learned."""

    fit: str
    n_rows: int  # kept for it
    threshold: Figure  # probability of the larger class
    map: dict[str, Any]  # empty: probabilities are left as they are


class Reliability(TypedDict):
    """How true probabilities come."""

    ece: Figure
    brier: Figure
    log_loss: Figure
    curves: dict[str, dict[str, list[Any]]]  # by class


class CalibrationScores(TypedDict):
    """The probabilities of one split, before calibration and after it."""

    n: int  # events
    before: Reliability
    after: Reliability
    abstained: float  # share of the events


class Calibration(TypedDict):
    """What the calibrators learned, and what they are worth by split."""

    fits: list[Calibrated]
    parts: dict[str, CalibrationScores]


class MemberFigure(TypedDict):
    """A figure of one member over the folds."""

    member: str
    mean: Figure
    min: Figure
    max: Figure


class MemberFigures(TypedDict):
    """How even the folds are in what they learn of an ensemble's members."""

    losses: list[MemberFigure] | None
    weights: list[MemberFigure] | None


class Ensemble(TypedDict):
    """What each fit learned of an ensemble's members."""

    fits: list[dict[str, Any]]  # `smc.model.ensemble.Ensemble.account`
    folds: MemberFigures


class Ablated(TypedDict, total=False):
    """The same model without augmentation, on the same folds."""

    history: History | None
    out_of_fold_metrics: Metrics | None
    val_metrics: Metrics | None
    test_metrics: Metrics | None


class Ablation(Ablated):
    """The same, with every symbol of a pool."""

    by_symbol: NotRequired[dict[str, Ablated]]


class Importance(TypedDict):
    """The saved model's own importance of a feature."""

    feature: str
    importance: float  # share of the sum


class Choices(TypedDict):
    """What was asked for."""

    choices: dict[str, str | None]  # option by group
    class_names: dict[str, str]  # dotted path by group


class OwnFile(TypedDict):
    """A file that code of one's own opened while the run computed."""

    path: str
    sha256: str | None  # None: it was not there


#: A class of one's own, and whether it kept its laws; "class" is a word that no class body takes.
OwnClass = TypedDict(
    "OwnClass",
    {
        "class": str,  # dotted path
        "place": str,  # where it stands in the configuration
        "code": str,  # SHA-256 of its arguments, its sources, and the files that it opens
        "passed": bool,
        "by": str,  # laws, at first use, or audit
        "why": str,  # the laws that it broke, or why they cannot see what it does; empty if it passed
    },
)


class Description(TypedDict):
    """What a run was made of."""

    symbol: str  # of a pool joined by +
    model_name: str
    timestamp: str  # when its fits began, ISO 8601, UTC
    bars: dict[str, BarsFacts]  # by symbol
    sample_loss: SampleLoss
    class_balance: dict[str, float] | None  # share of the events by class
    config_hash: str
    seedless_hash: str  # shared by repeats of one configuration
    trial_hash: NotRequired[str]  # the same with the code of one's own and the files that it reads
    question_hash: NotRequired[str]  # of labels, events and side
    split_hash: str
    version: NotRequired[str]  # of smc; absent before 0.3
    code_version: str
    package_versions: dict[str, str]
    seed: int


class Naming(TypedDict):
    """What people call a run, as it was first typed."""

    name: str | None
    tags: list[str]
    note: str | None


class OwnCode(TypedDict):
    """What is known of code of one's own once it has been at work; absent before 0.3."""

    own_classes: NotRequired[list[OwnClass]]
    own_files: NotRequired[list[OwnFile]]


class TestPart(TypedDict):
    """The test part of one symbol: whether its figures were written down, or wait to be opened."""

    state: str  # sealed or recorded
    why: str  # what a sealed one waits for, or what a recorded one costs
    n_events: int
    first: str | None  # open of the bar of its first event, ISO 8601, UTC
    last: str | None  # open of the last bar that any of its labels looks at


class Head(TypedDict):
    """An event of the ledger: what a run, or a manifest, was written after."""

    number: int
    hash: str


class RunFacts(Choices, Description):
    """What is known of a run before its fits."""

    run: NotRequired[Naming]  # absent before 0.3
    return_scheme: NotRequired[str]  # `smc.results.return_scheme`; absent before 0.2
    test_part: NotRequired[dict[str, TestPart]]  # by symbol; absent before 0.3
    ledger: NotRequired[Head]  # the event that registered the run; absent before 0.3
    run_id: str
    data_hash: str


class Stops(TypedDict):
    """The fits of a run that ended before their time."""

    stopped_by_watch: list[Stop]
    partial: Stop | None  # the fit that Ctrl-C ended, and the run with it


class FitFacts(Stops):
    """What the fits of a run told."""

    ablation: Ablation | None
    augmentation: list[Augmentation]  # by fit
    feature_selection: FeatureSelection | None
    calibration: Calibration | None
    ensemble: Ensemble | None
    tuning: NotRequired[list[Search]]  # by fit; absent where nothing was looked for
    tuning_origin: NotRequired[TuningOrigin]  # absent before 0.8, and where nothing was looked for
    feature_importance: list[Importance]  # largest first
    last_training_bar: str  # open, ISO 8601, UTC
    training_duration_seconds: float
    warnings: list[Warned]


class RunScores(SymbolScores):
    """The scores of a run on one symbol; those of a pool have the scores of each under ``by_symbol``."""

    by_symbol: NotRequired[dict[str, SymbolScores]]


class RunRecord(RunFacts, RunScores, FitFacts, OwnCode):
    """All that a run says of itself."""
