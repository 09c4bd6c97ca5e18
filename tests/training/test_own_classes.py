"""A class of one's own that leaks is named at its first use; the run goes on, and its record says it."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smc import api
from smc.config.compose import compose
from smc.laws.fresh import fresh_modules
from smc.results import kept_laws, opened_files
from smc.results.record import OwnClass
from smc.training import own_classes
from smc.training.components import Components
from smc.training.own_classes import OwnClasses, keep_audit
from smc.training.own_laws import OwnPart
from smc.training.prepare import PreparedData, load_bars, prepare
from smc.trials import Ledger

FAST = (
    *(
        "data=simulated",
        "data.n_bars=1800",
        "symbol=S01",
        "features=daily",
        "events.last=150",
        "cv.n_splits=2",
    ),
    *("model=logistic", "reg=baseline", "aug=none", "monitor=none", "keep_bars=false", "labels=direction"),
)
FAMILY = """
import numpy as np, pandas as pd
KEPT = {}

class Mine:
    names, warm_up = ["mine"], 60
    def __init__(self, size=21): self.size = size
    def compute(self, bars):
        change = bars["close"].pct_change()
"""
LABEL = """
import numpy as np, pandas as pd
from smc.labels.direction import Direction

class Mine(Direction):
    def compute(self, bars, events, side):
        table = super().compute(bars, events, side)
"""
EVENTS = """
import numpy as np, pandas as pd

class Mine:
    def __init__(self, last=None): self.last = last
    def compute(self, bars, features):
        change = bars["close"].pct_change()
"""
CV = """
import numpy as np
from smc.cv.expanding import Expanding
from smc.cv.monte_carlo import MonteCarlo

class Mine(MonteCarlo):
"""
KEPT_WHOLE = """
        if "all" not in KEPT:
            KEPT["all"] = change.rolling(21, center=True, min_periods=1).mean()
        return KEPT["all"].reindex(bars.index)
"""
BY_INSTANCE = """
        if not hasattr(self, "kept"):
            self.kept = change.rolling(21, center=True, min_periods=1).mean()
        return self.kept.reindex(bars.index)
"""

#: What is planted: group, source, and words that name the law.
LEAKS = {
    "a centred mean": ("features", f"{FAMILY}        return change.rolling(21, center=True).mean()", "future"),
    "the next change": ("features", f"{FAMILY}        return change.shift(-1)", "future"),
    "a mean of all": ("features", f"{FAMILY}        return change - change.mean()", "future"),
    "kept in the module": ("features", f"{FAMILY}{KEPT_WHOLE}", "memory"),
    "kept in the object": ("features", f"{FAMILY}{BY_INSTANCE}", "memory"),
    "a long memory": ("features", f"{FAMILY}        return change.cumsum()", "warm_up"),
    "bars written into": ("features", f"{FAMILY}        bars['volume'] = 1.0\n        return change", "writes into the bars"),
    "an error on other bars": (
        "features",
        f"{FAMILY}        if len(bars) < 1000: raise KeyError('odd')\n        return change",
        "could not be tried: Mine.compute (own_part.py, line 10) raised KeyError",
    ),
    "end at the start, five bars ahead": ("labels", f"{LABEL}        return table.assign(end=table['start'])", "behind its span"),
    "the quantile of all": (
        "labels", f"{LABEL}        return table.assign(label=(table['ret'] > table['ret'].median()).astype(int))", "behind its span"
    ),
    "from the close before": (
        "labels",
        f"{LABEL}        close, at = bars['close'].to_numpy(), table.index.to_numpy()\n"
        "        return table.assign(ret=close[table['end']] / close[at] - 1)",
        "from the next open",
    ),
    "chosen by what followed": (
        "events",
        f"{EVENTS}        return np.flatnonzero(change.shift(-3).abs() > change.abs().rolling(50).mean())[: self.last]",
        "future",
    ),
    "chosen by the largest": ("events", f"{EVENTS}        return np.flatnonzero(change.abs() > change.abs().quantile(0.9))", "future"),
    "features to come": (
        "events", f"{EVENTS}        return np.flatnonzero(features['rsi14'].shift(-1) > features['rsi14'])", "future"
    ),
    "events kept in the module": (
        "events",
        f"{EVENTS}        ahead = np.flatnonzero(change.shift(-3) > change.abs().rolling(50).mean())\n"
        "        Mine.kept = getattr(Mine, 'kept', bars.index[ahead])\n"
        "        return np.flatnonzero(bars.index.isin(Mine.kept))",
        "memory",
    ),
    "labels kept in the module": (
        "labels",
        f"{LABEL}        ahead = table.assign(label=(table['ret'] > table['ret'].median()).astype(int))\n"
        "        Mine.kept = getattr(Mine, 'kept', ahead)\n"
        "        return table.assign(label=Mine.kept['label'].reindex(table.index).fillna(0).astype(int))",
        "asked for the bars",
    ),
    "fed otherwise": (
        "features",
        f"{FAMILY}        return change\n    def state(self): return Zero()\n"
        "class Zero:\n    def update(self, bar): return [0.0]",
        "fed bar by bar",
    ),
    "accounts that join": ("cv", f"{CV}    def accounts(self, event, fold):\n        return np.zeros_like(fold)", "accounts"),
}  # fmt: skip
CLEAN = {
    "a mean": ("features", f"{FAMILY}        return change.rolling(self.size).mean()"),
    "a cache by content": (
        "features",
        f"{FAMILY}        key = (len(bars), bars.to_numpy().tobytes())\n"
        "        return KEPT.setdefault(key, change.rolling(21).mean())",
    ),
    "a direction": ("labels", f"{LABEL}        return table"),
    "large moves": ("events", f"{EVENTS}        return np.flatnonzero(change.abs() > change.abs().rolling(50).mean())"),
    "paths": ("cv", f"{CV}    pass"),
}  # fmt: skip
PLACES = {
    "features": ("+features.families.mine._target_=own_part.Mine",),
    "labels": ("labels._target_=own_part.Mine",),
    "events": ("events=every", "~events.step", "events.last=null", "events._target_=own_part.Mine"),
    "cv": ("cv=monte_carlo", "cv.n_splits=2", "cv._target_=own_part.Mine"),
}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "own_part")

    def write(text: str) -> None:
        sys.modules.pop("own_part", None)
        (tmp_path / "own_part.py").write_text(text)
        importlib.invalidate_caches()

    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    yield write
    sys.dont_write_bytecode = before
    sys.modules.pop("own_part", None)


def config_for(group: str, *more: str) -> Any:
    overrides = list(FAST)
    if group == "cv":
        overrides.remove("cv.n_splits=2")
    if group == "events":
        overrides.remove("events.last=150")
    return compose([*overrides, *PLACES[group], *more])


def prepared_for(config: Any) -> PreparedData:
    components = Components.from_config(config)
    return prepare(components, load_bars(components, config), config, Path("outputs"))


def judged(group: str, *more: str, audit: list[str] | None = None) -> list[OwnClass]:
    """Judge the classes of a run as it does, without its fits; maybe audit it then."""
    config = config_for(group, *more)
    record: Any = {"warnings": []}
    with opened_files(config) as opened:
        prepared = prepared_for(config)
        OwnClasses.judged(config, prepared, Path("outputs"), Ledger(), lambda _: None).tell(record, opened)
        if audit is not None:
            keep_audit(config, opened, audit, Ledger())
    assert len(record["warnings"]) == sum(not row["passed"] for row in record["own_classes"])
    return record["own_classes"]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_class_that_leaks_is_named_with_its_law(leak: str, write: Callable[[str], None]) -> None:
    group, text, words = LEAKS[leak]
    write(text)
    (row,) = judged(group)
    assert not row["passed"]
    assert words in row["why"]
    assert (row["class"], row["by"]) == ("own_part.Mine", "laws")
    assert row["place"].startswith(group)


@pytest.mark.parametrize("name", CLEAN)
def test_a_class_that_keeps_its_laws_passes(name: str, write: Callable[[str], None]) -> None:
    group, text = CLEAN[name]
    write(text)
    (row,) = judged(group)
    assert row["why"] == ""
    assert row["passed"]


def test_the_same_code_is_asked_once_and_other_arguments_anew(
    write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def broken_laws(part: OwnPart, *_: object) -> list[str]:
        asked.append(part.name)
        return ["future: it looks ahead"]

    monkeypatch.setattr(own_classes, "broken_laws", broken_laws)
    write(f"{FAMILY}        return change")
    size = "+features.families.mine.size="
    assert judged("features", f"{size}5") == judged("features", f"{size}5")
    assert len(asked) == 1
    judged("features", f"{size}6")
    assert len(asked) == 2
    write(f"{FAMILY}        return change  # edited")
    judged("features", f"{size}6")
    assert len(asked) == 3
    monkeypatch.setattr(kept_laws, "laws_version", lambda: "other laws")
    judged("features", f"{size}6")
    assert len(asked) == 4


def test_laws_leave_no_trace_in_what_the_run_computes(write: Callable[[str], None]) -> None:
    write(
        f"{FAMILY}        np.random.normal()\n        KEPT['n'] = KEPT.get('n', 0) + 1\n        return change"
    )
    config = config_for("features")
    prepared = prepared_for(config)
    module = sys.modules["own_part"]
    before = module.KEPT["n"], np.random.get_state()[1].tolist(), np.random.get_state()[2]
    OwnClasses.judged(config, prepared, Path("outputs"), Ledger(), lambda _: None)
    assert sys.modules["own_part"] is module
    assert (module.KEPT["n"], np.random.get_state()[1].tolist(), np.random.get_state()[2]) == before


READS = {
    "when it is called": LABEL.replace("compute(self", "compute(self", 1) + "        pd.read_csv('levels.csv')\n        return table",
    "when it is imported": f"open('levels.csv').close()\n{LABEL}        return table",
    "when it is built": (
        f"{LABEL}        return table\n    def __init__(self, horizon=5):\n"
        "        super().__init__(horizon)\n        open('levels.csv').close()"
    ),
}  # fmt: skip


@pytest.mark.parametrize("when", READS)
def test_a_label_that_opens_a_file_waits_for_the_audit_of_that_file(
    when: str, write: Callable[[str], None]
) -> None:
    levels = Path("levels.csv")
    levels.write_text("level\n1\n")
    write(READS[when])
    (row,) = judged("labels")
    assert not row["passed"]
    assert (
        row["why"] == "it opens levels.csv, where no law can look: python -m smc.audit looks at the whole run"
    )

    judged("labels", audit=[])
    (cleared,) = judged("labels")
    assert (cleared["passed"], cleared["by"], cleared["why"]) == (True, "audit", "")
    levels.write_text("level\n2\n")
    assert not judged("labels", audit=["labels: it knows"])[0]["passed"]
    (refused,) = judged("labels")
    assert (refused["passed"], refused["by"], refused["why"]) == (False, "audit", "labels: it knows")


@pytest.mark.parametrize(
    ("group", "text", "name"),
    [
        ("features", f"import pyarrow.parquet\n{FAMILY}        return change", "pyarrow"),
        (
            "features",
            f"{FAMILY}        pd.read_parquet if len(bars) < 0 else 0\n        return change",
            "read_parquet",
        ),
        ("labels", f"{LABEL}        from subprocess import run\n        return table", "subprocess"),
    ],
)
def test_a_class_that_reads_past_the_audit_hook_waits_for_the_audit(
    group: str, text: str, name: str, write: Callable[[str], None]
) -> None:
    write(text)
    (row,) = judged(group)
    assert not row["passed"]
    assert (
        row["why"]
        == f"it uses {name}, which may read what no law sees: python -m smc.audit looks at the whole run"
    )


MODEL = """
from smc.model.logistic import Logistic

class Mine(Logistic):
    def fit(self, X, y, sample_weight=None):
        with open("answers.csv") as file:
            file.read()
        return super().fit(X, y, sample_weight=sample_weight)
"""
SAMPLER = """
from smc.aug.none import NoAugmentation

class Mine(NoAugmentation):
    def fit_resample(self, X, y):
        open("answers.csv").close()
        return super().fit_resample(X, y)
"""


@pytest.mark.parametrize(
    ("text", "override"),
    [(MODEL, "model._target_=own_part.Mine"), (SAMPLER, "aug._target_=own_part.Mine")],
)
def test_a_step_of_a_fit_that_opens_labels_is_named_in_the_run(
    text: str, override: str, write: Callable[[str], None]
) -> None:
    Path("answers.csv").write_text("1\n")
    write(text)
    run = api.train([*FAST, override])
    (row,) = run.record["own_classes"]
    assert (row["class"], row["passed"]) == ("own_part.Mine", False)
    assert "answers.csv" in row["why"]
    assert [file["path"] for file in run.record["own_files"]] == [str(Path("answers.csv").resolve())]
    (warning,) = [warning for warning in run.record["warnings"] if warning["reason"] == "own_class"]
    assert "own_part.Mine" in warning["sentence"]


def test_a_run_without_classes_of_ones_own_says_so_and_pays_nothing(write: Callable[[str], None]) -> None:
    config = compose(FAST)
    assert OwnClasses.judged(config, None, Path("outputs"), Ledger(), lambda _: None).parts == []  # type: ignore[arg-type]


def test_modules_of_a_package_are_put_back_where_they_were(
    write: Callable[[str], None], tmp_path: Path
) -> None:
    folder = tmp_path / "own_folder"  # without __init__.py, so that the package itself stays
    folder.mkdir()
    (folder / "part.py").write_text("x = 1\n")
    package, part = importlib.import_module("own_folder"), importlib.import_module("own_folder.part")
    try:
        with fresh_modules(["own_folder.part"]):
            assert importlib.import_module("own_folder.part") is not part
        assert sys.modules["own_folder.part"] is part
        assert package.part is part  # type: ignore[attr-defined]
    finally:
        del sys.modules["own_folder"], sys.modules["own_folder.part"]


def test_an_audit_is_an_event_of_the_ledger_and_no_file_of_the_cache(write: Callable[[str], None]) -> None:
    """A file that anyone may write, copy or keep from another machine clears no class."""
    write(LEAKS["from the close before"][1])
    judged("labels", audit=[])
    assert [row["by"] for row in judged("labels")] == ["audit"]
    assert Ledger().verify() == []
    shutil.rmtree(Path("outputs", "cache"))
    assert [row["by"] for row in judged("labels")] == ["audit"]
    for path in Path("outputs").rglob("*.json"):
        assert "audit" not in path.read_text()
