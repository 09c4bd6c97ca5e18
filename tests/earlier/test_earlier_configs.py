"""What an earlier version composed is composed today, under today's keys: the same values for every option."""

import gzip
import json
from pathlib import Path

import pytest

from smc.config.compose import compose
from smc.config.options import groups, options
from smc.config.saved_config import upgrade_config
from smc.results import config_hash, seedless_hash
from smc.results.plain import leaves

EARLIER = json.loads(gzip.decompress((Path(__file__).parent / "configs-0.1.0.json.gz").read_bytes()))

#: Key then -> key today.
RENAMED = {"calibrate.part_frac": "calibrate.calibration_frac"}
#: Arguments that the run sets, whatever stood there: last key -> the value that stood there.
LEFT_TO_THE_RUN = {"task": "auto", "positions": None}
#: Values of a profile that the model's YAML says, unless the profile does; the model's own are compared.
OF_MODEL = {"reg.mlp.hidden_dims", "reg.mlp.batch_size", "reg.mlp.max_epochs"}
OF_MODEL |= {"reg.random_forest.max_features"}
OF_MODEL |= {"reg.lstm.lookback", "reg.lstm.batch_size", "reg.lstm.max_epochs"}
#: What stood with the features alone, and is the root's today.
STRUCTURE = ("swing_size", "max_age", "min_gap_atr", "pool_tolerance_atr")


#: Options that make values up, which may be impossible ones if it is asked for, as it was then.
MAKE_UP = {"light", "adaptive", "aggressive", "smote"}


def composed(line, then):
    """Compose a line today, with what was the rule then."""
    option = then["aug"]["_target_"].split(".")[2]
    rules = ["evaluation.test=recorded", "reg.random_forest.max_features=sqrt"]
    rules += ["aug.keep_kinds=false"] if option in MAKE_UP else []
    if "cv=" not in line and then["cv"]["_target_"].endswith("WalkForward"):
        rules.append("cv=walk_forward")
    elif "cv=expanding" in line:
        rules += ["cv.n_splits=5", "cv.initial_train_size=null", "cv.min_initial_size=1"]
    return compose([*line.split(), *rules])


def as_today(config):
    """Map what was composed then to today's keys."""
    today = {RENAMED.get(path, path): value for path, value in leaves(config) if path not in OF_MODEL}
    today |= {f"structure.{name}": config["features"][name] for name in STRUCTURE}
    return {
        path: value
        for path, value in today.items()
        if not path.startswith(("ledger.", "monitor."))
        and LEFT_TO_THE_RUN.get(path.rpartition(".")[2], ...) != value
    }


def is_new(path, value):
    """Tell whether there was no such key, which changes nothing while it is empty, or off."""
    # who names, counts, watches computes nothing, nor does the profile of another model
    is_name = path.startswith(("run.", "ledger.", "monitor.", "reg.extra_trees.", "tune.", "space"))
    return is_name or (path.rpartition(".")[2], value) in (
        ("callbacks", {}),
        ("columns", None),
        ("stamps", None),
        ("keep_kinds", False),
        ("min_initial_size", 1),
    )


def test_every_option_of_then_is_composed():
    recorded = {text.partition(" ")[0] for text in EARLIER}
    for group in set(groups()) - {"hydra/launcher", "hydra/sweeper", "tune", "space"}:  # which are of later
        assert {f"{group}={option}" for option in options(group)} & recorded


@pytest.mark.parametrize("line", EARLIER, ids=lambda line: line.replace(" ", ",") or "default")
def test_the_same_values(line):
    then = EARLIER[line]
    today = composed(line, then)
    known = {path: value for path, value in leaves(today) if path not in OF_MODEL and not is_new(path, value)}
    assert known == as_today(then)
    upgraded, sentences = upgrade_config(then)
    assert not sentences
    assert config_hash(upgraded) == config_hash(today)
    assert seedless_hash(upgraded) == seedless_hash(today)
