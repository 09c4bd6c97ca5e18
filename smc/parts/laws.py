"""The laws of each kind, in the order in which they are asked: the first says whether the others can be."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from smc import artifact
from smc.aug.none import NoAugmentation
from smc.blame import place_of
from smc.laws import (
    calibrators,
    evaluations,
    events,
    features,
    labels,
    models,
    samplers,
    selectors,
    sources,
    splits,
    trackers,
    watches,
)
from smc.laws.fault import Fault
from smc.laws.parameters import parameter_faults
from smc.parts.kinds import Kind
from smc.parts.law import AskedLaw, Law
from smc.parts.subject import Subject, quick_run
from smc.pipeline import FoldPipeline

Faults = Iterable[Fault]
COPY = "work on a copy: bars.copy(), np.array(X)"
SEED = "draw from np.random.default_rng(self.seed), and keep nothing between calls"
PAST = "use shift(n) with n > 0, rolling, ewm: no shift(-1), no center=True, no mean or rank over all bars"
STORED = (
    "in __init__ store each argument as it is: self.window = window; what is computed from it belongs in fit"
)


def on_bars(law: Callable[..., Faults]) -> Callable[[Subject], Faults]:
    """Ask on bars alone."""
    return lambda subject: law(subject.fresh, subject.bars)


def on_features(law: Callable[..., Faults]) -> Callable[[Subject], Faults]:
    """Ask on bars and features."""
    return lambda subject: law(subject.fresh, subject.bars, subject.features)


def on_events(law: Callable[..., Faults]) -> Callable[[Subject], Faults]:
    """Ask on bars, events and sides."""
    return lambda subject: law(subject.fresh, subject.bars, subject.events, subject.side)


def on_labels(law: Callable[[labels.Relabelling], Faults]) -> Callable[[Subject], Faults]:
    """Ask about the labels of events, again and again."""

    def ask(subject: Subject) -> Iterator[Fault]:
        with subject.relabelling() as relabelling:
            yield from law(relabelling)

    return ask


def alone(law: Callable[..., Faults]) -> Callable[[Subject], Faults]:
    """Ask on nothing else."""
    return lambda subject: law(subject.fresh)


def on(given: str, law: Callable[..., Faults]) -> Callable[[Subject], Faults]:
    """Ask on what a subject has under a name; of several things, on each as an argument."""

    def ask(subject: Subject) -> Faults:
        values = getattr(subject, given)
        single = given in ("spans", "predictions", "records")
        return law(subject.fresh, values) if single else law(subject.fresh, *values)

    return ask


def run_faults(subject: Subject) -> Iterator[Fault]:
    """Carry out a run with it, and look at what the run says of it."""
    with quick_run(subject.config) as run:
        for warned in run.record["warnings"]:
            if warned["reason"] in ("own_class", "watch_failed", "augmentation_failed", "cv_failed"):
                yield Fault("the run", "", warned["sentence"])


def saved_faults(subject: Subject) -> Iterator[Fault]:
    """Save it as a run does, and ask what comes back."""
    X, score = subject.rows
    with subject.fresh() as model:
        y = models.target(model, score)
        pipeline = FoldPipeline(estimator=model, sampler=NoAugmentation())
        spans = np.column_stack([np.arange(len(X)), np.arange(len(X)) + 1])
        pipeline.fit(X, y, spans=spans)
        files = artifact.writer.pack(pipeline, {})
        again: Any = artifact.reader.restore(files, exact=True)
        if not np.array_equal(again.predict(X), pipeline.predict(X)):
            yield Fault(
                "the saved model", place_of(model, "predict"), "it answers otherwise than the fitted one"
            )


def label_future(relabelling: labels.Relabelling) -> Faults:
    """Alter the bars behind some events."""
    return labels.future_faults(relabelling, labels.tried_events(relabelling), lambda _: None)


def label_entry(relabelling: labels.Relabelling) -> Faults:
    """Put a gap before the next open, and compare returns with the prices of their spans."""
    yield from labels.entry_faults(relabelling, labels.tried_events(relabelling), lambda _: None)
    yield from labels.reach_faults(relabelling)


def label_table(relabelling: labels.Relabelling) -> Faults:
    """Compare spans with events."""
    return labels.table_faults(relabelling.table, relabelling.events, len(relabelling.bars))


#: The last law of each kind.
SERVES = Law(
    "it serves in a run: simulated bars, a folder that is gone afterwards, no trial counted",
    "__init__",
    "mend what the run says; SMC_ALLOW must name the module where you train",
    run_faults,
)

LAWS: dict[str, tuple[Law, ...]] = {
    "feature": (
        Law(
            "it gives one row a bar and the columns of `names`, nothing infinite, something known",
            "compute",
            "return a DataFrame with the columns of `names`, or (n_bars, len(names)) values; NaN is missing",
            on_bars(features.value_faults),
        ),
        Law("the value at bar t uses bars <= t", "compute", PAST, on_bars(features.future_faults)),
        Law("bars are left as they are", "compute", COPY, on_bars(features.written_faults)),
        Law(
            "behind `warm_up` bars values no longer depend on where the series began",
            "compute",
            "raise `warm_up`, or use windows instead of sums from the start",
            on_bars(features.warm_up_faults),
        ),
        Law(
            "fed bar by bar (`state`, where there is one) it gives the same",
            "compute",
            "make `state().update(bar)` give the row that `compute` gives",
            on_bars(features.live_faults),
        ),
        Law("what was asked before does not tell", "compute", SEED, on_bars(features.memory_faults)),
    ),
    "event": (
        Law(
            "it gives bar positions: integers, strictly increasing, within the bars, one at least",
            "compute",
            "return np.flatnonzero(mask)",
            on_features(events.answer_faults),
        ),
        Law(
            "whether bar t is an event depends on bars <= t",
            "compute",
            PAST,
            on_features(events.future_faults),
        ),
        Law("bars and features are left as they are", "compute", COPY, on_features(events.written_faults)),
        Law("what was asked before does not tell", "compute", SEED, on_features(events.memory_faults)),
    ),
    "label": (
        Law(
            "it gives a table: start, end, label, ret and weight of each event that has an answer",
            "compute",
            "build it with smc.labels.label_table.label_table, without events that have no answer",
            on_events(labels.answer_faults),
        ),
        Law(
            "the span of an event begins at the next bar and ends within the bars",
            "compute",
            "start = event + 1, end = the last bar that the label looks at",
            on_labels(label_table),
        ),
        Law(
            "bars behind `end` do not tell, those within the span do",
            "compute",
            "look at bars start..end only, and say so in `end`; no quantile or mean over all events",
            on_labels(label_future),
        ),
        Law(
            "`end` is the bar at which the answer is known",
            "compute",
            "let `end` be the last bar that is looked at: what is purged goes by it",
            on_labels(labels.end_faults),
        ),
        Law(
            "the return is that of a trade from the next open to a price of the span",
            "compute",
            "enter at open[event + 1]: the close of the event's bar can no longer be had",
            on_labels(label_entry),
        ),
        Law(
            "what is traded on a prediction lies in [-1, 1]",
            "position",
            "return one number a prediction: 1 to the side, -1 against it, 0 nothing",
            on_events(labels.position_faults),
        ),
        Law("bars, events and sides are left as they are", "compute", COPY, on_events(labels.written_faults)),
        Law("what was asked before does not tell", "compute", SEED, on_events(labels.memory_faults)),
    ),
    "splitter": (
        Law(
            "it gives as many folds as it says, sorted, of events that there are",
            "windows",
            "derive from smc.cv.base.ForwardSplitter, or TwoSidedSplitter to train on both sides",
            on("spans", splits.splitter_faults),
        ),
        Law(
            "no training label touches a test label, and an account trades an event once",
            "windows",
            "leave purging to the base class: override `windows` alone",
            on("spans", splits.purge_faults),
        ),
        Law(
            "behind test labels a distance is kept",
            "margins",
            "derive from TwoSidedSplitter, with embargo_size=None for the longest label",
            on("spans", splits.embargo_kept_faults),
        ),
        Law("the same events are cut alike", "windows", SEED, on("spans", splits.repeat_faults)),
    ),
    "selector": (
        Law(
            "it says of each column whether it is kept, and keeps one",
            "get_support",
            "derive from sklearn.feature_selection.SelectorMixin and return a boolean mask",
            on("classed_rows", selectors.support_faults),
        ),
        Law("constructor arguments are stored as they are", "__init__", STORED, alone(parameter_faults)),
        Law("the same rows give the same columns", "fit", SEED, on("classed_rows", selectors.repeat_faults)),
        Law(
            "where a column stands does not tell",
            "fit",
            "judge columns by what they hold",
            on("classed_rows", selectors.name_faults),
        ),
        Law("rows are left as they are", "fit", COPY, on("classed_rows", selectors.written_faults)),
    ),
    "sampler": (
        Law(
            "it gives rows and labels of one length, of known classes, nothing missing",
            "fit_resample",
            "return np.concatenate([X, made]), np.concatenate([y, labels_of_made])",
            on("classed_rows", samplers.shape_faults),
        ),
        Law("constructor arguments are stored as they are", "__init__", STORED, alone(parameter_faults)),
        Law(
            "the rows given come first, in order and unchanged",
            "fit_resample",
            "put made-up rows behind those given; drop and change none",
            on("classed_rows", samplers.original_faults),
        ),
        Law(
            "each row says which row it came from",
            "fit_resample",
            "set self.origin_ = np.concatenate([np.arange(len(X)), copied])",
            on("classed_rows", samplers.origin_faults),
        ),
        Law(
            "the same rows give the same rows",
            "fit_resample",
            SEED,
            on("classed_rows", samplers.repeat_faults),
        ),
        Law("what is given stays", "fit_resample", COPY, on("classed_rows", samplers.written_faults)),
    ),
    "model": (
        Law(
            "it answers each row: probabilities that sum to 1 and a known class, or a number",
            "fit",
            "return self from fit, set classes_ = np.unique(y), one column a class",
            on("rows", models.answer_faults),
        ),
        Law("constructor arguments are stored as they are", "__init__", STORED, alone(parameter_faults)),
        Law(
            "where rows tell the label it knows more than nothing",
            "fit",
            "check the order of the columns: that of classes_",
            on("rows", models.order_faults),
        ),
        Law(
            "a row is answered by itself, whatever stands beside it",
            "predict",
            "learn means and scales in fit, not in predict",
            on("rows", models.row_faults),
        ),
        Law("the same rows teach the same", "fit", SEED, on("rows", models.repeat_faults)),
        Law(
            "rows, labels and arguments are left as they are", "fit", COPY, on("rows", models.written_faults)
        ),
        Law(
            "it takes a weight a row",
            "fit",
            "def fit(self, X, y, sample_weight=None)",
            alone(models.weight_faults),
        ),
        Law(
            "saved without pickle and read back, it answers the same",
            "fit",
            "keep what is learned in arrays, numbers, lists and dicts",
            saved_faults,
        ),
    ),
    "calibrator": (
        Law(
            "it gives probabilities that sum to 1, a column decided for, and flags",
            "transform",
            "return an array (n, k) whose lines sum to 1",
            on("probabilities", calibrators.answer_faults),
        ),
        Law("constructor arguments are stored as they are", "__init__", STORED, alone(parameter_faults)),
        Law(
            "what was learned is plain data, by which another answers the same",
            "get_fitted",
            "return floats, lists and dicts: array.tolist()",
            on("probabilities", calibrators.saved_faults),
        ),
        Law(
            "a row is mapped by itself",
            "transform",
            "learn in fit, not in transform",
            on("probabilities", calibrators.row_faults),
        ),
        Law("the same rows teach the same", "fit", SEED, on("probabilities", calibrators.repeat_faults)),
        Law("what is given stays", "fit", COPY, on("probabilities", calibrators.written_faults)),
    ),
    "watch": (
        Law(
            "it returns None or a warning in plain data, whatever was not measured",
            "observe",
            "return smc.monitor.warning.warning(...), or None; what was not measured is None",
            alone(watches.answer_faults),
        ),
        Law(
            "each fit is seen from scratch",
            "observe",
            "count in self, from what __init__ sets",
            alone(watches.scratch_faults),
        ),
        Law(
            "no random number is drawn",
            "observe",
            "take none from np.random or random",
            alone(watches.draw_faults),
        ),
    ),
    "run_watch": (
        Law(
            "it gives warnings in plain data, whatever part of the record is None",
            "check",
            "return a list of smc.monitor.warning.warning(...); (record['val_metrics'] or {}).get(...)",
            on("records", watches.record_faults),
        ),
        Law("the record stays, and is read alike", "check", COPY, on("records", watches.unread_faults)),
    ),
    "callback": (),
    "tracker": (
        Law(
            "it reports a finished run, and leaves its folder as it is",
            "log",
            "write elsewhere: a finished folder is never written again",
            lambda subject: _reported(subject),
        ),
    ),
    "source": (
        Law(
            "it lists its symbols by name, each once",
            "symbols",
            "return a list of texts, the default one first",
            alone(sources.symbol_faults),
        ),
        Law(
            "bars break no rule: float64, by opening time in UTC, prices within high and low",
            "load",
            "end with smc.data.bad_bars.check_bars(table, name=symbol), which says what is wrong where",
            alone(sources.bar_faults),
        ),
        Law("the same bars come each time", "load", SEED, alone(sources.repeat_faults)),
        Law(
            "a symbol that is not there is refused",
            "load",
            "raise smc.errors.DataError, with the symbols that there are",
            alone(sources.unknown_faults),
        ),
    ),
    "evaluation": (
        Law(
            "it gives a record of plain data with the figures of each part",
            "compute",
            "return smc.evaluation.scores.Scores; float(x) of NumPy's numbers",
            on("predictions", evaluations.record_faults),
        ),
        Law(
            "a sealed test part leaves no trace",
            "compute",
            "with test='sealed' leave out every row whose part is test, before anything is counted",
            on("predictions", evaluations.sealed_faults),
        ),
        Law(
            "a cost is no gain",
            "trading",
            "net = gross - cost * what is bought or sold",
            on("predictions", evaluations.trading_faults),
        ),
        Law(
            "the same predictions give the same figures",
            "compute",
            SEED,
            on("predictions", evaluations.repeat_faults),
        ),
        Law("what is given stays", "compute", COPY, on("predictions", evaluations.written_faults)),
    ),
}


def _reported(subject: Subject) -> Iterator[Fault]:
    with quick_run(subject.quick_config) as run:
        yield from trackers.report_faults(subject.fresh, run)


def laws_of(kind: Kind) -> tuple[Law, ...]:
    """Return the laws of a kind, a run at the end."""
    return (*LAWS[kind.name], SERVES)


def asked_laws(subject: Subject) -> list[AskedLaw]:
    """Put the laws of its kind to a class."""
    return [AskedLaw(law, subject) for law in laws_of(subject.kind)]
