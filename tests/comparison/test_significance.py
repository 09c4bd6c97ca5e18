"""How far figures move when nothing but the seed changes."""

import numpy as np
import pytest

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
