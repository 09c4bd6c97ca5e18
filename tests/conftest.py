"""Fixtures that every test may use."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from smc.outside import secrets

# How long an example takes says something about the machine alone.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

REPOSITORY = Path(__file__).parent.parent
Command = Callable[..., subprocess.CompletedProcess[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tests that are dear run on request: python -m pytest --slow."""
    parser.addoption("--slow", action="store_true", help="run the tests that take long, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is dear unless it is asked for."""
    if not config.getoption("--slow"):
        skip = pytest.mark.skip(reason="takes long: python -m pytest --slow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def ledger_of_the_tests(tmp_path_factory) -> Iterator[Path]:
    """Count what fixtures of several tests run in a ledger that is nobody's."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_LEDGER", str(path))
        yield path


@pytest.fixture(autouse=True)
def own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Count what a test runs in a ledger of its own, beside the results of its folder."""
    path = tmp_path / "outputs" / "ledger.sqlite"
    monkeypatch.setenv("SMC_LEDGER", str(path))
    return path


@pytest.fixture(autouse=True)
def no_secret_is_known() -> None:
    """Begin as a process does: a password of one test is an everyday word of another."""
    secrets.forget()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real bars, raw files and oracles; the test skips where it is absent."""
    root = Path(os.environ.get("SMC_TEST_DATA", REPOSITORY.parent / "shared"))
    if not (root / "data" / "bars").is_dir():
        pytest.skip(f"no test data at {root}: set SMC_TEST_DATA")
    return root


def random_bars(n_bars: int = 3000, seed: int = 0, freq: str = "4h") -> pd.DataFrame:
    """Driftless random-walk bars with tick-consistent high and low (UTC, bar open stamps)."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, 0.001, size=(n_bars, 8)).cumsum(axis=1)
    opens = 100 * np.exp(np.concatenate([[0.0], steps[:-1, -1].cumsum()]))
    path = opens[:, None] * np.exp(np.column_stack([np.zeros(n_bars), steps]))
    index = pd.date_range("2015-01-05", periods=n_bars, freq=freq, tz="UTC", name="time")
    return pd.DataFrame(
        {
            "open": path[:, 0],
            "high": path.max(axis=1),
            "low": path.min(axis=1),
            "close": path[:, -1],
            "volume": rng.integers(100, 1000, n_bars).astype(float),
        },
        index=index,
    )


@pytest.fixture
def bars() -> pd.DataFrame:
    """3,000 random-walk H4 bars."""
    return random_bars()


@pytest.fixture
def smc_train(tmp_path: Path) -> Command:
    """Start `python -m smc.train` in an empty folder of its own, and wait for it."""

    def run(*overrides: str, env: dict[str, str] | None = None, cwd: Path = tmp_path):
        return subprocess.run(
            [sys.executable, "-m", "smc.train", *overrides],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def postgres():
    """URL of an empty database on the server `SMC_TEST_POSTGRES_URL`, which is dropped after the test."""
    server = os.environ.get("SMC_TEST_POSTGRES_URL")
    if not server:
        pytest.skip("no PostgreSQL server: set SMC_TEST_POSTGRES_URL (.ci/run starts one)")
    pytest.importorskip("pg8000", reason="its driver is not installed: pip install 'smc[postgres]'")
    from sqlalchemy import create_engine, make_url

    url = make_url(server).set(drivername="postgresql+pg8000")
    name = f"smc_test_{uuid.uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield url.set(drivername="postgresql", database=name)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()
