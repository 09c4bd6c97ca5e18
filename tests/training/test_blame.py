"""What a class of one's own raises is said to be its own: class, method, file and line."""

import json
import re

import pytest

from smc import show
from smc.blame import culprit_of, described, is_installed
from smc.results import list_runs, load_run
from smc.train import main

FAST = (
    *("data=simulated", "data.n_bars=1500", "symbol=S01", "features=daily", "events.last=150"),
    *("cv.n_splits=2", "model=logistic", "reg=baseline", "aug=none", "monitor=none", "keep_bars=false"),
    "labels=direction",
)
CODE = """
from smc.cv.expanding import Expanding
from smc.data.simulated import Simulated
from smc.evaluation.default import Evaluation
from smc.events.every import Every
from smc.labels.direction import Direction
from smc.model.logistic import Logistic
from smc.aug.none import NoAugmentation
from smc.calibrate.sigmoid import Sigmoid
from smc.feature_selection.correlation import Correlation


def helper(self=None):
    raise KeyError("oops")  # the line


class Base:
    def compute(self, *_, **__): helper()

class Source(Simulated):
    def load(self, symbol): helper()

class Family(Base):
    names, warm_up = ["mine"], 30

class Detector(Every):
    def compute(self, bars, features): helper()

class Label(Direction):
    def compute(self, *_): helper()

class Cutter(Expanding):
    def folds(self, spans): helper()

class Model(Logistic):
    def fit(self, X, y, sample_weight=None): helper()

class Asked(Logistic):
    def predict_proba(self, X): helper()

class Sampler(NoAugmentation):
    def fit_resample(self, X, y): raise AttributeError("oops")  # the line of a sampler

class Squeezer(Sigmoid):
    def fit(self, *_, **__): helper()

class Chooser(Correlation):
    def fit(self, *_, **__): helper()

class Judge(Evaluation):
    def evaluate(self, *_, **__): helper()

class Watch:
    stops = True
    def observe(self, progress): helper()

class Clerk:
    def check(self, record):
        yield {"reason": "seen", "sentence": "Seen."}
        helper()

class Unplain:
    stops = True
    def observe(self, progress): return "too late"

class Uncopied(Watch):
    def __deepcopy__(self, memo): helper()

class Tracker:
    def log(self, run): helper()

class Refused(Direction):
    def __init__(self, horizon=5): helper()

class Returned(Direction):
    def compute(self, *_): return None

class Unsized(Direction):
    horizon = None
    def __init__(self): pass
"""


def line_of(text):
    return next(number for number, line in enumerate(CODE.splitlines(), 1) if line.endswith(text))


LINE = line_of("# the line")


@pytest.fixture
def smc_train(tmp_path, monkeypatch, capsys):
    """Type a command line beside a file of one's own; return the exit code and what was said."""
    (tmp_path / "own_parts.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "own_parts")
    monkeypatch.delitem(__import__("sys").modules, "own_parts", raising=False)

    def type_in(*arguments):
        monkeypatch.setattr("sys.argv", ["smc.train", *arguments[:2], *FAST, *arguments[2:]])
        with pytest.raises(SystemExit) as caught:
            main()
        return caught.value.code, capsys.readouterr().err

    return type_in


def status_of(tmp_path):
    (path,) = (tmp_path / "outputs" / "status").glob("*.json")
    return path.stem, json.loads(path.read_text())


PLACES = {
    "Source.load": ("data._target_=own_parts.Source", 1),
    "Family.compute": ("+features.families.mine._target_=own_parts.Family", 1),
    "Detector.compute": ("events=every events._target_=own_parts.Detector", 1),
    "Label.compute": ("labels._target_=own_parts.Label", 1),
    "Cutter.folds": ("cv._target_=own_parts.Cutter", 1),
    "Model.fit": ("model._target_=own_parts.Model", 2),
    "Asked.predict_proba": ("model._target_=own_parts.Asked", 2),
    "Sampler.fit_resample": ("aug._target_=own_parts.Sampler", 2),
}


@pytest.mark.parametrize("name", PLACES)
def test_an_error_of_a_class_of_ones_own_names_it(name, smc_train, tmp_path):
    typed, exit_code = PLACES[name]
    line = line_of("# the line of a sampler") if name.startswith("Sampler") else LINE
    code, said = smc_train(*typed.split())
    assert code == exit_code, said
    assert f"{name} (own_parts.py, line {line}) raised" in said
    assert "oops" in said
    _, status = status_of(tmp_path)
    assert f"{name} (own_parts.py, line {line})" in status["message"]
    assert status["culprit"] == {"name": name, "file": "own_parts.py", "line": line, "is_own": True}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Squeezer.fit", ["calibrate=sigmoid", "calibrate._target_=own_parts.Squeezer"]),
        ("Chooser.fit", ["feature_selection=correlation", "feature_selection._target_=own_parts.Chooser"]),
    ],
)
def test_a_step_of_a_fit_is_named_and_not_the_model(name, typed, smc_train):
    code, said = smc_train(*typed)
    assert code == 2
    assert f"{name} (own_parts.py, line {LINE}) raised KeyError: 'oops'" in said
    assert "Logistic cannot be fitted" not in said


def test_a_constructor_is_named(smc_train):
    code, said = smc_train("labels._target_=own_parts.Refused")
    assert code == 2
    assert f"labels: Refused.__init__ (own_parts.py, line {LINE}) raised KeyError: 'oops'" in said


def test_a_sweep_names_it_too(smc_train):
    code, said = smc_train("-m", "seed=0,1", "labels._target_=own_parts.Label")
    assert code == 1, said
    assert said.count(f"Label.compute (own_parts.py, line {LINE}) raised KeyError: 'oops'") >= 2


def test_what_smc_itself_raises_is_told_apart(smc_train, tmp_path):
    code, said = smc_train("labels._target_=own_parts.Unsized", "~labels.horizon")
    assert code == 1
    assert said.startswith("failed: TypeError: '>='")
    assert re.search(r"in smc's own code, check_fit \(.*dataset\.py, line \d+\): a bug, unless", said)
    assert "python -m smc.check own_parts.Unsized tells whether it keeps its contract" in said
    _, status = status_of(tmp_path)
    assert not status["culprit"]["is_own"]


def test_an_answer_that_is_none_names_the_method_that_gave_it(smc_train):
    code, said = smc_train("labels._target_=own_parts.Returned")
    assert code == 2
    line = line_of("def compute(self, *_): return None")
    assert f"Returned.compute (own_parts.py, line {line}): must return a DataFrame, got None" in said


def test_a_watch_that_raises_is_a_warning_and_the_run_goes_on(smc_train, tmp_path):
    watches = [
        f"+monitor.watches.{name.lower()}._target_=own_parts.{name}"
        for name in ("Watch", "Clerk", "Unplain", "Uncopied")
    ]
    code, said = smc_train(*watches, "model=xgboost", "model.n_estimators=5")
    assert code == 0, said
    (folder,) = list_runs("outputs")
    warnings = [each for each in load_run(folder).record["warnings"] if "sentence" in each]
    failed = {each["watch"]: each for each in warnings if each["reason"] == "watch_failed"}
    assert failed.keys() == {"Watch", "Clerk", "Unplain", "Uncopied"}
    place = f"(own_parts.py, line {LINE}) raised KeyError: 'oops'"
    assert failed["Watch"]["sentence"].startswith(f"Watch.observe {place}")
    assert failed["Uncopied"]["sentence"].startswith(f"Uncopied.__deepcopy__ {place}")
    assert "a warning has `reason` and `sentence`" in failed["Unplain"]["sentence"]
    assert "Seen." in [each["sentence"] for each in warnings]
    for name in failed:
        assert f"{name} looked no further here" in said


def test_a_tracker_is_named(smc_train):
    code, said = smc_train("+tracker.trackers.mine._target_=own_parts.Tracker")
    assert code == 2
    assert f"Tracker was not told (Tracker.log (own_parts.py, line {LINE}) raised KeyError" in said


def test_show_prints_the_traceback_with_ones_own_lines_marked(smc_train, tmp_path, capsys):
    smc_train("labels._target_=own_parts.Label")
    run_id, _ = status_of(tmp_path)
    with pytest.raises(SystemExit) as caught:
        show.main([run_id[:6]])
    printed = capsys.readouterr()
    assert caught.value.code == 2
    assert f"run {run_id} failed: Label.compute (own_parts.py, line {LINE})" in printed.err
    marked = [line for line in printed.out.splitlines() if line.startswith(">")]
    assert [line.partition("own_parts.py")[2] for line in marked if "File" in line] == [
        f'", line {line_of("def compute(self, *_): helper()")}, in compute',
        f'", line {LINE}, in helper',
    ]
    assert any('raise KeyError("oops")' in line for line in marked)
    assert "Your own code was at work: Label.compute, own_parts.py line" in printed.out
    assert "  KeyError: 'oops'" in printed.out
    assert "\\n" not in printed.out


def test_who_calls_smc_is_no_culprit():
    with pytest.raises(KeyError) as caught:
        {}["nothing"]
    assert culprit_of(caught.value) is None
    assert described(caught.value) == "KeyError: 'nothing'"
    assert is_installed(__import__("pathlib").Path(pytest.__file__))
