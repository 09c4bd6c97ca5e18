"""Who answers: loaded beside, checked in a child process, swapped between two bars, and never half."""

import shutil
import threading
import time

import pandas as pd
import pytest

from smc.deployment.loads import check_loads
from smc.errors import ArtifactError, FeatureError, SmcError
from smc.prediction.assignment import Assignment, one_run
from smc.prediction.predictor import Predictor
from smc.prediction.version import load_version
from smc.prediction.versions import Versions
from tests.prediction.conftest import answered_by, asked_at_once, records, trusting


class Registry:
    """What is live, as a test says it."""

    def __init__(self, *assignments: Assignment) -> None:
        self.say(*assignments)

    def say(self, *assignments: Assignment) -> None:
        self.live = {"RND": list(assignments)}

    def __call__(self):
        return self.live


def of(run, role="live", **other) -> Assignment:
    return Assignment(run.run_id, run.path, role, **other)


def wait_until(is_so, seconds=60.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def test_a_swap_while_four_threads_ask_gives_no_wrong_answer(run, other, series):
    """Each answer is whole, and that of the version which it names."""
    models = {one.run_id: load_version(one.path) for one in (run, other)}
    symbols = [f"RND{n}" for n in range(4)]

    def live():
        return {symbol: [Assignment(current[0].run_id, current[0].path)] for symbol in symbols}

    current = [run]
    versions = Versions(live, load=lambda folder: models[folder.name], check=lambda _: time.sleep(0.05))
    predictor = Predictor(versions, history=lambda _: series.iloc[:4000])
    expected = {
        name: {
            one.time: one
            for one in asked_at_once(Predictor(trusting(answered_by(asked), models[name])), series)
        }
        for name, asked in ((run.run_id, run), (other.run_id, other))
    }
    made, problems = {symbol: [] for symbol in symbols}, []

    def feed(symbol: str) -> None:
        try:
            for bar in records(series.iloc[4000:4400]):
                made[symbol] += predictor.decide(symbol, bar)
        except BaseException as error:  # noqa: BLE001 - told by the test
            problems.append(error)

    threads = [threading.Thread(target=feed, args=(symbol,)) for symbol in symbols]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        current[0] = other if current[0] is run else run
        time.sleep(0.02)
    assert not problems
    for own in made.values():
        assert len(own) > 30
        for one in own:
            right = expected[one.version][one.time]
            assert (one.probabilities, one.position, one.side) == (
                right.probabilities,
                right.position,
                right.side,
            )
            assert one.trial == models[one.version].trial
    assert {one.version for own in made.values() for one in own} == {run.run_id, other.run_id}


def test_the_old_model_answers_until_the_new_one_is_there(run, other, series):
    registry, may_load, told = Registry(of(run)), threading.Event(), []

    def slow(folder):
        if folder == other.path:
            may_load.wait()
        return load_version(folder)

    versions = Versions(registry, load=slow, check=lambda _: None, on_news=told.append)
    assert [one.version for one, _ in versions.of("RND")] == [run.run_id]
    registry.say(of(other))
    assert [one.version for one, _ in versions.of("RND")] == [run.run_id]  # without waiting
    may_load.set()
    wait_until(lambda: versions.of("RND")[0][0].version == other.run_id)
    assert told == [f"RND: {other.run_id} answers in the place of {run.run_id}"]
    registry.say(of(run))
    assert versions.of("RND")[0][0].version == run.run_id  # it was kept: the way back takes no time
    registry.say()
    assert versions.of("RND") == []


@pytest.mark.parametrize("damage", ["a flipped byte", "a cut file", "a folder that is gone"])
def test_a_new_version_that_cannot_be_loaded_leaves_the_old_one_in_place(run, other, tmp_path, damage):
    broken = tmp_path / "outputs" / "runs" / other.run_id
    if damage != "a folder that is gone":
        shutil.copytree(other.path, broken)
        file = next(broken.glob("model/*.skops"))
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content if damage == "a flipped byte" else content[: len(content) // 2])
    told: list[str] = []
    registry = Registry(of(run))
    versions = Versions(registry, on_news=told.append, check=lambda _: None)
    before = versions.of("RND")
    registry.say(Assignment(other.run_id, broken, "live"))
    versions.refresh()
    registry.say(Assignment(other.run_id, broken, "live", 0.5))
    wait_until(lambda: versions.problems())
    for _ in range(3):
        assert versions.of("RND") == before
    assert len(told) == 1
    assert other.run_id in told[0]
    assert "goes on" in told[0]
    assert list(versions.problems()) == [other.run_id]


def test_golden_rows_are_asked_in_a_process_of_its_own(run, other, tmp_path):
    check_loads(run.path)
    broken = tmp_path / other.run_id
    shutil.copytree(other.path, broken)
    file = next(broken.glob("model/*.skops"))
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ArtifactError, match=r"does not load: .*skops"):
        check_loads(broken)
    with pytest.raises(ArtifactError, match="does not load"):
        check_loads(tmp_path / "gone")


def test_a_first_version_that_cannot_be_loaded_is_an_error(tmp_path):
    registry = Registry(Assignment("v1", tmp_path / "gone"))
    with pytest.raises(SmcError, match="gone"):
        Versions(registry, check=lambda _: None, on_news=lambda _: None).of("RND")


def test_a_registry_that_fails_takes_nobody_down(run):
    told: list[str] = []
    is_away = False

    def live():
        if is_away:
            raise OSError("no route to host")
        return {"RND": [of(run)]}

    versions = trusting(live, on_news=told.append)
    before = versions.of("RND")
    is_away = True
    assert versions.of("RND") == before == versions.of("RND")
    assert told == ["what is live cannot be asked (no route to host): what was live goes on"]


def test_what_is_live_is_looked_at_between_bars_too(run, other):
    registry = Registry(of(run))
    versions = trusting(registry)
    versions.of("RND")
    versions.start()
    registry.say(of(other))
    wait_until(lambda: other.run_id in versions._loaded, 20)
    versions.stop()
    assert versions.of("RND")[0][0].version == other.run_id


def test_two_roles_answer_side_by_side_and_share_one_series(run, other, series):
    registry = Registry(of(run), of(other, "shadow", rung=0.25))
    predictor = Predictor(trusting(registry), history=lambda _: series.iloc[:4000])
    made = asked_at_once(predictor, series.iloc[4000:])
    assert {(one.version, one.role, one.rung) for one in made} == {
        (run.run_id, "live", 1.0),
        (other.run_id, "shadow", 0.25),
    }
    assert len(predictor._followed["RND"]._series) == 1
    by_time = pd.Series([one.time for one in made]).value_counts()
    assert (by_time == 2).all()


def test_features_that_the_model_did_not_learn_are_refused(run, version, monkeypatch):
    names = list(version.components.features.names)
    monkeypatch.setattr("smc.prediction.version.components_of", lambda _: renamed(version.components, names))
    with pytest.raises(FeatureError, match="rsi14"):
        load_version(run.path)


def renamed(components, names):
    from dataclasses import replace

    class Features:
        warm_up = components.features.warm_up

        def __init__(self) -> None:
            self.names = [name for name in names if name != "rsi14"]

    return replace(components, features=Features())


def test_a_run_answers_for_its_symbols(run):
    assert one_run(run.path)() == {"RND": (Assignment(run.run_id, run.path, "run"),)}
