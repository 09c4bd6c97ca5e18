"""A simulated market with a verdict, made once: S01 has an edge and is deployed, S02 has none."""

import io
import shutil
import subprocess
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from smc import api
from smc.registry import Registry, loads, promote, propose
from smc.runs import runs

MARKET = ("data=simulated", "aug=none", "monitor=none", "events.last=400")
RUNS = (
    ("symbol=S01", "model=logistic"),
    ("symbol=S01", "model=xgboost", "model.n_estimators=60"),
    ("symbol=S02", "model=logistic"),
)
DESK = "desk"


@pytest.fixture(scope="session")
def judged(tmp_path_factory) -> Path:
    """Runs, their ledger and the verdicts, in a folder that is copied."""
    output = tmp_path_factory.mktemp("judged") / "outputs"
    words = (f"paths.output={output}", f"ledger.url={output}/ledger.sqlite")
    for run in RUNS:
        api.train([*MARKET, *run, *words])
    verdicts = api.select(list(words)).manifest["selections"]
    assert (verdicts["S01"]["verdict"], verdicts["S02"]["verdict"]) == ("DEPLOY", "NO_MODEL")
    return output


@pytest.fixture(scope="session")
def twice_live(judged: Path, tmp_path_factory) -> Path:
    """The same, with two versions of S01 that were live one after the other: as the run had it, then refitted."""
    output = Path(shutil.copytree(judged, tmp_path_factory.mktemp("live") / "outputs"))
    registry = opened(output)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loads.subprocess, "run", in_this_process)
        for as_is in (True, False):
            propose(registry, "S01", as_is=as_is)
            promote(registry, "S01")
    registry.ledger.close()
    return output


@pytest.fixture
def registry(judged: Path, tmp_path: Path):
    """The journal of a copy of the world, in which nothing is proposed yet."""
    yield from copied(judged, tmp_path)


@pytest.fixture
def live(twice_live: Path, tmp_path: Path):
    """The journal of a copy of the world, in which the second version is live."""
    yield from copied(twice_live, tmp_path)


@pytest.fixture
def near(monkeypatch):
    """Load models in this process instead of in one of their own, which takes seconds to start."""
    monkeypatch.setattr(loads.subprocess, "run", in_this_process)


@pytest.fixture
def run_of(judged: Path) -> dict[str, str]:
    """Ids of the runs, by symbol and model."""
    table = runs(judged)
    return {f"{row.symbol} {row.model}": str(row.run) for row in table.itertuples()}


def copied(world: Path, tmp_path: Path):
    registry = opened(Path(shutil.copytree(world, tmp_path / "outputs", dirs_exist_ok=True)))
    yield registry
    registry.ledger.close()


def opened(output: Path) -> Registry:
    return Registry(output, deployment=DESK, url=f"sqlite:///{output}/ledger.sqlite")


def in_this_process(command, **_) -> subprocess.CompletedProcess:
    said, code = io.StringIO(), 0
    with redirect_stderr(said):
        try:
            loads.main(Path(command[-1]))
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(command, code, "", said.getvalue())


def rows(registry: Registry, symbol: str = "S01") -> list[tuple[str, str]]:
    """Action and stage of each row."""
    return [(entry.action, entry.stage) for entry in registry.standing(symbol).entries]
