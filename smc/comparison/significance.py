"""Whether two runs differ by more than luck: that of the seed, and that of the events which they share."""

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from smc import stats
from smc.errors import ResultsError
from smc.outside.regular_file import parse_json, read_regular
from smc.results import Run, list_runs, load_run
from smc.results.return_scheme import are_alike
from smc.selection.candidates import candidates_of
from smc.selection.diagnostics import compare_paired
from smc.typing import Config

#: What repeats of one trial share: its config without seeds, the user's code, the data, smc's code.
SHARED = ("seedless_hash", "trial_hash", "data_hash", "code_version")


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

    They are looked for under an output folder, where the run itself stands, which is where further seeds of
    it go, and where it was written. Damaged ones are left out.
    """
    known = {run.run_id: run}
    for root in dict.fromkeys(map(Path, (output, root_of(run), run.config["paths"]["output"]))):
        for folder in list_runs(root):
            if folder.name not in known and _is_repeat(folder, run):
                with suppress(ResultsError):
                    known[folder.name] = load_run(folder)
    return sorted(known.values(), key=lambda repeat: repeat.record["seed"])


def root_of(run: Run) -> Path:
    """Return the output folder that a run stands in."""
    return run.path.resolve().parent.parent


def reseeded(run: Run, seed: int) -> Config:
    """Return a run's configuration with another seed, wherever the run's own seed was read.

    Raises
    ------
    ResultsError
        The run does not know where its values came from.
    """
    if "seed" not in run.sources:
        raise ResultsError(f"run {run.run_id} does not say where its seeds came from: train it again")
    return _with_seed(run.config, seed, run.sources)


def _with_seed(section: Config, seed: int, sources: dict[str, str], path: str = "") -> Config:
    """Replace every leaf called seed that came from where the run's seed did; that of a market is data."""
    if path == "data":
        return section
    reseeded_section: Config = {}
    for key, value in section.items():
        place = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            reseeded_section[key] = _with_seed(value, seed, sources, place)
        else:
            follows = key == "seed" and sources.get(place) == sources["seed"]
            reseeded_section[key] = seed if follows else value
    return reseeded_section


def _is_repeat(folder: Path, run: Run) -> bool:
    """Compare by the record alone: to verify the files of every run would take its time.

    A record that does not hold a hash of the run anywhere is not parsed.
    """
    shared = {name: run.record.get(name) for name in SHARED}
    try:
        content = read_regular(folder / "run.json")
        if not all(value.encode() in content for value in shared.values() if isinstance(value, str)):
            return False
        record = parse_json(content)
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and all(record.get(name) == value for name, value in shared.items())


@dataclass(frozen=True)
class PairedTest:
    """A two-sided test of two runs, and what it looked at."""

    name: str
    looks_at: str
    p_value: float


def paired_tests(one: Run, other: Run) -> list[PairedTest]:
    """Compare two runs event by event and fold by fold; none where data, splits or events are not the same.

    McNemar's test (mid-p) asks whether they name other events right, over events whose labels do not overlap;
    Diebold and Mariano's whether their decisions earn differently; the corrected resampled t test whether the
    accuracies of their folds differ, allowing for folds that are fitted on nearly the same rows.
    """
    if any(one.record[name] != other.record[name] for name in ("data_hash", "split_hash")):
        return []
    return [*_by_event(one, other), *_by_fold(one, other)]


def _by_event(one: Run, other: Run) -> Iterator[PairedTest]:
    first, second = (
        {
            candidate.identity.symbol: candidate
            for candidate in candidates_of(run.run_id, run.record, run.predictions, run.returns)
        }
        for run in (one, other)
    )
    is_same_kind = are_alike(one.record, other.record)
    for symbol in sorted(first.keys() & second.keys()):
        where = "" if len(first) == 1 else f" of {symbol}"
        for tests in compare_paired(first[symbol], [second[symbol]]):
            if tests["mcnemar_p"] is not None:
                yield PairedTest("McNemar", f"events named right{where}", tests["mcnemar_p"])
            if is_same_kind and tests["diebold_mariano_p"] is not None:
                yield PairedTest("Diebold-Mariano", f"what events earn{where}", tests["diebold_mariano_p"])


def _by_fold(one: Run, other: Run) -> Iterator[PairedTest]:
    first, second = (run.record["history"].get("cv_fold_accuracies") or [] for run in (one, other))
    if len(first) != len(second) or len(first) < 2:
        return
    pairs = zip(first, second, strict=True)
    differences = [a - b for a, b in pairs if a is not None and b is not None]
    folds = one.plan.folds
    if len(folds) != len(differences) or (len(set(differences)) == 1 and differences[0]):
        return  # a fold was left out, or all differ alike: no variance to test against
    result = stats.corrected_resampled_t(
        differences,
        n_train=[len(fold.train) for fold in folds],
        n_test=[len(fold.test) for fold in folds],
    )
    yield PairedTest("corrected resampled t", f"accuracies of {len(folds)} folds", result.p_value)
