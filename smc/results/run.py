"""Finished runs, read back: verified first, parsed when asked for.

Anybody may have made a run folder. Nothing that it holds is executed, no path that it names is followed, and
what it says is held against the form that smc writes before it is used.
"""

import contextlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smc.errors import ResultsError, SmcError
from smc.evaluation.rows import Rows
from smc.outside.regular_file import check_bounded, parse_json, read_regular
from smc.results.manifest import DIGEST, NAME, Manifest, damaged, unreadable, verify
from smc.results.naming import renamed_at
from smc.results.opened_scores import with_test_figures
from smc.results.packing import unpacked
from smc.results.record import BarsFacts, RunRecord
from smc.results.return_scheme import as_simple, is_of_today
from smc.results.schema import record_misfits
from smc.results.table_file import check_finite, read_rows, read_table
from smc.typing import Config

if TYPE_CHECKING:
    from smc.cv.plan import SplitPlan

#: Name of the file that holds the figures of a sealed test part.
SEALED_FIGURES = "sealed_figures.json"
#: What may be known of a sealed test part: when its events are and end.
SEALED_EVENTS = ("symbol", "event", "time", "end")
#: Where its files of the model stand.
MODEL = "model/"


class Run:
    """A finished run, verified when it was opened; `load_run` makes one.

    What is asked for and cannot be read raises ResultsError, which names folder and file.

    Attributes
    ----------
    path, run_id
        Its folder, and its id as the manifest says it.
    is_opened
        Whether its sealed test part is shown, see `opened`.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path, self.run_id = path, manifest.run_id
        self.is_opened = False
        self._manifest = manifest

    @cached_property
    def record(self) -> RunRecord:
        """The figures of the run: run.json, and what it is called now (`smc.results.naming`).

        One of an older smc may lack fields of today.

        Raises
        ------
        ResultsError
            A field is not what smc writes there; the message names it.
        """
        record = self._json("run.json")
        with reading(self.path):
            problem = next(record_misfits(record), None)
        if problem:
            raise damaged(self.path, f"run.json: {problem}")
        if record.get("run_id", self.run_id) != self.run_id:
            raise damaged(self.path, f"run.json is of run {record['run_id']}, {NAME} of {self.run_id}")
        return renamed_at(self.path, record)

    @cached_property
    def config(self) -> Config:
        """The resolved configuration: config.yaml."""
        import yaml

        with reading(self.path):
            config = yaml.load(self.content("config.yaml"), Loader=yaml.CSafeLoader)
            check_bounded(config)
        if not isinstance(config, dict):
            raise damaged(self.path, "config.yaml holds no configuration")
        return config

    @cached_property
    def sources(self) -> dict[str, str]:
        """Where each value of the configuration came from: sources.json; empty of a run that wrote none."""
        said = self._json("sources.json") if self.has("sources.json") else {}
        if not (isinstance(said, dict) and all(isinstance(source, str) for source in said.values())):
            raise damaged(self.path, "sources.json does not name a source for each value")
        return said

    @cached_property
    def plan(self) -> "SplitPlan":
        """The folds: splits.json."""
        from smc.cv.plan import SplitPlan

        saved = self._json("splits.json")
        with reading(self.path):
            return SplitPlan.from_saved(saved, str(self.path / "splits.json"))

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Out-of-fold, val and test predictions, one row a prediction: predictions.parquet."""
        return self._finite_table("predictions")

    @cached_property
    def returns(self) -> pd.DataFrame:
        """Position, gross and net return, one row a bar of an account: returns.parquet, in simple returns."""
        return self._in_simple_returns("returns")

    def rows(self, name: str, columns: Sequence[str] | None = None) -> Rows:
        """Read one of its tables, or some columns, as arrays.

        Returns are as they were written: not in simple returns, where the run was made before 0.2.
        """
        with reading(self.path):
            rows = read_rows(self._file(f"{name}.parquet"), columns)
            check_finite(rows, name)
            return rows

    @property
    def fingerprints(self) -> dict[str, str]:
        """Fingerprint of each symbol's bars."""
        return fingerprints_of(self.record["bars"], self.path, "run.json")

    @property
    def digest(self) -> str:
        """Hash of the list of its files as it was read, and with it of every file (SHA-256, hex)."""
        return self._manifest.digest

    def sealed_events(self) -> pd.DataFrame | None:
        """Return when the events of its sealed test part are and end, and no figure; None if it has none."""
        name = "sealed_predictions"
        return self._finite_table(name, SEALED_EVENTS) if self.has(f"{name}.parquet") else None

    @property
    def is_sealed(self) -> bool:
        """Whether its test part waits to be opened, or was opened by a selection."""
        return self.has(SEALED_FIGURES) or self.has("sealed_predictions.parquet")

    def sealed_figures(self) -> dict[str, Any]:
        """Read the figures of a sealed test part by symbol; whoever does records the opening first.

        Empty of a run of before 0.3, which wrote none beside its sealed tables.
        """
        return self._json(SEALED_FIGURES) if self.has(SEALED_FIGURES) else {}

    @cached_property
    def evidence(self) -> pd.DataFrame | None:
        """What each labelled event says for it: evidence.parquet; None of a run of before 0.3."""
        return self._finite_table("evidence") if self.has("evidence.parquet") else None

    def opened(self, figures: Mapping[str, Mapping[str, Any]]) -> "Run":
        """Return the run with its test part as a selection saw it; its folder stays as it is.

        Parameters
        ----------
        figures
            By symbol, as the ledger keeps them; empty: the run itself.
        """
        if not figures:
            return self
        run, pool = Run(self.path, self._manifest), self.record.get("by_symbol")
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
        return self._finite_table("sealed_predictions"), self._in_simple_returns("sealed_returns")

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Loss and accuracy, one row a fit and iteration: curves.parquet; empty if there is none.

        Those of an ensemble are its members', by ``member``.
        """
        return self._table_if_any("curves")

    @cached_property
    def tuning(self) -> pd.DataFrame:
        """Every trial of a search for parameters: tuning.parquet; empty where nothing was looked for."""
        return self._table_if_any("tuning")

    @cached_property
    def learning_curve(self) -> pd.DataFrame:
        """Scores over the number of train events: learning_curve.parquet; empty unless it was asked for."""
        return self._table_if_any("learning_curve")

    def model(self) -> Any:
        """Load the saved model, as `smc.artifact.load` does; nothing stored is executed."""
        from smc import artifact

        with self.saved_model() as folder:
            return artifact.load(folder)

    def model_content(self) -> dict[str, Any]:
        """Return what the saved model holds by file, as `smc.artifact.content` does; nothing without one."""
        from smc import artifact

        if not self._saved(MODEL):
            return {}
        with self.saved_model() as folder:
            return artifact.content(folder)

    def has(self, name: str) -> bool:
        """Tell whether a file is one of the run's."""
        return name in self._manifest.files

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each file, hex."""
        return {name: entry["sha256"] for name, entry in self._manifest.files.items()}

    def content(self, name: str) -> bytes:
        """Read one of its small files, which must be what is listed."""
        path = self._file(name)
        with reading(self.path):
            try:
                content = read_regular(path)
            except FileNotFoundError as error:
                raise damaged(self.path, f"{name} is missing") from error
        self._manifest.check_content(self.path, name, content)
        return content

    def table(self, name: str) -> pd.DataFrame:
        """Read one of its tables as it was written: ``predictions``, ``curves``."""
        with reading(self.path):
            return read_table(self._file(f"{name}.parquet"))

    def _file(self, name: str) -> Path:
        if not self.has(name):
            raise damaged(self.path, f"{NAME} names no {name}")
        return self.path / name

    def _json(self, name: str) -> Any:
        content = self.content(name)
        try:
            return parse_json(content)
        except ValueError as error:
            raise damaged(self.path, f"{name} cannot be read ({error})") from error

    def saved_model(self, place: str = MODEL) -> contextlib.AbstractContextManager[Path]:
        """Give the folder of a saved model, or a temporary copy where files of it are packed."""
        packed = {name.removeprefix(place) for name in self._manifest.packed if name.startswith(place)}
        return unpacked(self.path / place, self._saved(place), packed)

    def _saved(self, place: str) -> list[str]:
        return [name.removeprefix(place) for name in self._manifest.files if name.startswith(place)]

    def _in_simple_returns(self, name: str) -> pd.DataFrame:
        returns = self._finite_table(name)
        return returns if is_of_today(self.record) else as_simple(returns)

    def _finite_table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        with reading(self.path):
            table = read_table(self._file(f"{name}.parquet"), columns)
            check_finite(table, name)
            return table

    def _table_if_any(self, name: str) -> pd.DataFrame:
        return self.table(name) if self.has(f"{name}.parquet") else pd.DataFrame()

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Blame a run folder for whatever goes wrong while it is read: anybody may have written it.

    Raises
    ------
    ResultsError
        Names the folder and what was raised; errors that smc raises on purpose pass.
    PlaceError
        The disk did not give a file, which says nothing of the folder.
    """
    try:
        yield
    except SmcError:
        raise
    except OSError as error:
        raise unreadable(folder, error.filename or "a file", error) from error
    except Exception as error:
        said, where = str(error).splitlines() or [""], traceback.extract_tb(error.__traceback__)[-1]
        raise ResultsError(
            f"the run at {folder} cannot be read: {type(error).__name__}: {said[0][:200]} "
            f"({Path(where.filename).name}, line {where.lineno}); if you made it yourself, run it again"
        ) from error


def fingerprints_of(bars: Mapping[str, BarsFacts], folder: Path, file: str) -> dict[str, str]:
    """Return the fingerprint of each symbol's bars, as a file of a folder says them.

    Raises
    ------
    ResultsError
        One is none.
    """
    with reading(folder):
        prints = {symbol: facts["fingerprint"] for symbol, facts in bars.items()}
    if wrong := [symbol for symbol, its in prints.items() if not DIGEST.fullmatch(its)]:
        raise damaged(folder, f"{file}: the fingerprint of {wrong[0]}'s bars is none")
    return prints


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
