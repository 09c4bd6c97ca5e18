"""What a node must have to carry out a job of a sweep."""

import dataclasses
import importlib.util
import os
from pathlib import Path

import pytest

from smc.errors import ConfigError
from smc.launcher import ray
from smc.launcher.cluster.connection import key, variables
from smc.launcher.cluster.order import Order


@pytest.fixture
def order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMC_ALLOW", "mine")
    return Order.from_here(Path("log"), n_threads=1, max_minutes=None)


def test_an_order_takes_the_sweeps_folder_and_settings_along(order, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir("/")
    assert order.enter() is None
    assert Path.cwd() == tmp_path
    assert order.environment["SMC_ALLOW"] == "mine"
    assert all(name.startswith("SMC_") for name in order.environment)


def test_a_node_with_other_versions_is_refused(order) -> None:
    changed = {**order.versions, "smc": "0", "pandas": "1.0"}
    other = dataclasses.replace(order, versions=changed)
    assert "has other versions of pandas, smc than the sweep: install the same there" in other.enter()


def test_a_node_without_the_sweeps_folder_is_refused(order) -> None:
    elsewhere = dataclasses.replace(order, folder="/no/such/folder")
    assert "nodes must share the file system" in elsewhere.enter()


def test_rays_own_start_has_a_new_key_each_time(monkeypatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    assert key()["RAY_AUTH_TOKEN"] != key()["RAY_AUTH_TOKEN"]
    with variables(key()):
        assert os.environ["RAY_AUTH_MODE"] == "token"
        assert len(os.environ["RAY_AUTH_TOKEN"]) == 64
    assert os.environ["RAY_AUTH_MODE"] == "disabled"
    assert "RAY_AUTH_TOKEN" not in os.environ


def test_a_missing_ray_says_how_to_install_it(monkeypatch) -> None:
    monkeypatch.setattr(ray, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"Ray is not installed: pip install 'smc\[ray\]'"):
        ray.Ray()


@pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="Ray is not installed")
@pytest.mark.parametrize("wrong", [{"num_cpus": 0}, {"retries": -1}, {"max_minutes": 0}])
def test_arguments_are_checked(wrong) -> None:
    with pytest.raises((ConfigError, ValueError), match=next(iter(wrong))):
        ray.Ray(**wrong)
