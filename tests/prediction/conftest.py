"""Runs that are asked, made once."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smc import api
from smc.prediction.assignment import Assignment
from smc.prediction.version import load_version
from smc.prediction.versions import Versions
from smc.results import Run
from tests.conftest import random_bars

QUICK = ["events.last=400", "aug=none", "monitor=none", "symbol=RND", "model=logistic"]


@pytest.fixture(scope="package")
def world(tmp_path_factory) -> Path:
    """The output folder of all runs here."""
    return tmp_path_factory.mktemp("world") / "outputs"


@pytest.fixture(scope="package")
def series() -> pd.DataFrame:
    """4,600 bars, the last 600 of which no run has seen."""
    return random_bars(4600, seed=5)


@pytest.fixture(scope="package")
def train(world, series):
    """Train on the first 4,000 bars."""

    def make(*overrides: str) -> Run:
        return api.train([*QUICK, f"paths.output={world}", *overrides], bars={"RND": series.iloc[:4000]})

    return make


@pytest.fixture(scope="package")
def run(train) -> Run:
    return train("evaluation.test=recorded")


@pytest.fixture(scope="package")
def other(train) -> Run:
    """Another model on the same events."""
    return train("evaluation.test=recorded", "model=logistic", "model.C=0.001")


@pytest.fixture(scope="package")
def version(run):
    return load_version(run.path)


def records(bars: pd.DataFrame) -> list[dict[str, Any]]:
    """Return bars as a feed gives them."""
    return bars.rename_axis("time").reset_index().to_dict("records")


def answered_by(*runs: Run, role: str = "live"):
    """Let runs answer for RND for good, without a check in a child process."""
    said = {"RND": [Assignment(run.run_id, run.path, f"{role}{n or ''}") for n, run in enumerate(runs)]}
    return lambda: said


def trusting(live, version=None, **options):
    """Return models that are loaded without a child process."""
    known = {"load": lambda _: version} if version else {}
    return Versions(live, check=lambda _: None, **known, **options)


def asked_at_once(predictor, bars):
    return [decision for part in predictor.decide_many("RND", bars) for decision in part]


def asked_one_by_one(predictor, bars):
    return [decision for bar in records(bars) for decision in predictor.decide("RND", bar)]


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """URL of an empty database on the server `SMC_TEST_POSTGRES_URL`, which is dropped after the test."""
    server = os.environ.get("SMC_TEST_POSTGRES_URL")
    if not server:
        pytest.skip("no PostgreSQL server: set SMC_TEST_POSTGRES_URL (.ci/run starts one)")
    from sqlalchemy import create_engine, make_url

    url = make_url(server)
    admin = create_engine(url.set(drivername="postgresql+pg8000"), isolation_level="AUTOCOMMIT")
    name = f"decisions_{uuid.uuid4().hex}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield url.set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()
