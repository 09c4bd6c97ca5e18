"""How far figures move when nothing but the seed changes."""

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from smc.errors import ResultsError
from smc.results import Run, list_runs, load_run
from smc.typing import Config

#: What repeats of one configuration share: its config without seeds, the data, the code.
SHARED = ("seedless_hash", "data_hash", "code_version")


@dataclass(frozen=True)
class SeedNoise:
    """Spread of one figure over the seeds of each of two configurations.

    Attributes
    ----------
    deviations
        Standard deviation over the seeds, of each.
    n_seeds
        The smaller number of seeds.
    """

    deviations: tuple[float, float]
    n_seeds: int

    @property
    def limit(self) -> float:
        """Largest difference of two single runs that 95 % of pairs of seeds stay within, if seeds are all.

        Student's t with ``n_seeds - 1`` degrees of freedom times the root of the summed variances.

        >>> SeedNoise((0.01, 0.01), n_seeds=5).limit  # doctest: +ELLIPSIS
        0.0392...
        """
        from scipy.stats import t

        return float(t.ppf(0.975, self.n_seeds - 1) * math.hypot(*self.deviations))


def seed_noise(one: Sequence[float], other: Sequence[float]) -> SeedNoise | None:
    """Measure the spread of a figure; None with fewer than three seeds of either configuration."""
    n_seeds = min(len(one), len(other))
    if n_seeds < 3:
        return None
    return SeedNoise((float(np.std(one, ddof=1)), float(np.std(other, ddof=1))), n_seeds)


def repeats(run: Run, output: str | Path) -> list[Run]:
    """Find the finished runs that differ from one by their seed alone, itself included, by seed.

    They are looked for under an output folder and where the run itself was written, which is where
    further seeds of it go. Damaged ones are left out.
    """
    known = {run.run_id: run}
    for root in dict.fromkeys(map(Path, (output, run.config["paths"]["output"]))):
        for folder in list_runs(root):
            if folder.name not in known and _is_repeat(folder, run):
                with suppress(ResultsError):
                    known[folder.name] = load_run(folder)
    return sorted(known.values(), key=lambda each: each.record["seed"])


def reseeded(run: Run, seed: int) -> Config:
    """Return a run's configuration with another seed, wherever the run's own seed was read.

    Raises
    ------
    ResultsError
        The run does not know where its values came from.
    """
    sources = json.loads((run.path / "sources.json").read_text(encoding="utf-8"))
    if "seed" not in sources:
        raise ResultsError(f"run {run.run_id} does not say where its seeds came from: train it again")
    return _with_seed(run.config, seed, sources)


def _with_seed(node: Any, seed: int, sources: dict[str, str], path: str = "") -> Any:
    """Replace every leaf called seed that came from where the run's seed did; that of a market is data."""
    if not isinstance(node, dict) or path == "data":
        return node
    found = {}
    for key, value in node.items():
        place = f"{path}.{key}" if path else key
        follows = key == "seed" and sources.get(place) == sources["seed"]
        found[key] = seed if follows else _with_seed(value, seed, sources, place)
    return found


def _is_repeat(folder: Path, run: Run) -> bool:
    """Compare by the record alone: to verify the files of every run would take its time."""
    try:
        record = json.loads((folder / "run.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and all(record.get(name) == run.record[name] for name in SHARED)
