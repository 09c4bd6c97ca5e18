"""A researcher's folder, ledger and habits: what a verdict was before a habit, and what it is after.

`python -m pytest tests/stories -rP` shows each story with its verdicts and p-values.
"""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smc import api
from smc.config.command import read_command
from smc.launcher.run import run_sweep
from smc.results import Run, list_runs, load_run
from smc.train import carry_out
from smc.trials import Ledger

#: A market with an edge that some 320 events show: one run that was fixed beforehand is deployed.
MARKET = ("data=simulated", "data.n_bars=4000", "data.n_symbols=1", "data.edge_frac=1.0", "symbol=S01")
QUICK = ("model=logistic", "aug=none", "evaluation.n_bootstrap=20")
#: From best to worst.
ORDER = ("DEPLOY", "WATCH", "NO_MODEL")


@dataclass(frozen=True)
class Judgement:
    """What a selection said of a symbol."""

    entry: Mapping[str, Any]
    manifest: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        return self.entry["verdict"]

    @property
    def candidate(self) -> str | None:
        return self.entry["candidate"]["run_id"] if self.entry["candidate"] else None

    @property
    def p_values(self) -> dict[str, float]:
        """Corrected p-value of each run that has one, by id."""
        rows = self.entry["comparison"]
        return {row["run_id"]: row["corrected_p_value"] for row in rows if row.get("corrected_p_value")}

    @property
    def p_test(self) -> float | None:
        return self.entry["evidence"]["p_values"].get("test")

    @property
    def counted(self) -> dict[str, Any]:
        evidence = self.entry["evidence"]
        return {name: evidence.get(name) for name in ("n_trials", "n_untold", "round", "openings")}

    def __str__(self) -> str:
        corrected = self.entry["evidence"].get("p_values", {}).get("corrected")
        return f"{self.verdict}, p_oof {corrected}, p_test {self.p_test}, {self.counted}"


class Story:
    """Run commands as a researcher does, all in one folder, counted in one ledger."""

    def __init__(self, place: Path, set_env: Callable[[str, str], None]) -> None:
        self.place, self.output = place, place / "outputs"
        self.ledger_file = place / "ledger.sqlite"
        set_env("SMC_LEDGER", str(self.ledger_file))
        self.lines: list[str] = []

    @property
    def ledger(self) -> Ledger:
        return Ledger(output=str(self.output))

    def train(self, *overrides: str, output: Path | None = None) -> Run:
        """Carry out one run on the story's market."""
        return api.train([*MARKET, *QUICK, f"paths.output={output or self.output}", *overrides])

    def sweep(self, *overrides: str, output: Path | None = None) -> int:
        """Carry out a sweep on the story's market."""
        typed = ["-m", *MARKET, *QUICK, f"paths.output={output or self.output}", *overrides]
        command = read_command(typed)
        assert command is not None
        return run_sweep(command, carry_out)

    def select(self, *overrides: str, output: Path | None = None, symbol: str = "S01") -> Judgement:
        """Judge what is there."""
        selected = api.select([f"paths.output={output or self.output}", *overrides])
        judgement = Judgement(selected.manifest["selections"][symbol], selected.manifest)
        self.tell(str(judgement))
        return judgement

    def delete(self, run: Run | str) -> None:
        """Delete a run's folder."""
        run_id = run if isinstance(run, str) else run.run_id
        shutil.rmtree(self.output / "runs" / run_id)

    def runs(self) -> list[Run]:
        return [load_run(folder) for folder in list_runs(self.output)]

    def tell(self, line: str) -> None:
        self.lines.append(line)
        sys.stdout.write(f"{line}\n")


def never_better(before: Judgement, after: Judgement) -> None:
    """Assert that no p-value of a run that was there has fallen, and that the verdict is no better."""
    lower = {
        run_id: (p_value, after.p_values[run_id])
        for run_id, p_value in before.p_values.items()
        if run_id in after.p_values and after.p_values[run_id] < p_value * (1 - 1e-9)
    }
    assert lower == {}, "a habit made these p-values smaller"
    assert ORDER.index(after.verdict) >= ORDER.index(before.verdict), (before.verdict, after.verdict)
    assert after.counted["n_trials"] >= before.counted["n_trials"]


@pytest.fixture
def story(tmp_path, monkeypatch) -> Story:
    """An empty folder and an empty ledger."""
    return Story(tmp_path, monkeypatch.setenv)
