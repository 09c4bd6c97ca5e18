"""Cost of Lightning beside a plain loop, and memory of a million windows: python tests/bench/bench_networks.py

Times are processor times of one epoch, from the difference of a long and a short fit, so that what a fit costs
once (Lightning's set-up, about 20 ms) is shown by itself; each fit's is the least of many, the three measured in
turn, which a machine that is busy with other things changes least.
"""

import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from omegaconf import OmegaConf

N_ROWS, LOOKBACK, N_FEATURES, N_TAIL = 1000, 10, 57, 150
N_EPOCHS = 4
N_REPEATS = 15
KIB, MIB = 2**10, 2**20

MODELS = {
    "LSTM": {"hidden_dim": 64, "lookback": LOOKBACK, "batch_size": 16, "dropout": 0.5},
    "MLP": {"hidden_dims": [256, 128, 64], "batch_size": 32, "dropout": 0.4},
}
TRAINING = {"learning_rate": 0.0005, "weight_decay": 0.001, "label_smoothing": 0.1, "patience": 1000}


def table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Noise in the shape that the model takes."""
    rng = np.random.default_rng(0)
    shape = (N_ROWS + N_TAIL, LOOKBACK, N_FEATURES) if name == "LSTM" else (N_ROWS + N_TAIL, N_FEATURES)
    return rng.normal(size=shape).astype(np.float32), rng.integers(0, 2, N_ROWS + N_TAIL)


def plain(name: str, n_epochs: int) -> None:
    """The same work in a loop of PyTorch's own: shuffle, step, clip, loss on the tail, best weights."""
    import torch
    from torch.nn import functional

    X, y = (torch.from_numpy(each) for each in table(name))
    weights = torch.ones(N_ROWS)
    network = estimator(name, 1)._layers(N_FEATURES, 2)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=TRAINING["learning_rate"], weight_decay=TRAINING["weight_decay"], fused=True
    )
    least = float("inf")
    for _ in range(n_epochs):
        network.train()
        order = torch.randperm(N_ROWS)
        for rows in order.split(MODELS[name]["batch_size"]):
            losses = functional.cross_entropy(
                network(X[rows]), y[rows], reduction="none", label_smoothing=TRAINING["label_smoothing"]
            )
            loss = (losses * weights[rows]).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
        network.eval()
        with torch.no_grad():
            loss = functional.cross_entropy(network(X[N_ROWS:]), y[N_ROWS:]).item()
        if loss < least:
            least, _ = loss, {key: value.clone() for key, value in network.state_dict().items()}


def estimator(name: str, n_epochs: int):
    """The estimator with the numbers of the comparison."""
    from smc.model.lstm import LSTM
    from smc.model.mlp import MLP

    cls = {"LSTM": LSTM, "MLP": MLP}[name]
    return cls(task="classification", max_epochs=n_epochs, **MODELS[name], **TRAINING)


def ours(name: str, n_epochs: int, *, watched: bool) -> None:
    """A fit, with no watch or with all that are on by default and patient."""
    X, y = table(name)
    tail = (X[N_ROWS:], y[N_ROWS:])
    model = estimator(name, n_epochs)
    model.fit(X[:N_ROWS], y[:N_ROWS], eval_set=tail, callback=all_watches() if watched else None)


def all_watches() -> Callable:
    """The watches of `conf/monitor/default.yaml` that follow a fit, none of which may stop it."""
    from smc.config.instantiate import instantiate
    from smc.monitor.fit_monitor import FitMonitor

    file = Path(__file__).parents[2] / "conf/monitor/default.yaml"
    root = OmegaConf.create({"monitor": OmegaConf.load(file), "evaluation": {"overfitting_gap": 0.15}})
    nodes = OmegaConf.to_container(root, resolve=True)["monitor"]["watches"]
    watches = [instantiate(node, name) for name, node in nodes.items() if node]
    watch = FitMonitor([each for each in watches if hasattr(each, "observe")], "bench")
    return lambda progress: watch(progress) and None


def seconds(call: Callable[[int], None], n_epochs: int) -> float:
    """Processor time of a fit."""
    begin = time.process_time()
    call(n_epochs)
    return time.process_time() - begin


def compare(name: str) -> None:
    """Print milliseconds and ratios."""
    import torch

    torch.set_num_threads(1)
    logging.getLogger("smc").setLevel(logging.ERROR)
    calls = {
        "plain loop": lambda n: plain(name, n),
        "smc": lambda n: ours(name, n, watched=False),
        "smc, all watches": lambda n: ours(name, n, watched=True),
    }
    for call in calls.values():
        call(1)
    lengths = (1, 1 + N_EPOCHS)
    found = [[[seconds(call, n) for n in lengths] for call in calls.values()] for _ in range(N_REPEATS)]
    short, long = 1e3 * np.min(found, axis=0).T
    epochs = (long - short) / N_EPOCHS
    for label, epoch, once in zip(calls, epochs, short - epochs, strict=True):
        ratio = epoch / epochs[0]
        sys.stdout.write(f"{name:4} {label:17} {epoch:6.1f} ms an epoch, {once:5.1f} ms once, {ratio:.2f}\n")


def peak_of_a_million(n_bars: int = 1_000_000, lookback: int = 50) -> None:
    """Print the peak of one epoch over every bar's window, beside the feature matrix alone."""
    from smc.aug.none import NoAugmentation
    from smc.model.lstm import LSTM
    from smc.pipeline import FoldPipeline
    from smc.windows import Windows

    model = LSTM(
        task="classification", hidden_dim=4, lookback=lookback, max_epochs=1, batch_size=2048, patience=5
    )
    model.fit(np.zeros((4, lookback, 2)), [0, 1, 0, 1], eval_set=(np.zeros((2, lookback, 2)), [0, 1]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bars = np.random.default_rng(0).normal(size=(n_bars, N_FEATURES))
    matrix = bars.nbytes
    ends = np.arange(lookback - 1, n_bars)
    labels = (bars[ends, 0] > 0).astype(int)
    spans = np.column_stack([ends + 1, ends + 5])
    pipeline = FoldPipeline(estimator=model, sampler=NoAugmentation())
    begin = time.perf_counter()
    pipeline.fit(Windows(bars, ends, lookback), labels, spans=spans, sample_weight=np.ones(len(ends)))
    pipeline.predict_proba(Windows(bars, ends, lookback))
    peak = KIB * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    sys.stdout.write(
        f"{n_bars:,} bars, lookback {lookback}: matrix {matrix / MIB:.0f} MiB, peak {peak / MIB:.0f} MiB, "
        f"{peak / matrix:.2f} times; one epoch and all answers in {time.perf_counter() - begin:.0f} s\n"
    )


def main() -> None:
    """Compare times here, and measure memory in a process of its own."""
    if "--memory" in sys.argv:
        peak_of_a_million()
        return
    for name in MODELS:
        compare(name)
    subprocess.run([sys.executable, __file__, "--memory"], check=True)


if __name__ == "__main__":
    main()
