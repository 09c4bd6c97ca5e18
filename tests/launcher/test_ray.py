"""Sweeps on Ray: two nodes as processes of this machine, and Ray as the sweep itself starts it."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'smc[ray]'")

RAY = "hydra/launcher=ray"
SEEDS = ("seed=range(6)", "model.mode=slow")
COMMAND = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--block"]


def descendants(pid: int) -> list[int]:
    """List the processes that a process has started, and those that they have."""
    children = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if each.read_text().rpartition(")")[2].split()[1] == str(pid):
                children.append(int(each.parent.name))
    return [*children, *(each for child in children for each in descendants(child))]


class Cluster:
    """A head and a second node with one core each, a key, and no dashboard."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        key = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self.key = {**key, "RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": str(folder)}
        self.nodes: list[subprocess.Popen[bytes]] = []
        self.start("--head", "--port=0", "--include-dashboard=false", "--node-ip-address=127.0.0.1")
        self.address = self._address()
        # an address of its own, or the sweep may belong to this node and go with it
        self.start(f"--address={self.address}", "--node-ip-address=127.0.0.2")

    def start(self, *arguments: str) -> None:
        """Start a node."""
        node = [*COMMAND, "--num-cpus=1", *arguments]
        with open(self.folder / f"node{len(self.nodes)}.log", "wb") as log:
            self.nodes.append(
                subprocess.Popen(
                    node, env={**os.environ, **self.key}, stdout=log, stderr=log, start_new_session=True
                )
            )

    def kill(self, node: "subprocess.Popen[bytes]") -> None:
        """End a node as a power cut does: every process of it."""
        for pid in [node.pid, *descendants(node.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        node.wait()

    def _address(self) -> str:
        found = self.folder / "ray" / "ray_current_cluster"
        deadline = time.monotonic() + 60
        while not found.exists():
            assert self.nodes[0].poll() is None, (self.folder / "node0.log").read_text()
            assert time.monotonic() < deadline, "the head of the cluster does not start"
            time.sleep(0.1)
        return found.read_text()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:  # a socket's path must be short
        cluster = Cluster(Path(folder))
        yield cluster
        for node in cluster.nodes:
            if node.poll() is None:
                cluster.kill(node)


@pytest.fixture
def on_cluster(cluster, monkeypatch) -> tuple[str, str]:
    """Overrides that carry out a sweep on the cluster."""
    for name, value in cluster.key.items():
        monkeypatch.setenv(name, value)
    return RAY, f"hydra.launcher.address={cluster.address}"


@pytest.fixture(scope="module")
def undisturbed(shared_place):
    """The runs of the sweep, one after another in one process."""
    done = shared_place.sweep(*SEEDS)
    assert done.returncode == 0, done.stderr
    return shared_place.runs()


@pytest.mark.slow
def test_two_nodes_give_the_runs_of_one_process_byte_for_byte(place, undisturbed, on_cluster) -> None:
    sweep = place.start(*on_cluster, *SEEDS)
    place.wait_for(lambda: len(place.workers()) == 2, seconds=200)
    _, err = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, err
    assert place.runs() == undisturbed
    assert "6 of 6 finished" in err


@pytest.mark.slow
def test_whatever_ends_a_run_ends_that_run_alone(place, on_cluster) -> None:
    done = place.sweep(*on_cluster, "model.mode=ok,raises,crash,exits,kill")
    assert done.returncode == 1
    assert "1 of 5 finished, 3 failed, 1 killed" in done.stderr
    assert {reason for _, reason in place.statuses().values()} > {None, "SIGABRT", "exited", "SIGKILL"}


@pytest.mark.slow
def test_a_killed_run_starts_again_when_asked_to(place, undisturbed, on_cluster) -> None:
    sweep = place.start(*on_cluster, *SEEDS, "hydra.launcher.retries=1")
    place.wait_for(place.workers, seconds=200)
    os.kill(place.workers()[0], signal.SIGKILL)
    _, err = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, err
    assert place.runs() == undisturbed


@pytest.mark.slow
def test_a_lost_node_takes_its_run_alone_and_nothing_after_a_resume(
    place, shared_place, on_cluster, cluster, end_process
) -> None:
    hanging = "seed=range(3)", "model.mode=hang"
    sweep = place.start(*on_cluster, *hanging)
    place.wait_for(lambda: len(place.workers()) == 2, seconds=200)
    cluster.kill(cluster.nodes[1])
    place.wait_for(lambda: ("killed", "node_lost") in place.statuses().values(), seconds=200)
    assert len(place.workers()) == 1
    said = end_process(sweep, signal.SIGINT)
    assert sweep.returncode == 130
    assert "its worker or its node was lost" in said
    assert not place.runs()
    for each in (place, shared_place):
        (each.folder / "cured").touch()
    before = shared_place.runs()
    again = place.sweep(*on_cluster, *hanging)
    assert again.returncode == 0, again.stderr
    assert set(place.statuses().values()) == {("finished", None)}
    assert shared_place.sweep(*hanging).returncode == 0
    alone = {run_id: run for run_id, run in shared_place.runs().items() if run_id not in before}
    assert place.runs() == alone


@pytest.mark.slow
def test_ctrl_c_ends_the_runs_in_an_orderly_way(place, end_process) -> None:
    sweep = place.start(RAY, "seed=range(3)", "model.mode=hang")
    place.wait_for(place.workers, seconds=200)
    said = end_process(sweep, signal.SIGINT)
    assert sweep.returncode == 130, said
    assert "0 of 3 finished" in said
    assert "Traceback" not in said
    assert set(place.statuses().values()) == {("killed", "interrupted")}
    assert all(place.store.status(run_id)["traceback"] for run_id in place.statuses())  # each said so itself
    assert not place.workers()


@pytest.mark.slow
def test_sigkill_of_the_sweep_leaves_no_process(place, end_process) -> None:
    sweep = place.start(RAY, "seed=range(2)", "model.mode=hang")
    place.wait_for(place.workers, seconds=200)
    end_process(sweep, signal.SIGKILL)
    place.wait_for(lambda: not place.workers(), seconds=200)


def test_a_run_that_no_node_can_carry_out_is_refused(place) -> None:
    refused = place.sweep(RAY, "seed=0,1", "hydra.launcher.num_cpus=9999")
    assert refused.returncode == 2
    assert "no node of the Ray cluster has 9999 CPU for one run" in refused.stderr
    assert not place.statuses()


def test_a_cluster_that_is_not_there_is_named(place) -> None:
    refused = place.sweep(RAY, "seed=0,1", "hydra.launcher.address=127.0.0.1:1")
    assert refused.returncode == 2
    assert "no Ray cluster answers at 127.0.0.1:1" in refused.stderr
    assert "Traceback" not in refused.stderr
