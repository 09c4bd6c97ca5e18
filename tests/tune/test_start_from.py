"""A search that begins with what another chose: never one that has looked at what is evidence here."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from smc import api
from smc.config.compose import compose
from smc.errors import ConfigError
from smc.reproduce import reproduce
from smc.results.identity import trial_hash
from smc.results.manifest import NAME
from smc.training.earlier_search import EarlierSearch, origin_of
from smc.training.tuning import Told

SMALL = (
    *("data=simulated", "data.n_bars=4000", "symbol=S01", "model=logistic", "aug=none", "monitor=none"),
    *("tune=random", "tune.n_trials=4"),
)
#: Looks at all that stands before the test part.
ALL = ("tune.scope=fold", "tune.n_trials=2", "cv.n_splits=2", "cv.initial_train_size=0.4")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("started")


def train(place, *typed):
    return api.train([*SMALL, *typed, f"paths.output={place}", f"ledger.url=sqlite:///{place}/l.sqlite"])


@pytest.fixture(scope="module")
def first(place):
    return train(place)


@pytest.fixture(scope="module")
def second(place, first):
    return train(place, "tune.sampler.seed=5", f"tune.start_from={first.run_id[:10]}")


def test_what_was_chosen_is_the_second_trial(first, second):
    chosen = first.record["tuning"][0]["params"]["C"]
    assert second.tuning["C"].tolist()[:2] == [first.tuning["C"][0], chosen]
    assert second.record["tuning"][0]["loss"] <= first.record["tuning"][0]["loss"]
    origin = second.record["tuning_origin"]
    assert (origin["run_id"], origin["params"]) == (first.run_id, {"C": chosen})
    assert first.record["tuning_origin"]["run_id"] is None


def test_the_run_is_named_in_full_however_it_was_typed(first, second, place):
    assert second.config["tune"]["start_from"] == first.run_id
    again = train(place, "tune.sampler.seed=5", f"tune.start_from={first.run_id}")
    assert again.run_id == second.run_id


def test_it_is_part_of_the_trial(first):
    asked = [*SMALL, "tune.start_from=abc"]
    assert trial_hash(compose(asked)) != trial_hash(compose(SMALL))
    before = compose(SMALL)
    del before["tune"]["start_from"]
    assert trial_hash(before) == trial_hash(compose(SMALL)), "what is off is no part of it"


def test_it_comes_out_again_where_the_other_run_is_not(second, place):
    again = reproduce(second, output=place)
    assert {finding.verdict for finding in again.findings} == {"identical"}


def test_a_search_looked_as_far_as_the_labels_that_it_was_given(first):
    until = pd.Timestamp(first.record["tuning_origin"]["looked_until"])
    tested = first.predictions.query("part == 'out_of_fold'")
    assert until < tested["time"].min()
    assert until > tested["time"].min() - pd.Timedelta(days=60)


def test_one_that_looked_at_the_evidence_is_refused(place, first):
    looked = train(place, *ALL)
    with pytest.raises(ConfigError, match=r"looked at bars up to .* start from a search on\s+earlier bars"):
        train(place, f"tune.start_from={looked.run_id}")
    with pytest.raises(ConfigError, match="judged on what it was chosen on"):
        train(place, f"tune.start_from={looked.run_id}", "model.C=0.02", *ALL)


def test_a_chain_has_looked_as_far_as_any_of_its_searches():
    stamps = pd.date_range("2020", periods=10, tz="UTC")
    bars = {"A": pd.DataFrame(index=stamps)}
    events = pd.DataFrame({"symbol": "A", "start": [1, 2, 5], "end": [3, 4, 8]})
    told = Told(looked=[np.array([0]), np.array([1])])
    for until, expected in (("2020-01-09", "2020-01-09"), ("2020-01-02", "2020-01-05")):
        earlier = EarlierSearch("abc", {"C": 1.0}, pd.Timestamp(until, tz="UTC"))
        assert origin_of(told, events, bars, earlier)["looked_until"].startswith(expected)
    assert origin_of(told, events, bars, None)["looked_until"].startswith("2020-01-05")


def test_bars_up_to_the_very_first_of_the_evidence_are_too_many():
    stamp = pd.Timestamp("2020-01-05", tz="UTC")
    earlier = EarlierSearch("abc", {"C": 1.0}, stamp)
    earlier.check_before(stamp + pd.Timedelta(hours=1))
    with pytest.raises(ConfigError):
        earlier.check_before(stamp)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["tune.start_from=nope"], "tune.start_from: no run 'nope' under"),
        (
            ["model=random_forest", "tune.start_from={first}"],
            "chose parameters of Logistic, and this model is",
        ),
        (
            [
                "space.C=null",
                "+space.max_iter.low=100",
                "+space.max_iter.high=200",
                "tune.start_from={first}",
            ],
            r"chose C, where this search does not look; add \+space.C.low=",
        ),
    ],
)
def test_what_is_of_no_use_is_told_with_a_remedy(place, first, typed, said):
    with pytest.raises(ConfigError, match=said):
        train(place, *(word.format(first=first.run_id) for word in typed))


def test_a_run_that_looked_for_nothing_or_is_damaged_is_refused(place, first, tmp_path):
    where = (f"paths.output={place}", f"ledger.url=sqlite:///{place}/l.sqlite")
    plain = api.train([*SMALL[:-2], *where])
    with pytest.raises(ConfigError, match="looked for no parameters; name one that did"):
        train(place, f"tune.start_from={plain.run_id}")
    folder = tmp_path / "runs" / first.run_id
    shutil.copytree(first.path, folder)
    record = json.loads((folder / "run.json").read_text())
    record["tuning_origin"]["looked_until"] = "1999-01-01T00:00:00+00:00"
    (folder / "run.json").write_text(json.dumps(record))
    assert (folder / NAME).exists()
    with pytest.raises(ConfigError, match=r"tune.start_from: .*damaged|tune.start_from: .*changed"):
        train(tmp_path, f"tune.start_from={first.run_id}")
