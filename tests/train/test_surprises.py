"""A bug outside a fit, in a class of one's own or of smc: a run ends in a named, recorded failure all the same."""

import errno
import json
import re

import pytest
from sklearn.linear_model import LogisticRegression

from smc.cv.expanding import Expanding
from smc.data.index import Index
from smc.events.cusum import Cusum
from smc.features.feature_set import FeatureSet
from smc.labels.triple_barrier import TripleBarrier
from smc.results import list_runs
from smc.results.status import reason_of
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


def interrupted(*arguments, **_):
    """Be ended by Ctrl-C in code that cannot bear it: OmegaConf's clean-up, say, raises an error on the way."""
    errors = [argument for argument in arguments if isinstance(argument, OSError)]
    try:
        raise KeyboardInterrupt
    finally:
        raise errors[0] if errors else KeyError("half done")


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


@pytest.mark.parametrize("place", PLACES)
def test_an_error_that_ctrl_c_caused_is_an_interruption(place, smc_train, monkeypatch):
    monkeypatch.setattr(*PLACES[place], interrupted)
    code, said, statuses = smc_train()
    assert (code, said) == (130, "interrupted\n")
    assert [(status["status"], status["reason"]) for _, status in statuses] == [("killed", "interrupted")]


def test_an_error_that_ctrl_c_caused_in_a_fit_keeps_the_folds_that_are_done(smc_train, monkeypatch):
    fits, fit = [], LogisticRegression.fit

    def last_fit(*arguments, **named):
        fits.append(arguments)
        return (interrupted if len(fits) > 2 else fit)(*arguments, **named)

    monkeypatch.setattr(LogisticRegression, "fit", last_fit)
    code, said, statuses = smc_train()
    assert code == 130
    assert said.startswith("interrupted: what was done so far is in outputs/partial/")
    assert [(status["status"], status["reason"]) for _, status in statuses] == [("killed", "interrupted")]


def test_an_error_that_ctrl_c_caused_ends_a_sweep(smc_train, monkeypatch):
    monkeypatch.setattr(*PLACES["labels"], interrupted)
    code, said, statuses = smc_train("-m", "seed=1,2,3")
    assert code == 130
    assert "interrupted" in said
    assert [(status["status"], status["reason"]) for _, status in statuses] == [("killed", "interrupted")]


def test_a_disk_that_is_full_while_an_interrupted_run_is_kept_is_no_interruption():
    with pytest.raises(OSError, match="no room") as caught:
        interrupted(OSError(errno.ENOSPC, "no room"))
    assert reason_of(caught.value) == "disk_full"
