"""Sweeps as a user starts them, with a model that ends in any way that is asked for."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smc.results import RunStore

#: A model of one's own: `mode` says what its fit does, unless the file `cured` is there.
MODEL = """
import os, resource, signal, time
from pathlib import Path

from sklearn.ensemble import ExtraTreesClassifier
from threadpoolctl import threadpool_info


class Faulty(ExtraTreesClassifier):
    def __init__(self, *, mode="ok", n_estimators=5, random_state=0, n_jobs=None):
        super().__init__(n_estimators, min_samples_leaf=10, random_state=random_state, n_jobs=n_jobs)
        self.mode = mode

    def fit(self, X, y, sample_weight=None):
        if not Path("cured").exists():
            getattr(self, self.mode)()
        return super().fit(X, y, sample_weight)

    def ok(self):
        pass

    def prints(self):
        if not Path("printed").exists():
            Path("printed").touch()
            os.write(1, b"said by the fit\\n")

    def slow(self):
        time.sleep(0.4)

    def hang(self):
        time.sleep(600)

    def raises(self):
        raise KeyError("no such thing")

    def memory(self):
        resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))
        bytearray(2**40)

    def kill(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def crash(self):
        os.abort()

    def exits(self):
        os._exit(7)

    def threads(self):
        used = max([pool["num_threads"] for pool in threadpool_info()])
        Path(f"threads-{os.getpid()}").write_text(f"{used} {self.n_jobs}")
"""
OPTION = """# A model that ends as it is told: python -m smc.train --config-dir own model=faulty
_target_: faulty_models.Faulty
mode: ok
random_state: ${seed}
n_jobs: ${trainer.n_threads}
"""
#: What makes a run quick.
QUICK = ("model=faulty", "events.last=160", "aug=none", "cv=holdout", "keep_bars=false")


class Place:
    """An empty folder, sweeps in it, and what they leave behind."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.output = folder, folder / "outputs"
        self.processes: list[subprocess.Popen[str]] = []
        (folder / "own" / "model").mkdir(parents=True)
        (folder / "faulty_models.py").write_text(MODEL)
        (folder / "own" / "model" / "faulty.yaml").write_text(OPTION)

    @property
    def store(self) -> RunStore:
        return RunStore(self.output)

    def start(self, *overrides: str, start_new_session: bool = False) -> "subprocess.Popen[str]":
        path = os.pathsep.join(filter(None, [str(self.folder), os.environ.get("PYTHONPATH")]))
        own = str(self.output / "ledger.sqlite")
        command = [sys.executable, "-m", "smc.train", "-m", "--config-dir", "own", *QUICK, *overrides]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "SMC_ALLOW": "faulty_models", "PYTHONPATH": path, "SMC_LEDGER": own},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=start_new_session,
        )
        self.processes.append(process)
        return process

    def sweep(self, *overrides: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*overrides)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def close(self) -> None:
        """End what a failed test has left running; its workers notice and end."""
        for process in self.processes:
            with process:
                process.kill()

    def runs(self) -> dict[str, bytes]:
        """Map each run to its predictions."""
        found = self.output.glob("runs/*/predictions.parquet")
        return {path.parent.name: path.read_bytes() for path in found}

    def statuses(self) -> dict[str, tuple[str, str | None]]:
        ids = [path.stem for path in self.output.glob("status/*.json")]
        said = {run_id: self.store.status(run_id) for run_id in ids}
        return {run_id: (each["status"], each.get("reason")) for run_id, each in said.items()}

    def workers(self) -> list[int]:
        """Processes that said they started a run and still run."""
        records = [self.store.status(path.stem) for path in self.output.glob("status/*.json")]
        pids = {each["process"] for each in records if each["status"] == "started"}
        return [pid for pid in pids if is_running(pid)]

    def wait_for(self, what: Callable[[], object], seconds: float = 240) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.02)

    def has_started(self, n_runs: int = 1) -> bool:
        return len(list(self.output.glob("status/*.json"))) >= n_runs


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty folder for sweeps."""
    with contextlib.closing(Place(tmp_path)) as place:
        yield place


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A folder that the tests of a file share, in their order."""
    with contextlib.closing(Place(tmp_path_factory.mktemp("shared"))) as place:
        yield place


@pytest.fixture
def end_process() -> Callable[["subprocess.Popen[str]", int], str]:
    """Send a process a signal, and return what it said to the end."""

    def end(process: "subprocess.Popen[str]", number: int = signal.SIGKILL) -> str:
        process.send_signal(number)
        return process.communicate(timeout=240)[1]

    return end


@pytest.fixture
def place_on_small_disk(place: Place) -> Iterator[tuple[Place, Path]]:
    """A folder whose outputs have 8 MB of disk; the test skips where none may be mounted."""
    disk = place.output
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode().strip()}")
    yield place, disk
    subprocess.run(["umount", disk], check=True)
