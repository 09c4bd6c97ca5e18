"""Fits that ask for one thread of BLAS have it, of libraries loaded since too, without a search in every fit."""

import os
import subprocess
import sys

import numpy as np
import threadpoolctl

from smc.model.logistic import Logistic

SCRIPT = """
import numpy as np
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_info

from smc.model.mixture import Mixture

rows = np.random.default_rng(0).normal(size=(60, 2))
seen = []
grow = GaussianMixture.fit


def spy(self, *given, **named):
    seen.append({pool["filepath"]: pool["num_threads"] for pool in threadpool_info()})
    return grow(self, *given, **named)


GaussianMixture.fit = spy
Mixture.learn(rows, 2, seed=0)
before = set(seen[-1])
import lightgbm

usual = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
Mixture.learn(rows, 2, seed=0)
assert set(seen[-1]) > before, "lightgbm has brought no library of its own"
assert all(n_threads == 2 for n_threads in usual.values()), usual
assert all(n_threads == 1 for pools in seen for n_threads in pools.values()), seen
assert usual == {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
"""


def test_a_library_loaded_after_the_first_fit_is_held_to_one_thread():
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    run = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_libraries_are_searched_once_for_many_fits(monkeypatch):
    X = np.random.default_rng(0).normal(size=(30, 2))
    y = (X[:, 0] > 0).astype(int)
    Logistic().fit(X, y)
    searched = []
    search = threadpoolctl.ThreadpoolController.__init__
    monkeypatch.setattr(
        threadpoolctl.ThreadpoolController, "__init__", lambda self: searched.append(1) or search(self)
    )
    for _ in range(4):
        Logistic().fit(X, y)
    assert not searched
