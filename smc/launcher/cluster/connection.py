"""Joining a Ray cluster, or starting Ray on this machine."""

import contextlib
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from smc.errors import ConfigError, ResultsError
from smc.launcher.threads import n_cores

#: Bytes of Ray's memory for objects: the least that it takes, for a sweep passes next to none.
OBJECT_STORE = 100 * 2**20
#: Seconds that a cluster may take to answer.
ANSWER = 10.0
#: Nothing is told to Ray's makers.
NO_TELEMETRY = {"RAY_USAGE_STATS_ENABLED": "0"}


@contextlib.contextmanager
def joined(address: str | None) -> Iterator[None]:
    """Be part of a cluster inside the block; with None of one on this machine, which ends with the block.

    Raises
    ------
    ResultsError
        There is no cluster at `address`, or it does not accept this machine's key.
    """
    with variables(NO_TELEMETRY if address else NO_TELEMETRY | key()):
        import ray
        from ray.exceptions import RayError

        quiet: dict[str, Any] = {"logging_level": "error", "log_to_driver": False, "configure_logging": False}
        here = {"num_cpus": n_cores(), "include_dashboard": False, "object_store_memory": OBJECT_STORE}
        try:
            check_answers(address)
            ray.init(address or "local", **quiet, **({} if address else here))
        except (OSError, RuntimeError, ValueError, RayError) as error:
            raise ResultsError(
                f"hydra.launcher.address: no Ray cluster answers at {address or 'this machine'}:"
                f" {str(error).splitlines()[0]}; start one with `ray start --head`"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def check_answers(address: str | None) -> None:
    """Raise OSError if nothing listens at "host:port": Ray would wait for minutes.

    Raises
    ------
    ValueError
        Ray's client, "ray://...", which would carry out nothing here.
    """
    if address in (None, "auto", "local"):
        return
    host, _, port = str(address).rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("an address is auto or host:port")
    socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER).close()


def key() -> dict[str, str]:
    """Return settings by which Ray's processes, which listen on every interface, refuse a stranger."""
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


@contextlib.contextmanager
def variables(settings: Mapping[str, str]) -> Iterator[None]:
    """Set variables inside the block."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def n_slots(needs: Mapping[str, float]) -> int:
    """Count the tasks that fit into the cluster as it is now, each whole on one node.

    Parameters
    ----------
    needs
        Of one task, by Ray's name of the resource: "CPU", "GPU".
    """
    import ray

    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return sum(min(int(node.get(name, 0) // amount) for name, amount in needs.items()) for node in nodes)


def check_slots(needs: Mapping[str, float]) -> None:
    """Raise ConfigError if no node could ever carry out such a task: it would be waited for without end."""
    if not n_slots(needs):
        asked = " and ".join(f"{amount:g} {name}" for name, amount in needs.items())
        raise ConfigError(
            f"no node of the Ray cluster has {asked} for one run:"
            " lower hydra.launcher.num_cpus or trainer.devices, or start such a node"
        )
