"""What belongs to the code of one's own, and what that makes another trial."""

import sys
from pathlib import Path

import pytest

from smc.results import question_hash, run_id, trial_hash
from smc.results.own_code import own_code

CLASS = "class Mine:\n    pass\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write modules that can be imported, and forget them afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            if name.endswith("__package"):
                path = path.with_name("__init__.py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def config(**groups):
    return {"labels": {}, "events": {}, "side": "long", "seed": 0, **groups}


MINE = config(features={"_target_": "own_mine.Mine"})


@pytest.mark.parametrize(
    "line",
    [
        "import own_helper",
        "import own_helper as helper",
        "from own_helper import x",
        "def f():\n    import own_helper",
        "def f():\n    from own_helper import x",
        "try:\n    import own_helper\nexcept ImportError:\n    pass",
        "import importlib\nimportlib.import_module('own_helper')",
        "__import__('own_helper')",
    ],
)
def test_a_module_that_is_imported_anyhow_is_code_of_the_run(write, line: str) -> None:
    write(own_mine=f"{line}\n{CLASS}", own_helper="x = 1\n")
    assert list(own_code(MINE)) == ["own_helper", "own_mine"]
    before = trial_hash(MINE), run_id(MINE, data_hash="d", seed=0)
    write(own_helper="x = 2\n")
    after = trial_hash(MINE), run_id(MINE, data_hash="d", seed=0)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_imports_are_followed_to_their_ends_and_once(write) -> None:
    write(
        own_mine=f"import own_a, numpy, json, smc.metrics\n{CLASS}",
        own_a="import own_b\n",
        own_b="import own_a\nimport own_missing\n",
    )
    assert list(own_code(MINE)) == ["own_a", "own_b", "own_mine"]


def test_packages_with_and_without_init_and_relative_imports(write) -> None:
    write(
        own_pack__package="SIZE = 1\n",
        own_pack__sub__package="",
        own_pack__sub__mine=f"from . import near\nfrom ..far import x\nfrom own_space.part import y\n{CLASS}",
        own_pack__sub__near="",
        own_pack__far="x = 1\n",
        own_pack__unused="",
        own_space__part="import own_pack.plain.leaf\n",
        own_pack__plain__leaf="",
    )
    asked = config(model={"members": [{"_target_": "own_pack.sub.mine.Mine"}]})
    assert list(own_code(asked)) == [
        "own_pack", "own_pack.far", "own_pack.plain.leaf", "own_pack.sub", "own_pack.sub.mine", "own_pack.sub.near", "own_space.part"
    ]  # fmt: skip


def test_nothing_is_executed_to_find_it(write) -> None:
    write(own_mine=f"import own_pack.bomb\n{CLASS}", own_pack__package="1 / 0\n", own_pack__bomb="1 / 0\n")
    assert list(own_code(MINE)) == ["own_mine", "own_pack", "own_pack.bomb"]
    assert not {"own_mine", "own_pack", "own_pack.bomb"} & set(sys.modules)


def test_what_is_installed_is_a_matter_of_its_version(write) -> None:
    write(own_mine=f"import pandas, os, sklearn.linear_model, pytest\n{CLASS}")
    assert list(own_code(MINE)) == ["own_mine"]
    assert own_code({"_target_": "pytorch_lightning.callbacks.Timer"}) == {}
    assert "pluggy" not in own_code({"_target_": "pytest.Item"})
    assert "pytest" in own_code({"_target_": "pytest.Item"})  # installed, but named as one's own


def test_a_source_that_cannot_be_read_counts_by_its_content(write) -> None:
    write(own_mine="class Mine(:\n")
    (first,) = own_code(MINE).values()
    write(own_mine="class Mine(::\n")
    assert list(own_code(MINE).values()) != [first]


def test_a_class_without_a_file_counts_by_its_functions(monkeypatch) -> None:
    def hashed(body: str) -> dict[str, str]:
        module = type(sys)("own_notebook")
        exec(f"class Mine:\n    def compute(self):\n        return {body}\n", module.__dict__)
        monkeypatch.setitem(sys.modules, "own_notebook", module)
        return own_code({"_target_": "own_notebook.Mine"})

    assert hashed("1") == hashed("1") != hashed("2")


def test_a_trial_leaves_out_seeds_and_what_only_watches(write) -> None:
    write(own_mine=CLASS, own_tracker=CLASS)
    for other in ({"seed": 1}, {"tracker": {"trackers": {"t": {"_target_": "own_tracker.Mine"}}}}):
        assert trial_hash({**MINE, **other}) == trial_hash(MINE)
    assert trial_hash({**MINE, "side": "structure"}) != trial_hash(MINE)


def test_a_seed_of_ones_own_is_another_trial_unless_it_is_the_runs(write) -> None:
    write(own_mine=CLASS)

    def trial(seed: int, own: int, *, target: str = "own_mine.Mine") -> str:
        nested = {"inner": [{"seed": own}]}
        return trial_hash(config(seed=seed, aug={"_target_": target, **nested}))

    assert trial(0, 0) == trial(5, 5)
    assert trial(0, 0) != trial(0, 1)
    assert trial(0, 1) != trial(0, 2)
    assert trial(0, 1) == trial(7, 1)
    library = "smc.aug.smote.SMOTE"
    assert trial(0, 1, target=library) == trial(0, 2, target=library)


def test_a_question_is_labels_events_and_side(write) -> None:
    write(own_mine=CLASS, own_label=CLASS)
    asked = config(labels={"_target_": "own_label.Mine", "n_jobs": 1}, structure={"swing_size": 5})
    same = question_hash(asked)
    assert question_hash({**asked, "model": {"depth": 3}, "features": {"_target_": "own_mine.Mine"}}) == same
    assert question_hash({**asked, "structure": {"swing_size": 6}}) == same
    others = [
        {"side": "structure"},
        {"events": {"last": 5}},
        {"labels": {"_target_": "own_label.Mine", "horizon": 2}},
    ]
    changed = [question_hash({**asked, **other}) for other in others]
    by_structure = {**asked, "side": "structure", "structure": {"swing_size": 6}}
    assert len({same, *changed, question_hash(by_structure)}) == 5
    write(own_label=f"{CLASS}x = 1\n")
    assert question_hash(asked) != same
