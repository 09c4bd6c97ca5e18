"""Finished runs, read back: verified first, parsed when asked for."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from smc.results.manifest import NAME, digest_of_folder, verify
from smc.results.opened_scores import with_test_figures
from smc.results.packing import unpacked
from smc.results.record import RunRecord
from smc.results.return_scheme import as_simple, is_of_today
from smc.typing import Config

#: Name of the file that holds the figures of a sealed test part.
SEALED_FIGURES = "sealed_figures.json"


class Run:
    """A finished run, verified when it was opened; `load_run` makes one.

    Attributes
    ----------
    path, run_id
        Its folder, and its id as the manifest says it.
    is_opened
        Whether its sealed test part is shown, see `opened`.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path, self.run_id = path, str(manifest["run_id"])
        self.is_opened = False
        self._packed: list[str] = manifest["packed"]

    @cached_property
    def record(self) -> RunRecord:
        """The figures of the run: run.json. One of an older smc may lack fields of today."""
        return json.loads((self.path / "run.json").read_bytes())

    @cached_property
    def config(self) -> Config:
        """The resolved configuration: config.yaml."""
        import yaml

        return yaml.load((self.path / "config.yaml").read_bytes(), Loader=yaml.CSafeLoader)

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Out-of-fold, val and test predictions, one row a prediction: predictions.parquet."""
        return pd.read_parquet(self.path / "predictions.parquet")

    @cached_property
    def returns(self) -> pd.DataFrame:
        """Position, gross and net return, one row a bar of an account: returns.parquet, in simple returns."""
        return self._in_simple_returns("returns")

    @property
    def fingerprints(self) -> dict[str, str]:
        """Fingerprint of each symbol's bars."""
        return {symbol: bars["fingerprint"] for symbol, bars in self.record["bars"].items()}

    @property
    def digest(self) -> str:
        """Hash of the list of its files, and with it of every file (SHA-256, hex)."""
        return digest_of_folder(self.path)

    def sealed_events(self) -> pd.DataFrame | None:
        """Return when the events of its sealed test part are and end, and no figure; None if it has none."""
        path = self.path / "sealed_predictions.parquet"
        return pd.read_parquet(path, columns=["symbol", "event", "time", "end"]) if path.is_file() else None

    @property
    def is_sealed(self) -> bool:
        """Whether its test part waits to be opened, or was opened by a selection."""
        return (self.path / SEALED_FIGURES).is_file() or (self.path / "sealed_predictions.parquet").is_file()

    def sealed_figures(self) -> dict[str, Any]:
        """Read the figures of a sealed test part by symbol; whoever does records the opening first.

        Empty of a run of before 0.3, which wrote none beside its sealed tables.
        """
        path = self.path / SEALED_FIGURES
        return json.loads(path.read_bytes()) if path.is_file() else {}

    @cached_property
    def evidence(self) -> pd.DataFrame | None:
        """What each labelled event says for it: evidence.parquet; None of a run of before 0.3."""
        path = self.path / "evidence.parquet"
        return pd.read_parquet(path) if path.is_file() else None

    def opened(self, figures: Mapping[str, Mapping[str, Any]]) -> "Run":
        """Return the run with its test part as a selection saw it; its folder stays as it is.

        Parameters
        ----------
        figures
            By symbol, as the ledger keeps them; empty: the run itself.
        """
        if not figures:
            return self
        run, pool = (
            Run(self.path, {"run_id": self.run_id, "packed": self._packed}),
            self.record.get("by_symbol"),
        )
        record: Any = self.record
        if pool is None:
            record = with_test_figures(record, next(iter(figures.values())))
        else:
            seen = {symbol: with_test_figures(pool[symbol], figures[symbol]) for symbol in figures}
            record = {**record, "by_symbol": {**pool, **seen}}
        tables = [table.loc[table["symbol"].isin(list(figures))] for table in self.sealed_tables()]
        run.is_opened = True
        run.__dict__["record"] = record
        run.__dict__["predictions"] = pd.concat([self.predictions, tables[0]], ignore_index=True)
        run.__dict__["returns"] = pd.concat([self.returns, tables[1]], ignore_index=True)
        return run

    def sealed_tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Read predictions and returns of a sealed test part; whoever does records the opening first."""
        predictions = pd.read_parquet(self.path / "sealed_predictions.parquet")
        return predictions, self._in_simple_returns("sealed_returns")

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Loss and accuracy, one row a fit and iteration: curves.parquet; empty if there is none.

        Those of an ensemble are its members', by ``member``.
        """
        return self._table_if_any("curves")

    @cached_property
    def learning_curve(self) -> pd.DataFrame:
        """Scores over the number of train events: learning_curve.parquet; empty unless it was asked for."""
        return self._table_if_any("learning_curve")

    def model(self) -> Any:
        """Load the saved model, as `smc.artifact.load` does; nothing stored is executed."""
        from smc import artifact

        with self._model_folder() as folder:
            return artifact.load(folder)

    def model_content(self) -> dict[str, Any]:
        """Return what the saved model holds by file, as `smc.artifact.content` does; nothing without one."""
        from smc import artifact

        if not (self.path / "model").is_dir():
            return {}
        with self._model_folder() as folder:
            return artifact.content(folder)

    def _model_folder(self) -> AbstractContextManager[Path]:
        packed = [name.removeprefix("model/") for name in self._packed if name.startswith("model/")]
        return unpacked(self.path / "model", packed)

    def _in_simple_returns(self, name: str) -> pd.DataFrame:
        returns = pd.read_parquet(self.path / f"{name}.parquet")
        return returns if is_of_today(self.record) else as_simple(returns)

    def _table_if_any(self, name: str) -> pd.DataFrame:
        path = self.path / f"{name}.parquet"
        return pd.read_parquet(path) if path.is_file() else pd.DataFrame()

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


def load_run(path: str | Path) -> Run:
    """Open a finished run folder after checking every file of it against its manifest (size, SHA-256).

    Raises
    ------
    ResultsError
        There is no run, or it is damaged; the message names the file.
    """
    folder = Path(path)
    return Run(folder, verify(folder))


def list_runs(output: str | Path) -> list[Path]:
    """Return the folders of all finished runs under an output folder, by name; `load_run` verifies each."""
    return sorted(path.parent for path in (Path(output) / "runs").glob(f"*/{NAME}"))
