"""A bug outside a fit, in a class of one's own or of smc: a run ends in a named, recorded failure all the same."""

import json
import re

import pytest

from smc.cv.expanding import Expanding
from smc.data.index import Index
from smc.events.cusum import Cusum
from smc.features.feature_set import FeatureSet
from smc.labels.triple_barrier import TripleBarrier
from smc.results import list_runs
from smc.train import main

QUICK = ("model=logistic", "events.last=160", "aug=none", "keep_bars=false")
PLACES = {
    "data": (Index, "load"),
    "features": (FeatureSet, "assemble"),
    "events": (Cusum, "compute"),
    "labels": (TripleBarrier, "compute"),
    "positions": (TripleBarrier, "position"),
    "cv": (Expanding, "folds"),
}


def boom(*_, **__):
    raise KeyError("no such column")


@pytest.fixture
def smc_train(tmp_path, monkeypatch, capsys):
    """Type a command line in an empty folder; return its exit code, what was said, and the status records."""
    monkeypatch.chdir(tmp_path)

    def type_in(*arguments):
        monkeypatch.setattr("sys.argv", ["smc.train", *arguments, *QUICK])
        with pytest.raises(SystemExit) as caught:
            main()
        paths = sorted((tmp_path / "outputs" / "status").iterdir())
        statuses = [(path, json.loads(path.read_text())) for path in paths]
        return caught.value.code, capsys.readouterr().err, statuses

    return type_in


@pytest.mark.parametrize("place", PLACES)
def test_a_surprise_is_a_recorded_failure(place, smc_train, monkeypatch):
    monkeypatch.setattr(*PLACES[place], boom)
    code, said, statuses = smc_train()
    ((path, status),) = statuses
    assert code == 1
    assert re.match(
        r"failed: boom \(.*test_surprises\.py, line \d+\) raised KeyError: 'no such column'\n", said
    )
    assert "Traceback" not in said
    assert f"run {path.stem} failed; python -m smc.show {path.stem} shows its traceback" in said
    assert (status["status"], status["reason"]) == ("failed", "KeyError")
    assert "in boom" in status["traceback"]


@pytest.mark.parametrize("place", ["data", "events"])
def test_a_surprise_before_the_first_run_of_a_sweep_ends_no_other(place, smc_train, monkeypatch):
    monkeypatch.setattr(*PLACES[place], boom)
    code, said, statuses = smc_train("-m", "seed=0,1")
    assert code == 1
    assert "0 of 2 finished, 2 failed" in said
    assert [status["reason"] for _, status in statuses] == ["KeyError"] * 2


def test_a_tracker_that_fails_leaves_the_run_finished(smc_train, monkeypatch, tmp_path):
    text = "class Unreachable:\n    def log(self, run):\n        raise KeyError(run.record['symbol'])\n"
    (tmp_path / "own_trackers.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "own_trackers")
    code, said, statuses = smc_train("+tracker.trackers.mine._target_=own_trackers.Unreachable")
    (folder,) = list_runs("outputs")
    assert code == 2
    assert (
        "Unreachable was not told (Unreachable.log (own_trackers.py, line 3) raised KeyError: 'SP500')"
        in said
    )
    assert f"; the run itself is finished: {folder}" in said
    assert [status["status"] for _, status in statuses] == ["finished"]
