"""A researcher's folder, ledger and habits: what a verdict was before a habit, and what it is after.

`python -m pytest tests/stories -rP` shows each story with its verdicts and p-values.
"""

import contextlib
import importlib
import io
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smc import api
from smc import ledger as ledger_command
from smc.config.command import read_command
from smc.data.simulated import Simulated
from smc.launcher.launcher import Task
from smc.launcher.run import run_sweep
from smc.results import Run, list_runs, load_run
from smc.results.manifest import write_manifest
from smc.select import sections
from smc.train import carry_out
from smc.trials import Ledger, MarketTrials

N_BARS = 4000
#: A market with an edge that some 320 events show: one run that was fixed beforehand is deployed.
MARKET = f"data=simulated data.n_bars={N_BARS} data.n_symbols=1 data.edge_frac=1.0 symbol=S01".split()
QUICK = ("model=logistic", "aug=none", "evaluation.n_bootstrap=20", "monitor=none", "keep_bars=false")
#: From best to worst.
ORDER = ("DEPLOY", "WATCH", "NO_MODEL")


@dataclass(frozen=True)
class Judgement:
    """What a selection said of a symbol, and what its user reads: at the terminal, and of each gate."""

    entry: Mapping[str, Any]
    manifest: Mapping[str, Any]
    path: Path
    told: str

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
        found = {row["run_id"]: row.get("corrected_p_value") for row in rows}
        return {run_id: p_value for run_id, p_value in found.items() if p_value is not None}

    @property
    def p_oof(self) -> float | None:
        return self._p_values.get("corrected")

    @property
    def p_single(self) -> float:
        """What each trial that left no evidence costs."""
        return self._p_values["single"] or 0.0

    @property
    def p_test(self) -> float | None:
        return self._p_values.get("test")

    @property
    def decided_by(self) -> str | None:
        return (self.entry["decided_by"] or "").partition(":")[0] or None

    @property
    def counted(self) -> dict[str, Any]:
        evidence = self.entry["evidence"]
        return {name: evidence.get(name) for name in ("n_trials", "n_untold", "round", "openings")}

    @property
    def _p_values(self) -> Mapping[str, float | None]:
        return self.entry["evidence"].get("p_values") or {}

    def __str__(self) -> str:
        counted = ", ".join(f"{name} {value}" for name, value in self.counted.items())
        decided = f" ({self.decided_by})" if self.decided_by else ""
        return f"{self.verdict}{decided}, p_oof {_shown(self.p_oof)}, p_test {_shown(self.p_test)}, {counted}"


def _shown(p_value: float | None) -> str:
    return "-" if p_value is None else f"{p_value:.4f}"


class Story:
    """Run commands as a researcher does, all in one folder, counted in one ledger."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.place, self.output = place, place / "outputs"
        self._patch = patch
        self.market: Sequence[str] = MARKET
        self.use_ledger(place / "ledger.sqlite")

    @property
    def ledger(self) -> Ledger:
        return Ledger(output=str(self.output))

    def counted(self) -> MarketTrials:
        """Return what the ledger knows of the one market."""
        (market,) = self.ledger.markets().index
        return self.ledger.market_trials(market)

    def rounds(self) -> dict[str, int]:
        """Return the round of each run that stands for a trial."""
        return {column.run_id: column.round for column in self.counted().columns}

    @property
    def ledger_file(self) -> Path:
        return self._ledger_file

    def use_ledger(self, path: Path) -> None:
        """Count from now on in another ledger."""
        self._ledger_file = path
        self._patch.setenv("SMC_LEDGER", str(path))

    def on(self, bars: pd.DataFrame, symbol: str = "S01") -> None:
        """From now on, work on these bars, in a file of one's own."""
        folder = self.place / "bars"
        folder.mkdir(exist_ok=True)
        bars.to_csv(folder / f"{symbol}.csv")
        self.market = ("data=files", f"data.root={folder}", f"symbol={symbol}")

    def train(self, *overrides: str, output: Path | None = None) -> Run:
        """Carry out one run."""
        return api.train([*self.market, *QUICK, f"paths.output={output or self.output}", *overrides])

    def sweep(self, *overrides: str, output: Path | None = None, task: Task = carry_out) -> str:
        """Carry out a sweep; what it said."""
        typed = ["-m", *self.market, *QUICK, f"paths.output={output or self.output}", *overrides]
        command = read_command(typed)
        assert command is not None
        with contextlib.redirect_stderr(io.StringIO()) as text:
            run_sweep(command, task)
        return text.getvalue()

    def select(self, *overrides: str, output: Path | None = None, symbol: str = "S01") -> Judgement:
        """Judge what is there."""
        result = api.select([f"paths.output={output or self.output}", *overrides])
        told = "\n".join(point for section in sections(result) for point in section.points)
        entry = result.manifest["selections"][symbol]
        gates = "\n".join(gate["explanation"] for gate in entry["gates"])
        judgement = Judgement(entry, result.manifest, result.path, f"{told}\n{gates}")
        say(str(judgement))
        return judgement

    def ask_ledger(self, *arguments: str | Path) -> str:
        """Type a command of the ledger's; what it said, and how it ended if not well."""
        with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.redirect_stderr(text):
            try:
                ledger_command.main([*map(str, arguments), f"--output={self.output}"])
            except SystemExit as end:
                text.write(f"\nexit code {end.code}")
        return " ".join(text.getvalue().split())

    def folder(self, run: Run | str) -> Path:
        return self.output / "runs" / (run if isinstance(run, str) else run.run_id)

    def delete(self, *runs: Run | str) -> None:
        """Delete folders of runs."""
        for run in runs:
            shutil.rmtree(self.folder(run))

    def runs(self) -> list[Run]:
        return [load_run(folder) for folder in list_runs(self.output)]

    def write_module(self, name: str, text: str) -> None:
        """Write a module of one's own, which the next run imports anew."""
        self._patch.setenv("SMC_ALLOW", name)
        sys.modules.pop(name, None)
        (self.place / f"{name}.py").write_text(text)
        importlib.invalidate_caches()


def say(line: str) -> None:
    """Write a line of the table of stories."""
    sys.stdout.write(f"{line}\n")


def told(where: str, *sentences: str) -> None:
    """Assert that a user reads these sentences."""
    text = " ".join(where.split())
    for sentence in sentences:
        assert sentence in text, f"{sentence!r} is not in {text!r}"
        say(f"told: {sentence}")


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


def edit(run: Run, **facts: Any) -> None:
    """Edit the record of a run."""
    path = run.path / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **facts}))


def recompute_manifest(folder: Path) -> None:
    """Make a folder's list of files true again, as somebody who knows smc may."""
    kept = json.loads((folder / "MANIFEST.json").read_bytes())
    (folder / "MANIFEST.json").unlink()
    write_manifest(folder, run_id=kept["run_id"], packed=kept["packed"])


@cache
def bars_of(n_bars: int = N_BARS, seed: int = 0, edge: float = 1.0) -> pd.DataFrame:
    """Bars of the story's market; more of them continue fewer."""
    return Simulated(n_symbols=1, n_bars=n_bars, seed=seed, edge_frac=edge).load("S01")


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """An empty folder and an empty ledger."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield Story(tmp_path, monkeypatch)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
