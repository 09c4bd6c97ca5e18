"""Devices, threads, and the generators of what is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from smc.errors import ModelError


def check_devices(device: str, n_devices: int) -> None:
    """Raise ModelError unless there are as many devices as asked for."""
    n_available = _n_gpus() if device == "cuda" else n_devices
    if n_available < n_devices:
        raise ModelError(
            f"device=cuda with devices={n_devices}, but PyTorch {torch.__version__} sees {n_available}: use "
            "trainer=cpu, or fewer devices"
        )


@contextmanager
def seeded(seed: int, device: str) -> Iterator[None]:
    """Draw from generators of PyTorch that start from ``seed``, and put those of the program back."""
    gpus = list(range(_n_gpus())) if device == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        torch.default_generator.manual_seed(seed)
        if gpus:
            torch.cuda.manual_seed_all(seed)
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: the order of sums, and with it the last bits, depends on how many there are.

    Layers of a few hundred units are also too small to gain from a second one.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _n_gpus() -> int:
    return torch.cuda.device_count() if torch.cuda.is_available() else 0
