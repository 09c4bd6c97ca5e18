"""Laws that every splitter of conf/cv keeps, and the faults that they must catch."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest
import sklearn
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict, cross_validate

import smc.cv
from smc.config.instantiate import instantiate
from smc.cv.base import PurgedSplitter
from smc.errors import SplitError

REPOSITORY = Path(__file__).parents[2]
CONFIGS = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted((REPOSITORY / "conf/cv").glob("*.yaml"))
}
OPTIONS = sorted(CONFIGS)
FORWARD = {"expanding", "holdout", "time_series", "walk_forward"}
TWO_SIDED = {"cpcv", "monte_carlo", "purged_kfold"}

#: For each argument of each option, other settings under which it must matter.
CHANGES = {
    "cpcv": {"n_blocks": 5, "n_test_blocks": 3, "embargo_size": 1},
    "expanding": {
        **{"n_splits": 4, "initial_train_size": 20, "min_initial_size": 60, "step_size": 3, "gap_size": 3},
    },
    "holdout": {"test_frac": 0.4, "gap_size": 3},
    "monte_carlo": {"n_splits": 5, "test_frac": 0.1, "embargo_size": 1, "seed": 1},
    "purged_kfold": {"n_splits": 4, "embargo_size": 1},
    "time_series": {"n_splits": 4, "max_train_size": 9, "test_size": 3, "gap_size": 3},
    "walk_forward": {"n_splits": 4, "train_size": 20, "test_size": 3, "gap_size": 3},
}


#: What the YAML of the default says, where the class alone makes fewer blocks behind a longer window.
OF_THE_RUN = {"expanding": {"n_splits": 8, "initial_train_size": 0.2, "min_initial_size": 44}}


def build(name, **changes):
    return instantiate(CONFIGS[name] | changes)


def option_class(name):
    module, _, cls = CONFIGS[name]["_target_"].rpartition(".")
    return getattr(import_module(module), cls)


def random_spans(seed, n_events=150):
    """Sorted spans with equal stamps, one-bar labels and some that outlast many others."""
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, 4, n_events).cumsum()
    lengths = np.where(
        rng.random(n_events) < 0.1, rng.integers(5, 16, n_events), rng.integers(0, 5, n_events)
    )
    return np.column_stack([starts, starts + lengths])


def brute_force(cv, spans, window, test):
    """Compare every candidate with every test label, and with each run of test events."""
    longest = max(end - start + 1 for start, end in spans)
    embargo = getattr(cv, "embargo_size", 0)
    embargo, gap = longest if embargo is None else embargo, getattr(cv, "gap_size", 0)
    runs = [spans[run] for run in np.split(test, np.flatnonzero(np.diff(test) > 1) + 1)]
    kept = []
    for event in set(window) - set(test):
        start, end = spans[event]
        overlaps = any(start <= spans[t, 1] and end >= spans[t, 0] for t in test)
        in_gap = any(run[:, 0].min() - gap <= end < run[:, 0].min() for run in runs)
        in_embargo = any(run[:, 1].max() < start <= run[:, 1].max() + embargo for run in runs)
        if not (overlaps or in_gap or in_embargo):
            kept.append(event)
    return sorted(kept)


def check_folds_equal_brute_force(cv, spans):
    """Not one training label reaches a test block, and not one row is dropped for nothing."""
    windows = iter(cv.windows(len(spans)))
    folds = cv.split(spans, groups=spans)
    for window, blocks in windows:
        test = np.concatenate([np.arange(block.start, block.stop) for block in blocks])
        expected = brute_force(cv, spans, window, test)
        if not expected:
            with pytest.raises(SplitError, match=r"fold \d+ has no training event left"):
                next(folds)
            return
        train, tested = next(folds)
        assert train.tolist() == expected
        assert tested.tolist() == test.tolist()


def test_the_options_found_are_those_that_exist():
    assert set(OPTIONS) == FORWARD | TWO_SIDED == set(CHANGES)
    for module in iter_modules(smc.cv.__path__):
        for _, cls in inspect.getmembers(import_module(f"smc.cv.{module.name}"), inspect.isclass):
            if issubclass(cls, PurgedSplitter) and not inspect.isabstract(cls):
                assert (
                    CONFIGS[cls.__module__.rpartition(".")[2]]["_target_"]
                    == f"{cls.__module__}.{cls.__name__}"
                )


@pytest.mark.parametrize("name", OPTIONS)
def test_the_yaml_says_what_the_option_is_and_holds_every_argument(name):
    text = (REPOSITORY / "conf/cv" / f"{name}.yaml").read_text()
    assert re.match(rf"# .+: python -m smc\.train cv={name}\n", text)
    signature = inspect.signature(option_class(name))
    assert list(CONFIGS[name])[1:] == list(signature.parameters)
    spans = random_spans(0)
    assert table(build(name), spans) == table(option_class(name)(**OF_THE_RUN.get(name, {})), spans)


def table(cv, spans):
    return [(train.tolist(), test.tolist()) for train, test in cv.split(spans, groups=spans)]


@pytest.mark.parametrize("name", OPTIONS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n_events=st.integers(14, 200), margin=st.none() | st.integers(0, 6))
def test_folds_equal_brute_force(name, seed, n_events, margin):
    n_events = max(n_events, least_events(name))
    key = "gap_size" if name in FORWARD else "embargo_size"
    margin = 0 if margin is None and name in FORWARD else margin
    check_folds_equal_brute_force(build(name, **{key: margin}), random_spans(seed, n_events))


def least_events(name):
    """How many events an option's first window and first block take."""
    return CONFIGS[name].get("min_initial_size", 10) + 4


@pytest.mark.parametrize("name", OPTIONS)
def test_positions_are_sorted_unique_and_apart(name):
    for seed in range(5):
        spans = random_spans(seed, 120)
        for train, test in build(name).split(spans, groups=spans):
            assert np.all(np.diff(train) > 0)
            assert np.all(np.diff(test) > 0)
            assert not np.intersect1d(train, test).size
            if name in FORWARD:
                assert train[-1] < test[0]


@pytest.mark.parametrize("name", OPTIONS)
def test_every_argument_changes_the_folds(name):
    spans = random_spans(1)
    assert set(CHANGES[name]) == set(inspect.signature(option_class(name)).parameters)
    for key, value in CHANGES[name].items():
        assert table(build(name, **{key: value}), spans) != table(build(name), spans), key


@pytest.mark.parametrize("name", OPTIONS)
def test_folds_depend_on_spans_alone_and_repeat(name):
    spans = random_spans(2)
    cv, rng = build(name), np.random.default_rng(0)
    first = table(cv, spans)
    other = cv.split(rng.normal(size=(len(spans), 3)), rng.integers(0, 2, len(spans)), groups=spans.tolist())
    assert [(train.tolist(), test.tolist()) for train, test in other] == first == table(cv, spans)
    assert len(first) == cv.get_n_splits(spans, None, spans)


@pytest.mark.parametrize("name", OPTIONS)
def test_no_spans_no_split(name):
    X = np.zeros((150, 1))
    with pytest.raises(SplitError, match="no label spans: pass `groups=spans`"):
        build(name).split(X)
    with pytest.raises(SplitError, match=r"integer array of shape \(150, 2\)"):
        build(name).split(X, groups=np.arange(150))
    with pytest.raises(SplitError, match="time order"):
        build(name).split(X, groups=random_spans(0)[::-1])
    with pytest.raises(SplitError, match=r"must not end before it starts: event 0 spans \[1, 0\]"):
        build(name).split(X, groups=np.tile([1, 0], (150, 1)))


@pytest.mark.parametrize("name", OPTIONS)
def test_too_few_events_says_exactly_how_many_are_needed(name):
    cv = build(name)
    with pytest.raises(SplitError, match=r"needs at least \d+ events, got 1") as caught:
        cv.windows(1)
    needed = int(re.search(r"at least (\d+)", str(caught.value)).group(1))
    assert len(cv.windows(needed)) == cv.get_n_splits(np.zeros(needed))
    with pytest.raises(SplitError, match=f"at least {needed} events, got {needed - 1}"):
        cv.windows(needed - 1)


@pytest.mark.parametrize("name", OPTIONS)
def test_scikit_learn_takes_the_splitter(name):
    rng = np.random.default_rng(0)
    spans = random_spans(3, 200)
    X, y = rng.normal(size=(200, 3)), rng.integers(0, 2, 200)
    scores = cross_validate(LogisticRegression(), X, y, groups=spans, cv=build(name), return_indices=True)
    used = zip(scores["indices"]["train"], scores["indices"]["test"], strict=True)
    assert [(train.tolist(), test.tolist()) for train, test in used] == table(build(name), spans)
    with sklearn.config_context(enable_metadata_routing=True):
        routed = cross_validate(LogisticRegression(), X, y, params={"groups": spans}, cv=build(name))
    assert np.array_equal(routed["test_score"], scores["test_score"])


@pytest.mark.parametrize(("name", "changes"), [("purged_kfold", {}), ("cpcv", {"n_test_blocks": 1})])
def test_partitions_work_in_cross_val_predict(name, changes):
    spans = random_spans(3, 100)
    X, y = np.zeros((100, 1)), np.arange(100) % 2
    predicted = cross_val_predict(DummyClassifier(), X, y, groups=spans, cv=build(name, **changes))
    assert len(predicted) == 100


@pytest.mark.parametrize("name", OPTIONS)
def test_arguments_are_kept_copied_and_shown(name):
    changed = build(name, **CHANGES[name])
    assert {key: getattr(changed, key) for key in CHANGES[name]} == CHANGES[name]
    assert repr(clone(changed, safe=False)) == repr(changed)
    for key, value in CHANGES[name].items():
        assert f"{key}={value}" in repr(changed)


def keep(spans, window, tests, drop):
    """Purge by a rule that is given a test block and the whole table."""
    mask = np.zeros(len(spans), dtype=bool)
    mask[window.start : window.stop] = True
    for block in tests:
        mask[block.start : block.stop] = False
        mask &= ~drop(block)
    return np.flatnonzero(mask)


def before_only(spans, window, tests, *, gap_size=0, embargo_size=0):
    start, end, at = spans[:, 0], spans[:, 1], np.arange(len(spans))
    return keep(spans, window, tests, lambda b: (at < b.start) & (end >= start[b.start] - gap_size))


def after_only(spans, window, tests, *, gap_size=0, embargo_size=0):
    start, end, at = spans[:, 0], spans[:, 1], np.arange(len(spans))
    return keep(
        spans, window, tests, lambda b: (at >= b.stop) & (start <= end[b.start : b.stop].max() + embargo_size)
    )


def one_hull(spans, window, tests, *, gap_size=0, embargo_size=0):
    start, end = spans.T
    hull = range(tests[0].start, tests[-1].stop)
    last = end[np.concatenate(tests)].max()
    return keep(
        spans,
        window,
        [hull],
        lambda _: (end >= start[hull.start] - gap_size) & (start <= last + embargo_size),
    )


def end_of_last_event(spans, window, tests, *, gap_size=0, embargo_size=0):
    start, end = spans.T
    return keep(
        spans,
        window,
        tests,
        lambda b: (end >= start[b.start] - gap_size) & (start <= end[b.stop - 1] + embargo_size),
    )


def embargo_from_last_event(spans, window, tests, *, gap_size=0, embargo_size=0):
    start, end = spans.T
    return keep(
        spans,
        window,
        tests,
        lambda b: (
            (end >= start[b.start] - gap_size)
            & (start <= max(end[b.start : b.stop].max(), start[b.stop - 1] + embargo_size))
        ),
    )


def half_open(spans, window, tests, *, gap_size=0, embargo_size=0):
    start, end = spans.T
    return keep(
        spans,
        window,
        tests,
        lambda b: (end > start[b.start] - gap_size) & (start < end[b.start : b.stop].max() + embargo_size),
    )


def whole_neighbourhood(spans, window, tests, *, gap_size=0, embargo_size=0):
    start, end = spans.T
    return keep(
        spans,
        window,
        tests,
        lambda b: (
            (end >= start[b.start] - gap_size - 1) & (start <= end[b.start : b.stop].max() + embargo_size)
        ),
    )


@pytest.mark.parametrize(
    ("fault", "caught_by"),
    [
        (before_only, TWO_SIDED),
        (after_only, FORWARD | TWO_SIDED),
        (one_hull, {"cpcv"}),
        (end_of_last_event, TWO_SIDED),
        (embargo_from_last_event, TWO_SIDED),
        (half_open, FORWARD | TWO_SIDED),
        (whole_neighbourhood, FORWARD | TWO_SIDED),
    ],
)
def test_a_planted_fault_breaks_the_law(fault, caught_by, monkeypatch):
    monkeypatch.setattr("smc.cv.fold.purge", fault)
    for name in caught_by:
        cv = build(name) if name in FORWARD else build(name, embargo_size=2)
        with pytest.raises(AssertionError):  # noqa: PT012
            for seed in range(20):
                check_folds_equal_brute_force(cv, random_spans(seed))
