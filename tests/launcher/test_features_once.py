"""Two processes that need the same features at once: one computes them, the other waits and reads."""

import threading

import numpy as np

from smc import structure
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.features.cache import FeatureCache


def test_features_are_computed_once(bars, tmp_path, monkeypatch) -> None:
    features = instantiate(compose(["features=default"])["features"])
    computed, parts = [], structure.Machine.parts
    all_are_here = threading.Barrier(3)

    def slow_parts(machine, table):
        computed.append(threading.get_ident())
        return parts(machine, table)

    def compute(place: int) -> None:
        all_are_here.wait()
        found[place] = FeatureCache(tmp_path).compute(features, bars)

    monkeypatch.setattr(structure.Machine, "parts", slow_parts)
    found: dict[int, object] = {}
    threads = [threading.Thread(target=compute, args=(place,)) for place in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(computed) == 1
    assert all(np.array_equal(found[0], found[place], equal_nan=True) for place in (1, 2))
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".npy"]


def test_what_a_killed_process_held_is_free(bars, tmp_path) -> None:
    features = instantiate(compose(["features=default"])["features"])
    cache = FeatureCache(tmp_path)
    expected = cache.compute(features, bars)
    (rows,) = tmp_path.glob("*.npy")
    rows.with_suffix(".lock").touch()
    rows.unlink()
    assert cache.compute(features, bars).equals(expected)
