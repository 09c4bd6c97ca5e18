"""What is written keeps its laws and serves in a run; each planted fault is found, and named with its place."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from smc.check import laws, main
from smc.parts.kinds import GROUPS
from smc.parts.laws import SERVES, laws_of

#: Kinds whose run is carried out each time; those of the others take a while.
QUICK = ("label", "sampler", "calibrator", "evaluation")
RUN = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in GROUPS]


def typed(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    return end.value.code


@pytest.mark.parametrize("kind", sorted(set(GROUPS) - {"callback"}))
def test_what_is_written_keeps_its_laws(kind: str, write) -> None:
    part = write(kind)
    asked = [law for law in laws(kind, part.target) if law.law is not SERVES]
    assert asked
    assert {str(law): law.broken() for law in asked if law.broken()} == {}


@pytest.mark.parametrize("kind", RUN)
def test_what_is_written_keeps_every_law_and_serves_in_a_run(kind: str, write, capsys) -> None:
    part = write(kind)
    assert typed(part.target) == 0
    told = capsys.readouterr().out
    assert f"all {len(laws_of(part.kind))} laws hold" in told
    assert "BROKEN" not in told
    assert {path.name for path in Path().iterdir()} <= {
        "conf", f"{part.name}.py", f"test_{part.name}.py", "my_part.jsonl", f"{part.name}.jsonl"
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", GROUPS)
def test_its_own_contract_test_and_its_training_command_work_as_they_are_told(kind: str, write) -> None:
    part = write(kind)
    for command in part.commands.values():
        words = command.replace("python ", f"{sys.executable} ", 1)
        env = {**os.environ, "SMC_LEDGER": str(Path("ledger.sqlite").resolve())}
        done = subprocess.run(words, shell=True, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


#: What is planted, by kind: text, what stands in its place, and words of the law that it breaks.
RETURN_ROWS = "return np.concatenate([rows, copies]), np.concatenate([labels, labels[copied]])"
ODDS = "return odds / odds.sum(axis=1, keepdims=True)"
PLACE = 'return pd.DataFrame({self.names[0]: 2 * (bars["close"] - low) / width - 1})'
BEYOND = 'return np.flatnonzero((bars["close"] > high) | (bars["close"] < low))'
MIXED = 'return (1 - self.map_["mix"]) * probability + self.map_["mix"] * np.array(self.map_["share"])'
BARS = "return check_bars(table, name=symbol)"
RET = "ret = side_return(side, held_ratio(bars, events, self.horizon))"
COST = "return Trading(bars, to_position, cost=(self.cost_bps + self.spread_bps / 2) * BASIS_POINT)"
FAULTS = {
    "feature": [
        (PLACE, "pass", "one row a bar"),
        (PLACE, PLACE.replace("2 *", "np.nan *").replace("np.nan", 'float("nan")'), "something known"),
        (PLACE, "return bars['close'].iloc[1:]", "one row a bar"),
        ("width = (high - low).where(high > low)", "width = 0.0 * high", "one row a bar"),
        ("rolling(self.window).max()", "rolling(self.window, center=True).max()", "uses bars <= t"),
        ("rolling(self.window).max()", "cummax()", "where the series began"),
        ('high = bars["high"]', 'bars["volume"] = 1.0; high = bars["high"]', "left as they are"),
        ("self.warm_up = window", "self.warm_up = 3", "where the series began"),
        (PLACE, f"self.kept = getattr(self, 'kept', bars['close']); {PLACE.replace('low)', 'self.kept)')}", "asked before"),
    ],
    "event": [
        (BEYOND, "pass", "it gives bar positions"),
        (BEYOND, BEYOND.replace("np.flatnonzero(", "np.array("), "it gives bar positions"),
        (BEYOND, f"{BEYOND}[::-1]", "it gives bar positions"),
        (BEYOND, "return np.array([], dtype=int)", "one at least"),
        (".shift(1)", ".shift(-9)", "depends on bars <= t"),
        ('high = bars["high"]', 'features["odd"] = 1.0; high = bars["high"]', "left as they are"),
        ("rolling(self.window).max().shift(1)", "mean()", "depends on bars <= t"),
    ],
    "label": [
        ("        return label_table(", "        label_table(", "it gives a table"),
        ("events[known] + self.horizon,", "events[known] + 1,", "`end` is the bar"),
        ("events[known] + self.horizon,", "events[known] + 3 * self.horizon,", "it gives a table"),
        (".astype(np.int64), ", "* 0.5, ", "it gives a table"),
        ('"ret": ret[known]}', '"ret": ret[known] * np.nan}', "it gives a table"),
        ("ret[known] > self.margin_bps / 10_000", "ret[known] > np.nanmedian(ret)", "bars behind `end`"),
        (RET, 'c = bars["close"].to_numpy(); ' + RET + "; k = ~np.isnan(ret); ret[k] = side[k] * (c[events[k] + self.horizon] / c[events[k]] - 1)", "next open"),
        ("> 0, 1.0, 0.0)", "> 0, 2.0, 0.0)", "lies in [-1, 1]"),
        ("return np.where(np.asarray(prediction)", "np.where(np.asarray(prediction)", "lies in [-1, 1]"),
        (RET, f"{RET}; side[:] = 1", "left as they are"),
    ],
    "splitter": [
        ("        return [\n", "        [\n", "as many folds"),
        ("return self.n_splits", "return self.n_splits + 1", "as many folds"),
        ("[test])", "[range(test.start, test.stop + 5)])", "as many folds"),
        ("self.gap_size = gap_size", "self.gap = gap_size", "as many folds"),
        ("    def windows(", "    def folds(self, spans):\n        from smc.cv.fold import Fold\n        return (Fold(str(k), np.arange(w.start, w.stop), np.arange(t[0].start, t[0].stop), 0) for k, (w, t) in enumerate(self.windows(len(spans))))\n\n    def windows(", "no training label"),
        ("    def windows(", "    def accounts(self, event, fold):\n        return event[:3]\n\n    def windows(", "no training label"),
    ],
    "selector": [
        ("        return self\n", "        pass\n", "of each column"),
        ("np.zeros(len(self.scores_), dtype=bool)", "np.zeros(2, dtype=bool)", "of each column"),
        ("= True", "= False", "keeps one"),
        ("self.share = share", "self.share = share + 0.1", "stored as they are"),
        ("np.abs(centred.T @ label)", "np.random.random(X.shape[1])", "same columns"),
        ("np.abs(centred.T @ label)", "np.arange(X.shape[1])", "where a column stands"),
        ("ranks = ", "X *= 2.0; ranks = ", "left as they are"),
    ],
    "sampler": [
        (RETURN_ROWS, "pass", "rows and labels of one length"),
        (RETURN_ROWS, "return np.concatenate([rows, copies]), labels", "rows and labels of one length"),
        ("copies = rows[copied]", "copies = np.nan * rows[copied]", "nothing missing"),
        ("labels[copied]])", "labels[copied] + 7])", "known classes"),
        ("self.noise = noise", "self.noise = 2 * noise", "stored as they are"),
        (RETURN_ROWS, "return np.concatenate([copies, rows]), np.concatenate([labels[copied], labels])", "come first"),
        ("self.origin_ =", "self.origin =", "which row it came from"),
        ("np.concatenate([np.arange(len(rows)), copied])", "copied", "which row it came from"),
        ("np.random.default_rng(self.seed)", "np.random", "the same rows give"),
        ("copied = np", "rows[:] = 0; copied = np", "what is given stays"),
    ],
    "model": [
        ("        return self\n", "        pass\n", "answers each row"),
        (ODDS, "return odds", "sum to 1"),
        (ODDS, "return odds[:, 0]", "answers each row"),
        (ODDS, f"{ODDS} * np.nan", "answers each row"),
        ("self.sharpness = sharpness", "self.sharp = sharpness", "answers each row"),
        ("self.sharpness = sharpness", "self.sharpness = 2 * sharpness", "stored as they are"),
        (ODDS, "return (odds / odds.sum(axis=1, keepdims=True))[:, ::-1]", "more than nothing"),
        ("X = validate_data(self, X, reset=False)", "X = validate_data(self, X, reset=False); X = X - X.mean(axis=0)", "by itself"),
        ("self.classes_ = np", "X = X + 0.1 * np.random.normal(size=X.shape); self.classes_ = np", "teach the same"),
        ("weight = np.ones", "X *= 2; weight = np.ones", "left as they are"),
        (", sample_weight: Any = None", "", "a weight a row"),
    ],
    "calibrator": [
        ('return {"mix"', '{"mix"', "sum to 1"),
        (MIXED, "pass", "sum to 1"),
        (MIXED, "return probability[:, 0]", "sum to 1"),
        (MIXED, "return probability - probability.mean(axis=0)", "sum to 1"),
        ("share.tolist()", "share", "plain data"),
        (MIXED, f"{MIXED} + probability.max(axis=0)", "by itself"),
        ("rows, steps =", "share = np.random.dirichlet(share + 1); rows, steps =", "teach the same"),
        ("rows, steps =", "probability *= 0.5; rows, steps =", "what is given stays"),
    ],
    "watch": [
        ("return warning(\n", "return str(\n", "None or a warning"),
        ("        if progress.train_loss is None:\n            return None\n", "", "None or a warning"),
        ("value=move,", "value=move, threshold_=1,", "None or a warning"),
        ("if len(self.losses) <= self.patience or", "type(self).n = getattr(self, 'n', 0) + 1\n        if self.n < 90 or", "from scratch"),
        ("move = max", "import numpy; numpy.random.random(); move = max", "random number"),
        ("self.losses: list[float] = []", "pass", "None or a warning"),
    ],
    "run_watch": [
        ('(record.get("val_metrics") or {})', 'record["val_metrics"]', "part of the record is None"),
        ("yield warning(", "return warning(", "warnings in plain data"),
        ('skill = (record', 'record["seen"] = True; skill = (record', "the record stays"),
    ],
    "tracker": [
        ('run.record["out_of_fold_metrics"]', 'run.record["oof"]', "reports a finished run"),
        ("Path(self.path)", "(run.path / 'note')", "reports a finished run"),
    ],
    "source": [
        (BARS, "check_bars(table, name=symbol)", "break no rule"),
        (BARS, "return table.tz_localize(None)", "break no rule"),
        (BARS, "return table[::-1]", "break no rule"),
        (BARS, "return table.astype('float32')", "break no rule"),
        (BARS, "return table.assign(low=table['high'] * 2)", "break no rule"),
        ('return ["WALK1", "WALK2"]', 'return "WALK1"', "symbols by name"),
        ("np.random.default_rng([self.seed, self.symbols().index(symbol)])", "np.random.default_rng()", "the same bars"),
        ("if symbol not in self.symbols()", "symbol = symbol if symbol in self.symbols() else 'WALK1'\n        if False", "not there is refused"),
    ],
    "evaluation": [
        ("    def trading", "    def compute(self, *given):\n        return None\n\n    def trading", "record of plain data"),
        ("    def trading", "    def compute(self, *given):\n        self.test = 'recorded'\n        scores = super().compute(*given)\n        self.test = 'sealed'\n        return scores\n\n    def trading", "sealed test part"),
        (COST, COST.replace("(self.cost", "-(self.cost"), "no gain"),
        ("    def trading", "    def compute(self, predictions, *given):\n        predictions['label'] = 1\n        return super().compute(predictions, *given)\n\n    def trading", "what is given stays"),
    ],
}  # fmt: skip
PLANTED = [(kind, number) for kind, faults in FAULTS.items() for number in range(len(faults))]


@pytest.mark.parametrize(("kind", "number"), PLANTED)
def test_a_planted_fault_is_found_and_named_with_its_place(kind: str, number: int, write) -> None:
    old, new, words = FAULTS[kind][number]
    part = write(kind, old, new)
    source = Path(f"{part.name}.py")
    if "np." in new and "import numpy" not in source.read_text():
        source.write_text(f"import numpy as np\n{source.read_text()}")
    asked = [law for law in laws(kind, part.target) if law.law is not SERVES]
    broken = {str(law): law.broken() for law in asked}
    found = {sentence: why for sentence, why in broken.items() if why}
    assert any(words in sentence for sentence in found), found or "no law is broken"
    for why in found.values():
        assert f"{part.class_name}." in why[0]
        assert f"({part.name}.py, line " in why[0]


def test_every_kind_has_its_planted_faults() -> None:
    """A callback of Lightning is asked in a run alone."""
    assert set(FAULTS) == set(GROUPS) - {"callback"}
    assert all(len(faults) > 1 for faults in FAULTS.values())


def test_a_part_that_breaks_a_law_is_told_in_a_table_and_ends_with_2(write, capsys) -> None:
    part = write("feature", "rolling(self.window).max()", "rolling(self.window, center=True).max()")
    assert typed(part.target, "--no-run") == 2
    told = " ".join(capsys.readouterr().out.split())
    assert "own_feature.OwnFeature, a feature: 2 of 6 laws broken" in told
    assert "OwnFeature.compute (own_feature.py, line" in told
    assert "Remedy: use shift(n) with n > 0" in told


def test_after_a_broken_first_law_no_other_is_asked(write, capsys) -> None:
    part = write("event", BEYOND, "pass")
    assert typed(part.target) == 2
    assert "1 of 5 laws broken, 4 not asked before that is mended" in " ".join(
        capsys.readouterr().out.split()
    )


@pytest.mark.parametrize(
    ("old", "new", "words", "told"),
    [
        ("import numpy as np", "import numpyy as np", [], "cannot be imported: <module> (own_label.py, line 5)"),
        ("def compute(", "def compute((", [], "SyntaxError"),
        (", side: np.ndarray)", ")", [], "it lacks compute(bars, events, side) (OwnLabel.compute takes bars, events, own_label.py"),
        ("", "", ["horizn=3"], "horizn: no such argument of OwnLabel; did you mean horizon?"),
        ("", "", ["horizon=three"], "horizon: must be int, got 'three'"),
        ("", "", ["horizon=0"], "`horizon` must be at least 1, got 0"),
        ("", "", ["horizon"], "an argument is written name=value, got 'horizon'"),
        ("", "", ["--kind", "lable"], "lable: no such kind of part; did you mean label?"),
        ("", "", ["--kind", "event"], "own_label.OwnLabel is no event, it lacks compute(bars, features)"),
        ("", "", ["--bars", "none.csv"], "--bars: "),
    ],
)  # fmt: skip
def test_what_is_wrong_before_any_law_is_one_line(old, new, words, told, write, capsys) -> None:  # noqa: PLR0917
    part = write("label", old, new)
    assert typed(part.target, *words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert told in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name the class: python -m smc.check my_labels.MyLabel"),
        (("mine",), "mine: name module and class, as my_labels.MyLabel"),
        (("no_such_module.Mine",), "`no_such_module.Mine` cannot be imported"),
        (("--contract", "nothing"), "nothing: no such kind of part"),
    ],
)
def test_what_is_no_class_is_one_line(words, told, capsys) -> None:
    assert typed(*words) == 2
    assert told in capsys.readouterr().err


def test_a_contract_is_printed(capsys) -> None:
    assert typed("--contract", "label") == 0
    told = capsys.readouterr().out
    assert told.startswith("label (in a configuration: labels)")
    assert "`end` is the bar at which the answer is known" in told


def test_bars_of_a_file_are_tried_on(write, bars, capsys) -> None:
    part = write("event")
    bars.reset_index().to_csv("bars.csv", index=False)
    assert typed(part.target, "--bars", "bars.csv", "--no-run") == 0
    bars.iloc[0, bars.columns.get_loc("low")] = 1e9
    bars.to_parquet("bad.parquet")
    assert typed(part.target, "--bars", "bad.parquet") == 2
    assert "bad.parquet, row 1" in capsys.readouterr().err


def test_an_argument_is_taken_and_nothing_is_left_of_the_asking(write, monkeypatch, own_ledger) -> None:
    part = write("label")
    np.random.seed(7)
    before = json.dumps(np.random.get_state()[1].tolist())
    assert typed(part.target, "horizon=3", "margin_bps=2") == 0
    assert json.dumps(np.random.get_state()[1].tolist()) == before
    assert not own_ledger.exists()
    assert not Path("outputs").exists()
