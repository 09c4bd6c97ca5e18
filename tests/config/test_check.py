"""Every mismatch of a configuration is found before anything is built."""

import sys
import types
from typing import Any, Literal

import pytest

from smc.config.annotations import matches_type
from smc.config.check import check_config
from smc.config.instantiate import instantiate, locate
from smc.config.interface import INTERFACES
from smc.errors import ConfigError


class AnyGroup:
    """Offers what any group asks for."""

    task = "classification"
    horizon, names, warm_up = 1, (), 0
    learns = is_on = decides = False
    stable_std, overfitting_gap = 0.05, 0.15
    scope = "first_block"
    objectives, constraints = (), {}

    def problems(self, space, task):
        return ()

    def symbols(self): ...
    def load(self, symbol): ...
    def trading(self, bars, to_position): ...
    def compute(self, *args): ...
    def position(self, prediction): ...
    def split(self, X, y, groups): ...
    def get_n_splits(self): ...
    def fit_resample(self, X, y): ...
    def fit(self, X, y, sample_weight=None, returns=None): ...
    def get_support(self): ...
    def transform(self, probability): ...
    def decide(self, probability): ...
    def predict(self, X): ...
    def start(self, registration, bars, list_name): ...
    def scored(self, run_id): ...
    def finish(self, run_id, evidence, tests, digest): ...
    def end(self, run_id, status, reason): ...
    def audited(self, code, subject, passed, problems): ...
    def audit_of(self, code): ...
    def reap(self, output, state, host): ...
    def abstains(self, probability): ...
    def decision_columns(self): ...
    def get_fitted(self): ...
    def set_fitted(self, fitted): ...
    def set_params(self, **params): ...
    def find(self, space, start, ask, n_folds, on_progress): ...
    def get_params(self):
        return {"task": self.task}


class Toy(AnyGroup):
    def __init__(
        self,
        n_splits: int = 5,
        *,
        size: int | None = None,
        mode: Literal["a", "b"] = "a",
        rate: float = 0.1,
        task: str = "classification",
    ):
        if n_splits < 1:
            raise ValueError(f"`n_splits` must be positive, got {n_splits}")
        self.n_splits, self.size, self.mode, self.rate, self.task = n_splits, size, mode, rate, task


class Bare:
    def get_n_splits(self, X, y, much_more): ...
    def fit(self, X): ...


class Silent:
    def compute(self, bars, events, side): ...
    def position(self, prediction): ...

    task = "classification"


class Needy(AnyGroup):
    def __init__(self, root: str, child: Any = None):
        self.root, self.child = root, child


@pytest.fixture(autouse=True)
def toy_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("toy_options")
    for cls in (Toy, Needy, Bare, Silent):
        monkeypatch.setattr(cls, "__module__", "toy_options")
        setattr(module, cls.__name__, cls)
    module.os_system = __import__("os").system  # type: ignore[attr-defined]
    module.Path = __import__("pathlib").Path  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_options", module)
    monkeypatch.setenv("SMC_ALLOW", "toy_options")


def root(**changes: Any) -> dict[str, Any]:
    toy = {"_target_": "toy_options.Toy"}
    config = {
        **{group: dict(toy) for group in INTERFACES if group != "ledger"},
        "reg": {},
        "space": {},
        "monitor": {"watches": {}, "webhook": None, "learning_curve": False},
        "tracker": {"trackers": {}},
        "ledger": dict(toy),
        "trainer": {"device": "cpu", "devices": 1, "precision": "32", "n_threads": 1, "callbacks": {}},
        "run": {"name": None, "tags": [], "note": None},
        "structure": {"swing_size": 5, "max_age": 500, "min_gap_atr": 0.1, "pool_tolerance_atr": 0.25},
        "split": {"test_frac": 0.2, "val_frac": 0.25, "gap_size": 0, "min_train_size": 30},
        "paths": {"output": "outputs", "min_free_mb": 200.0},
        "symbol": None,
        "side": "structure",
        "sample_weight": "uniqueness",
        "final": "refit",
        "retry": "none",
        "bad_jobs": "refuse",
        "explain": "none",
        "keep_bars": True,
        "seed": 0,
    }
    return {**config, **changes}


def test_a_right_configuration_passes() -> None:
    check_config(root())


TOY = {"_target_": "toy_options.Toy"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cv": {**TOY, "_partial_": True}}, r"cv\._partial_: a run needs the splitter itself, no partial"),
        ({"cv": {}}, r"cv\._target_: missing; it names the class of the splitter, such as one of smc\.cv"),
        (
            {"cv": {"_target_": "toy_options.Bare"}},
            r"^cv: Bare is no splitter, it lacks split\(X, y, groups\), get_n",
        ),
        (
            {"model": {"_target_": "toy_options.Bare"}},
            r"^model: Bare is no estimator, it lacks .*, get_params\(\)$",
        ),
        (
            {"labels": {"_target_": "toy_options.Silent"}},
            r"^labels: .* of Silent needs the attribute `horizon`$",
        ),
        ({"labels": {**TOY, "task": "ranking"}}, r"labels\.task: must be one of classification, regression"),
        (
            {"monitor": {"watches": {"mine": {"max": 1}}, "webhook": None, "learning_curve": False}},
            r"monitor\.watches\.mine: must be null or name a class in `_target_`",
        ),
        ({"cv": {**TOY, "n_splits": 0}}, r"^cv: `n_splits` must be positive, got 0$"),
        ({"cv": {**TOY, "rate": float("inf")}}, r"^cv\.rate: must be finite, got inf$"),
        ({"seed": -1}, r"^seed: must lie between 0 and 4294967295, got -1$"),
        (
            {"cv": {"_target_": "toy_options.Needy", "root": "x", "child": {"seed": 2**32}}},
            r"^cv\.child\.seed: must lie",
        ),
        (
            {"cv": {"_target_": "toy_options.Toy", "n_split": 3}},
            r"cv\.n_split: no such argument of Toy; did you mean n_splits\?",
        ),
        ({"cv": {"_target_": "toy_options.Toy", "n_splits": "64"}}, r"cv\.n_splits: must be int, got '64'"),
        ({"cv": {"_target_": "toy_options.Toy", "n_splits": True}}, r"cv\.n_splits: must be int, got True"),
        ({"cv": {"_target_": "toy_options.Toy", "mode": "c"}}, r"cv\.mode: must be one of a, b, got 'c'"),
        (
            {
                "cv": {
                    "_target_": "toy_options.Needy",
                    "root": "x",
                    "child": {**TOY, "_partial_": True, "n_split": 3},
                }
            },
            r"cv\.child\.n_split: no such argument",
        ),
        ({"cv": {"_target_": "toy_options.Needy"}}, r"cv\.root: missing, and Needy needs it"),
        ({"cv": {"_target_": "toy_options.Needy", "root": "???"}}, r"cv\.root: a value is needed"),
        ({"cv": {"_target_": "toy_options.Toys"}}, r"cv: `toy_options` has no `Toys`; did you mean Toy\?"),
        ({"typo": 1}, r"typo: no such key"),
        ({"seeed": 1}, r"seeed: no such key; did you mean seed\?"),
        ({"seed": "0"}, r"seed: must be int, got '0'"),
        ({"side": "short"}, r"side: must be one of structure, long, got 'short'"),
        (
            {"split": {"test_frac": 1.2, "val_frac": 0.25, "gap_size": 0, "min_train_size": 30}},
            r"split: `test_frac` must lie between 0 and 1",
        ),
        ({"split": {"test_frac": 0.2, "val_frac": 0.25, "gap_size": 0}}, r"split\.min_train_size: missing"),
        (
            {"trainer": {"device": "gpu", "devices": 1, "precision": "32", "n_threads": 1, "callbacks": {}}},
            r"trainer\.device: must be one of cpu",
        ),
        ({"reg": {"toy": {"n_split": 3}}}, r"reg\.toy\.n_split: no such argument of Toy"),
    ],
)
def test_a_mismatch_is_named_with_its_path(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_config(root(**changes), "toy")


def test_nested_targets_are_checked_and_all_mismatches_come_together() -> None:
    nested = {
        "_target_": "toy_options.Needy",
        "root": 5,
        "child": {"_target_": "toy_options.Toy", "rate": "fast"},
    }
    with pytest.raises(ConfigError) as caught:
        check_config(root(cv=nested, seed=None))
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["seed", "cv.root", "cv.child.rate"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("os.system", "outside the modules"),
        ("builtins.eval", "outside the modules"),
        ("subprocess.Popen", "outside the modules"),
        ("toy_options.os_system", "is no class"),
        ("toy_options.Path", "defined in `pathlib"),
        ("smc.config.instantiate.importlib", "is no class"),
        ("smcx.evil.Thing", "outside the modules"),
        ("smc.no_such.Thing", "cannot be imported"),
        ("Toy", "dotted path"),
        (5, "dotted path"),
    ],
)
def test_a_target_outside_the_allow_list_is_refused(target: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        locate(target)


def test_a_nested_forbidden_target_is_refused_before_anything_is_built(tmp_path) -> None:
    marker = tmp_path / "executed"
    evil = {"_target_": "os.system", "command": f"touch {marker}"}
    with pytest.raises(ConfigError, match="outside the modules"):
        instantiate({"_target_": "toy_options.Needy", "root": "x", "child": [{"deep": evil}]})
    assert not marker.exists()


def test_a_constructor_refusal_names_the_path() -> None:
    with pytest.raises(ConfigError, match=r"cv: `n_splits` must be positive, got 0"):
        instantiate({"_target_": "toy_options.Toy", "n_splits": 0}, "cv")


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (1, int, True),
        (1.0, int, False),
        (1, float, True),
        ("1", float, False),
        (None, int | None, True),
        ([1, 2], list[int], True),
        ([1, "2"], list[int], False),
        ([1, 2], int | list[int], True),
        ({"a": 1.5}, float | dict[str, float], True),
        ({"a": "x"}, float | dict[str, float], False),
        ("x", Any, True),
        (False, Literal[0], False),
    ],
)
def test_matches_type(value: Any, hint: Any, expected: bool) -> None:
    assert matches_type(value, hint) is expected
