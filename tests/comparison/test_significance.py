"""How far figures move when nothing but the seed changes."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from smc.comparison import significance
from smc.comparison.significance import _with_seed, seed_noise


def test_two_seeds_say_nothing():
    assert seed_noise([0.5, 0.6], [0.5, 0.6, 0.7]) is None


@pytest.mark.parametrize("second", [0.01, 0.03])
def test_at_least_ninety_five_of_a_hundred_other_pairs_of_seeds_stay_within_the_limit(second):
    rng = np.random.default_rng(0)
    seeds = rng.normal(0.6, [0.01, second], size=(4000, 5, 2))
    pair = rng.normal(0.6, [0.01, second], size=(4000, 2))
    limits = [seed_noise(each[:, 0], each[:, 1]).limit for each in seeds]
    assert 0.945 < np.mean(np.abs(pair[:, 0] - pair[:, 1]) <= limits) < 0.985


def test_only_seeds_that_follow_the_seed_of_the_run_are_replaced():
    config = {
        "seed": 0,
        "model": {"seed": 0, "C": 1.0},
        "evaluation": {"seed": 0},
        "data": {"seed": 0},
    }
    sources = {
        "seed": "train.yaml", "model.seed": "train.yaml", "evaluation.seed": "evaluation/default.yaml",
        "data.seed": "train.yaml",
    }  # fmt: skip
    assert _with_seed(config, 7, sources) == {
        "seed": 7,
        "model": {"seed": 7, "C": 1.0},
        "evaluation": {"seed": 0},
        "data": {"seed": 0},
    }


def test_runs_of_the_same_hashes_are_repeats_and_no_other_is_parsed(tmp_path, monkeypatch):
    hashes = {"seedless_hash": "aa", "trial_hash": None, "data_hash": "dd", "code_version": "cc"}
    records = {
        "r0": {**hashes, "seed": 3},
        "r1": {**hashes, "seed": 1},
        "r2": {**hashes, "data_hash": "other", "note": "dd"},
        "r3": {**hashes, "data_hash": "other"},
        "r4": {**hashes, "trial_hash": "tt"},
    }
    for name, record in records.items():
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        (folder / "MANIFEST.json").touch()
        (folder / "run.json").write_text(json.dumps(record))
    (tmp_path / "runs" / "r5").mkdir()
    (tmp_path / "runs" / "r5" / "MANIFEST.json").touch()
    parsed, parse_json = [], significance.parse_json
    monkeypatch.setattr(significance, "parse_json", lambda data: parsed.append(data) or parse_json(data))

    def run(folder):
        config = {"paths": {"output": str(tmp_path)}}
        return SimpleNamespace(run_id=folder.name, path=folder, record=records[folder.name], config=config)

    monkeypatch.setattr(significance, "load_run", run)
    found = significance.repeats(run(tmp_path / "runs" / "r0"), tmp_path)
    assert [repeat.run_id for repeat in found] == ["r1", "r0"]
    assert len(parsed) == 3, "r3 holds no hash of its data"
