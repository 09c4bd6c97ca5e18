"""Command lines that people mistype: each is refused in a line that says what is wrong, and nothing is written."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from smc.train import main

#: Command line -> what is said of it. Nothing is loaded, nothing is written.
REFUSED = {
    "model=voting model.members=[logistic,xgbost]": r"^error: model\.members: xgbost: no such option; did you mean xgboost\? ",
    "model=voting model.members=[lstm,lstm,voting]": r"lstm is named 2 times.*\n.*: voting is an ensemble itself",
    "model=voting model.members=lstm": r"^error: model\.members: must list options of model, such as .*, got 'lstm'$",
    "model=voting model.members=[]": r"^error: model\.members: must list options of model",
    "model=voting reg.xgboost.max_dept=3": r"no such key; did you mean max_depth\?",
    "model=voting +reg.xgboost.dept=3": r"^error: reg\.xgboost\.dept: no such argument of XGBoost",
    # groups and options
    "modle=xgboost": r"modle: no such key; did you mean model\?",
    "model=XGBost": r"model=XGBost: no such option; did you mean xgboost\?",
    "model= xgboost": r"^error: model= xgboost: an override has no spaces; type model=xgboost$",
    "model": r"model: not of the form key=value",
    "model==xgboost": r"model==xgboost: the value cannot be read",
    "model=": r"model=: no such option \(options: averaging, baseline,",
    "model=null": r"model=null: a group needs an option \(options:",
    "model=xgboost,logistic": r"model=xgboost,logistic: a comma list is several runs, add -m",
    "-m model=logistic,xgbost": r"model=xgbost: no such option; did you mean xgboost\?",
    "+model=xgboost": r"\+model=xgboost: the group has an option already; leave the \+ out",
    "~model": r"model: .*a run needs (it|the group)",
    "~model._target_": r"model\._target_: missing; it names the class of the estimator",
    "+model._partial_=true": r"model\._partial_: a run needs the estimator itself",
    "cv=kfold": r"cv=kfold: no such option \(options: cpcv, expanding,",
    "trainer=cuda": r"trainer=cuda: no such option",
    "experiment=recnt": r"did you mean recent\?",
    "cv._target_=smc.model.logistic.Logistic": r"^error: cv: Logistic is no splitter, it lacks split\(X, y, groups\)",
    "labels._target_=smc.events.every.Every": r"labels: Every is no label, it lacks compute\(bars, events, side\)",
    "cv._target_=os.system": r"`os\.system` is outside the modules that a configuration may name \([^)]*\)$",
    # keys
    "max_depth=3": r"max_depth: no such key; did you mean model\.max_depth\?",
    "model.max_dept=3": r"model\.max_dept: no such key; did you mean max_depth\?",
    "features.swing_size=7": r"^error: features\.swing_size: features, events, labels read structure\.swing_size, which is 5, got 7; set structure\.swing_size=7 for all of them$",
    "events=structure structure.swing_size=a": r"^error: structure\.swing_size: must be int, got 'a'$",
    "model=mlp reg.mlp.max_epoch=3": r"reg\.mlp\.max_epoch: no such key",
    # settings of Hydra that would change nothing
    "hydra.job.chdir=true": r"^error: hydra\.job\.chdir: has no effect here, no run changes the folder",
    "hydra.run.dir=x": r"^error: hydra\.run\.dir: has no effect here, nothing is written there; .* paths\.output=FOLDER$",
    "-m seed=0,1 hydra.sweeper._target_=x.Y": r"^error: hydra\.sweeper\._target_: has no effect here",
    "+hydra.callbacks.mine._target_=x.Y": r"^error: hydra\.callbacks: has no effect here",
    "'hydra.sweeper.params={seed: 0}'": r"^error: hydra\.sweeper\.params: cannot be set as a whole; type the comma lists: -m seed=0,1$",
    "hydra/job_logging=default": r"^error: hydra/job_logging: writes into a folder of Hydra's, and there is none",
    "--config-name select": r"^error: --config-name: has no effect here",
    "--config-path x": r"^error: --config-path: has no effect here; .*--config-dir FOLDER",
    "--shell-completion install=bash": r"^error: --shell-completion: has no effect here; .*--help lists every option",
    "--package x": r"^error: --package: has no effect without --cfg job",
    "calibrate.part_frac=0.3": r"^error: calibrate\.part_frac: no such key; it is called calibration_frac today$",
    "++calibrate.part_frac=0.3": r"part_frac: no such argument of NoCalibration; it is called calibration_frac today$",
    "+model.max_depth=3": r"\+model\.max_depth=3: the key is there already; leave the \+ out",
    "++model.foo=1": r"model\.foo: no such argument of XGBoost",
    "data=index data.root=bars": r"data\.root: no such key",
    "features.families.sesion=null": r"features\.families\.sesion: no such key; did you mean session\?",
    "features.families=null": r"features\.families: must be a section of keys, got None",
    "+monitor.watches.mine.limit=1": r"monitor\.watches\.mine: must be null or name a class",
    "+tracker.trackers.mine._target_=smc.cv.cpcv.CPCV": r"tracker\.trackers\.mine: CPCV is no tracker",
    "split=null": r"split: must be a section of keys, got None",
    "~split.test_frac": r"split\.test_frac: missing",
    # types, units, quotes
    "model.max_depth=three": r"model\.max_depth: must be int, got 'three'",
    "model.max_depth=": r"model\.max_depth: must be int, got ''",
    "model.max_depth=3.5": r"model\.max_depth: must be int, got 3\.5",
    "model.max_depth=3,4": r"model\.max_depth=3,4: a comma list is several runs, add -m",
    "model.max_depth=[3": r"model\.max_depth=\[3: the value cannot be read",
    "model.max_depth=${nowhere}": r"^error: model\.max_depth: Interpolation key 'nowhere' not found$",
    "model.n_estimators=1e3": r"model\.n_estimators: must be int, got 1000\.0",
    "split.test_frac=20%": r"split\.test_frac: must be float, got '20%'",
    "trainer.precision=32": r"trainer\.precision: must be one of 32, bf16, got 32; as text: 'trainer\.precision=\"32\"'",
    "data=files data.root=x data.max_gap=3": r"data\.max_gap: must be str or null, got 3",
    "data=files data.root=x data.pattern={symbol}.csv": r"'data\.pattern=\"\{symbol\}\.csv\"'",
    "symbol=5": r"symbol: must be str or list\[str\] or null, got 5",
    "seed=1.5": r"seed: must be int, got 1\.5",
    "seed=abc": r"\Aerror: seed: must be int, got 'abc'\Z",
    "retry=yes": r"retry: must be one of none, failed, got 'yes'",
    "paths.output=": r"paths: `output` must name a folder",
    # values out of range
    "split.test_frac=20": r"split: `test_frac` must lie between 0 and 1, got 20",
    "model.subsample=7": r"model: `subsample` must be above 0 and at most 1, got 7",
    "model.max_depth=-5": r"model: `max_depth` must not be negative, got -5",
    "model.learning_rate=nan": r"model\.learning_rate: must be finite, got nan",
    "model=logistic model.C=-1": r"model: `C` must be positive, got -1",
    "model=lightgbm model.num_leaves=1": r"model: `num_leaves` must be at least 2, got 1",
    "model=random_forest model.max_samples=7": r"model: `max_samples` must be above 0 and at most 1, got 7",
    f"model.reg_lambda=1{'0' * 400}": r"^error: model\.reg_lambda: must fit into 64 bits, got a number of 401 digits$",
    "seed=-1": r"^error: seed: must lie between 0 and 4294967295, got -1$",
    "model=random_forest seed=99999999999": r"seed: must lie between 0 and",
    "cv.n_splits=-5": r"cv: `n_splits` must be positive, got -5",
    "events.last=0": r"events: `last` must be positive, got 0",
    "labels.stop_atr=-1": r"labels: `stop_atr` must be positive, got -1",
    "structure.swing_size=0": r"features: `swing_size` must be a whole number from 1 to \d+, got 0",
    "features.day_start=25:00": r"features: `day_start` must be a time of day",
    "evaluation.confidence=95": r"evaluation: `confidence` must lie between 0 and 1, got 95",
    "monitor.webhook=slack": r"monitor: `webhook` must be an http or https address",
    # folders
    "--config-dir nowhere": r"--config-dir: there is no folder nowhere",
    "data=files": r"data\.root: a value is needed; set data\.root=",
}  # fmt: skip

#: Only data can tell; the failure is recorded under outputs/.
FAILED = {
    "symbol=sp500": r"did you mean SP500\?",
    "symbol=[SP500,SP500]": r"symbol: a pool needs symbols that differ",
    "data=files data.root=nowhere symbol=EURUSD": r"data\.root=nowhere is not there",
    "data=files data.root=empty symbol=EURUSD": r"no file in data\.root=empty matches",
    "labels.max_holding=20000": r"labels: a horizon of 20000 bars is longer than the 5031 bars of SP500",
    "events.volatility_window=100000": r"needs more than volatility_window=100000 bars, got 5031",
    "events.threshold=1000": r"no labelled event is left of 5031 bars",
    "split.min_train_size=1000000": r"needs 1000000: use more events",
}

#: What belongs to Python or Hydra and not to what a person typed.
UGLY = re.compile(
    r"Traceback|hydra\.cc|\b[A-Z]\w+(Error|Exception)\b|ValueError|/site-packages/|<class|collections\.abc"
)


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """Type a command line in an empty folder; return what was said, if it ended as a user's mistake ends."""
    monkeypatch.chdir(tmp_path)

    def type_in(line: str) -> str:
        monkeypatch.setattr("sys.argv", ["smc.train", *shlex.split(line, posix="'" in line)])
        with pytest.raises(SystemExit) as caught:
            main()
        shown = capsys.readouterr()
        assert (caught.value.code, shown.out) == (2, "")
        assert not UGLY.search(shown.err)
        return shown.err.strip()

    return type_in


@pytest.mark.parametrize("line", REFUSED)
def test_a_mistake_is_refused_before_anything_is_written(line, said, tmp_path) -> None:
    assert re.search(REFUSED[line], said(line), re.MULTILINE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", FAILED)
def test_what_only_data_can_tell_is_a_recorded_failure(line, said, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    text = said(line)
    assert re.search(FAILED[line], text)
    assert len(text.splitlines()) == 1
    assert len(list((tmp_path / "outputs" / "status").iterdir())) == 1
    assert list((tmp_path / "outputs" / "staging").iterdir()) == []


def test_all_mistakes_of_a_line_are_told_together(said) -> None:
    text = said(
        "modl=3 cv=cpvc model.max_dept=2 model=logistic model.C=-1 labels.max_holding=0 split.val_frac=9"
    )
    beginnings = [
        "error: cv=cpvc",
        "modl: ",
        "model.max_dept: ",
        "split: `val_frac`",
        "labels: ",
        "model: `C`",
    ]
    for line, beginning in zip(text.splitlines(), beginnings, strict=True):
        assert line.startswith(beginning)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_without_rights_is_named(said, tmp_path, shared_data) -> None:
    source = next((shared_data / "data" / "bars").glob("*.parquet"))
    target = tmp_path / "bars" / "EURUSD.parquet"
    target.parent.mkdir()
    shutil.copy(source, target)
    Path(target).chmod(0)
    assert "EURUSD.parquet" in said("data=files data.root=bars symbol=EURUSD")
