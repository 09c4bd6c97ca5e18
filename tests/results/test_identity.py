"""What changes a run's id, and what does not."""

import copy

import pytest

from smc.config.compose import compose
from smc.errors import ConfigError
from smc.fingerprint import code_version
from smc.results import config_hash, identity, run_id, seedless_hash

CONFIG = {
    "data": {"_target_": "smc.data.files.Files", "root": "bars", "seed": 3},
    "model": {"_target_": "smc.model.xgboost.XGBoost", "max_depth": 3, "seed": 0, "n_jobs": 1},
    "members": [{"depth": 3, "seed": 0, "n_jobs": 1}],
    "trainer": {"device": "cpu", "n_threads": 1},
    "monitor": {"timeout": 10},
    "tracker": {},
    "ledger": {"url": "sqlite:///outputs/ledger.sqlite"},
    "paths": {"output": "outputs"},
    "retry": "none",
    "seed": 0,
}


def changed(dotted, value):
    config = copy.deepcopy(CONFIG)
    *parents, last = dotted.split(".")
    node = config
    for key in parents:
        node = node[int(key)] if isinstance(node, list) else node.setdefault(key, {})
    node[last] = value
    return config


def name(config=CONFIG, *, data_hash="d", seed=0):
    return run_id(config, data_hash=data_hash, seed=seed)


@pytest.mark.parametrize(
    "dotted",
    [
        "data.root",
        "model.n_jobs",
        "members.0.n_jobs",
        "model.device",
        "trainer.n_threads",
        "trainer.devices",
        "monitor.timeout",
        "tracker.url",
        "ledger.url",
        "paths.output",
        "retry",
        "hydra.job",
        "launcher.n",
    ],
)
def test_where_and_how_a_run_is_carried_out_is_no_part_of_it(dotted):
    assert name(changed(dotted, "other")) == name()
    assert config_hash(changed(dotted, "other")) == config_hash(CONFIG)


@pytest.mark.parametrize(
    "dotted",
    [
        "data._target_",
        "model.max_depth",
        "model.devices",
        "members.0.depth",
        "members.0.devices",
        "model.new",
        "new",
    ],
)
def test_what_a_run_computes_is_part_of_it(dotted):
    assert name(changed(dotted, "other")) != name()
    assert config_hash(changed(dotted, "other")) != config_hash(CONFIG)
    assert seedless_hash(changed(dotted, "other")) != seedless_hash(CONFIG)


def test_numbers_of_another_type_are_another_config():
    assert len({name(changed("model.max_depth", value)) for value in (3, 3.0, "3", True, None)}) == 5


def test_data_seed_code_and_packages_are_part_of_a_run(monkeypatch):
    ids = {name(), name(data_hash="e"), name(seed=1)}
    monkeypatch.setattr(identity, "code_version", lambda: "other")
    ids.add(name())
    monkeypatch.setattr(identity, "package_versions", lambda config: {"numpy": "0"})
    ids.add(name())
    assert len(ids) == 5
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in ids)


def test_data_that_could_not_be_loaded_is_told_apart_by_its_place():
    assert name(data_hash=None) != name(changed("data.root", "other"), data_hash=None)
    assert name(data_hash=None) != name()


def test_the_order_of_keys_does_not_matter():
    assert name(dict(reversed(CONFIG.items()))) == name()


def test_seeds_of_one_config_share_its_seedless_hash_but_not_the_seed_of_a_market():
    for dotted in ("seed", "model.seed", "members.0.seed"):
        assert seedless_hash(changed(dotted, 7)) == seedless_hash(CONFIG)
        assert config_hash(changed(dotted, 7)) != config_hash(CONFIG)
    assert seedless_hash(changed("data.seed", 7)) != seedless_hash(CONFIG)


def test_a_sealed_run_is_a_run_of_its_own_but_no_further_trial():
    sealed, recorded = (
        changed("evaluation", {"test": test, "cost_bps": 1.0}) for test in ("sealed", "recorded")
    )
    assert name(sealed) != name(recorded)
    assert seedless_hash(sealed) == seedless_hash(recorded)
    dearer = changed("evaluation", {"test": "sealed", "cost_bps": 2.0})
    assert seedless_hash(dearer) != seedless_hash(sealed)


def test_the_seed_of_a_splitter_makes_other_folds_and_is_no_repeat():
    one, two = (
        {**CONFIG, "cv": {"_target_": "smc.cv.monte_carlo.MonteCarlo", "seed": seed}} for seed in (0, 1)
    )
    assert seedless_hash(one) != seedless_hash(two)


def test_the_config_is_not_touched():
    before = copy.deepcopy(CONFIG)
    name()
    seedless_hash(CONFIG)
    assert before == CONFIG


@pytest.mark.parametrize("value", [object(), {1, 2}, {"a": 1, 2: 3}])
def test_a_config_that_is_no_plain_data_is_refused(value):
    with pytest.raises(ConfigError, match="a resolved config is plain data, of text keys"):
        name(changed("model.odd", value))


def test_a_network_on_two_devices_is_another_run_and_trees_are_the_same():
    one, two = (
        {model: compose([f"model={model}", f"trainer.devices={n}"]) for model in ("mlp", "lstm", "xgboost")}
        for n in (1, 2)
    )
    assert [config_hash(one[model]) == config_hash(two[model]) for model in one] == [False, False, True]


def test_the_code_of_a_file_that_is_not_there_is_no_hash():
    assert code_version("structure") != code_version()
    with pytest.raises(FileNotFoundError, match=r"smc has no structure/nowhere\.py"):
        code_version("structure/nowhere.py")


#: Root keys that say where, how fast and how loudly a run is carried out, and those whose values stand where
#: they are read.
NO_MATTER = {
    *("hydra", "paths", "ledger", "launcher", "monitor", "tracker", "trainer"),
    *("retry", "bad_jobs", "keep_bars", "explain", "reg", "structure", "run"),
    "space",  # where a search would look that is off
}


def test_every_root_key_but_these_makes_another_run():
    config = compose([])
    own = run_id(config, data_hash="d", seed=0)
    other = {key for key in config if run_id({**config, key: "another"}, data_hash="d", seed=0) != own}
    assert other == config.keys() - NO_MATTER
    assert {"sample_weight", "final", "split", "cv", "model"} < other
