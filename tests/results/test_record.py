"""What runs write fits the one schema of run.json, and a field that does not is left out and named."""

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from smc import api
from smc.model.logistic import Logistic
from smc.results import RunStore, load_run
from smc.results.record import RunRecord
from smc.results.schema import json_schema, record_misfits, record_problems, surely_fits

EARLIER = Path(__file__).parent.parent / "earlier"
FAST = (
    *("data=simulated", "data.n_bars=2000", "events.last=200", "symbol=S01", "features=daily"),
    *("model=logistic", "aug=none", "monitor=none", "data.best_accuracy=0.9"),
)
#: Runs that between them write every field.
RUNS = {
    "classes": [],
    "three classes, calibrated": ["labels=triple_barrier_3", "calibrate=isotonic"],
    "numbers": ["labels=forward_return"],
    "several steps ahead": [
        *("labels=forward_return", "labels.horizon=[1,5]", "model=mlp", "model.max_epochs=3"),
    ],
    "a pool": ["symbol=[S01,S02]", "aug=light", "aug.ablation=true"],
    "sealed": ["evaluation.test=sealed"],
    "without trading": ["labels.expiry=drop"],
    "one fold, one decision": ["cv=holdout", "calibrate=sigmoid", "calibrate.threshold=class_cost"],
    "paths, selection, an ablation, watches": [
        *(
            "cv=cpcv",
            "cv.n_blocks=4",
            "cv.n_test_blocks=1",
            "feature_selection=mutual_info",
            "aug=light",
            "aug.ablation=true",
        ),
        *("monitor=default", "monitor.learning_curve=true"),
    ],
    "a search": [
        "tune=random",
        "tune.n_trials=3",
        "cv=expanding",
        "cv.n_splits=2",
        "cv.initial_train_size=0.5",
    ],
    "an ensemble": ["model=voting", "model.members=[logistic,random_forest]", "cv.n_splits=2"],
}


def closed(schema):
    """Return the schema without room for a key that no type names."""
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {**inner, "additionalProperties": False} if "required" in schema else inner


STRICT = Draft202012Validator(closed(json_schema(RunRecord)))


def assert_fits(record) -> None:
    assert list(record_problems(record)) == []
    assert [problem.message for problem in STRICT.iter_errors(record)] == []


@pytest.mark.parametrize("overrides", RUNS.values(), ids=RUNS)
def test_a_run_writes_the_fields_of_the_schema_and_no_other(overrides, tmp_path):
    run = api.train([*FAST, *overrides, f"paths.output={tmp_path}"])
    assert_fits(run.record)


def test_a_run_that_ctrl_c_ended_fits_as_well(tmp_path, monkeypatch):
    fit, n_fits = Logistic.fit, []

    def interrupted(self, X, y, sample_weight=None):
        n_fits.append(1)
        if len(n_fits) == 3:
            raise KeyboardInterrupt
        return fit(self, X, y, sample_weight)

    monkeypatch.setattr(Logistic, "fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        api.train([*FAST, f"paths.output={tmp_path}"])
    (folder,) = (tmp_path / "partial").iterdir()
    record = load_run(folder).record
    assert record["partial"]
    assert_fits(record)


@pytest.mark.parametrize("path", sorted(EARLIER.rglob("run.json")), ids=lambda path: path.parent.name)
def test_what_an_older_smc_wrote_lacks_fields_at_most(path):
    problems = record_problems(json.loads(path.read_bytes()))
    assert [problem for problem in problems if "is a required property" not in problem] == []


def test_a_field_that_does_not_fit_is_left_out_and_named_and_the_run_is_saved(tmp_path):
    store = RunStore(tmp_path)
    with store.claim("0123456789abcdef") as claim:
        claim.save_record(
            {
                "symbol": "DAX",
                "seed": "zero",
                "history": {"val_accuracy": 0.5, "train_accuracy": "high", "cv_fold_accuracies": [0.5, "x"]},
                "augmentation": [{"fit": "fold 0", "n_rows": 1.5}, {"fit": "fold 1", "n_rows": 7}],
                "intervals": {"test": [1, 2]},
                "own_figure": {"of": "mine"},
                "warnings": [{"reason": "r", "sentence": "s"}],
            }
        )
        record = load_run(claim.commit()).record
    warnings = record.pop("warnings")  # type: ignore[misc]
    assert record == {
        "symbol": "DAX",
        "history": {"val_accuracy": 0.5},
        "augmentation": [{"fit": "fold 0"}, {"fit": "fold 1", "n_rows": 7}],
        "intervals": {},
        "own_figure": {"of": "mine"},
    }
    assert warnings[0] == {"reason": "r", "sentence": "s"}
    assert {warning["reason"] for warning in warnings[1:]} == {"not_saved"}
    assert {warning["field"] for warning in warnings[1:]} == {
        *("seed", "history.train_accuracy", "history.cv_fold_accuracies"),
        *("augmentation.0.n_rows", "intervals.test"),
    }
    assert "`seed` is left out: 'zero' is not of type 'integer'" in [each["sentence"] for each in warnings]


def test_the_schema_is_one():
    Draft202012Validator.check_schema(json_schema(RunRecord))
    with pytest.raises(TypeError, match="no schema for"):
        json_schema(tuple[int, ...])


def test_what_is_surely_fine_fits_and_every_record_of_a_run_is(tmp_path):
    run = api.train([*FAST, f"paths.output={tmp_path}"])
    schema = json_schema(RunRecord)
    surely, validator = surely_fits(schema), Draft202012Validator(schema)
    assert surely(dict(run.record))
    assert next(record_misfits(run.record), None) is None
    rng, wrong = np.random.default_rng(0), (None, True, 3, 0.5, "x", [], ["x"], [None], {}, {"a": "x"})
    for _ in range(300):
        record = json.loads(json.dumps(run.record))
        holder, key = record, str(rng.choice(list(record)))
        while isinstance(holder[key], dict) and holder[key] and rng.random() < 0.7:
            holder = holder[key]
            key = str(rng.choice(list(holder)))
        holder[key] = wrong[rng.integers(len(wrong))]
        misfits = [problem for problem in validator.iter_errors(record) if problem.validator != "required"]
        assert surely(record) == (not misfits), (key, holder[key])
