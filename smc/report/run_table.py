"""Finished runs side by side: a row each, and of what was asked for only what differs among them."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from smc.config.suggest import suggest
from smc.errors import ConfigError, PlaceError, ResultsError
from smc.report.document import Section, Table
from smc.report.figures import Figures
from smc.report.notices import sentences
from smc.report.runs import EVERY, SHORTEST, Wanted, called
from smc.report.text import decimal, interval, is_number, percent
from smc.results import Run, list_runs
from smc.results.manifest import read_manifest
from smc.results.run import reading

#: What every run has: who it is, and its figures.
FACTS = ("made", "run", "symbol", "model", "name", "tags")
FIGURES = (
    "n_events",
    "metric",
    "out_of_fold",
    "low",
    "high",
    "majority",
    "skill",
    "val",
    "gap",
    "sharpe",
    "warnings",
)
TEST = "test"
#: Column of a page, from which on there are figures.
OUT_OF_FOLD = "out of fold"
#: How ``sources.json`` marks what was typed.
TYPED = "command line: "
#: Beginnings of settings that are no part of what was tried.
APART = ("run.", "paths.", "ledger.", "tracker.", "monitor.", "trainer.", "retry", "bad_jobs", "keep_bars")
#: Groups that are shown already, or are no part of what was tried.
NO_COLUMN = ("model", "space", "monitor", "tracker", "trainer")
CONDITION = re.compile(r"\s*([\w.]+)\s*(!=|>=|<=|=|>|<)\s*(.*?)\s*")
ORDER: Mapping[str, Callable[[Any, Any], bool]] = {">": gt, "<": lt, ">=": ge, "<=": le}


@dataclass(frozen=True)
class Condition:
    """What a row must have to be shown: a column or a setting, compared with a value.

    Texts may hold ``*`` for any text; numbers alone are larger or smaller.

    >>> Condition.parse("gap<=0.2").holds(0.15), Condition.parse("reg=t*").holds("tiny")
    (True, True)
    """

    key: str
    sign: str
    value: str

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """Read ``KEY=VALUE``, or another sign.

        Raises
        ------
        ConfigError
            It is none.
        """
        match = CONDITION.fullmatch(text)
        if match is None or match[3][:1] in ("=", "<", ">", "!"):
            raise ConfigError(
                f"--where {text}: a condition is KEY=VALUE, with =, !=, <, <=, > or >=, as 'gap<=0.2'"
            )
        if match[2] in ORDER and _number(match[3]) is None:
            raise ConfigError(
                f"--where {text}: numbers alone are larger or smaller, and {match[3]!r} is none"
            )
        return cls(*match.groups())

    def holds(self, found: object) -> bool:
        """Tell whether a value fulfils it; one that is missing is only unlike others."""
        number = _number(self.value)
        if self.sign in ORDER:
            return number is not None and is_number(found) and ORDER[self.sign](found, number)
        if number is not None and is_number(found):
            is_equal = float(found) == number
        elif isinstance(found, list):
            is_equal = any(fnmatchcase(str(each), self.value) for each in found)
        else:
            is_equal = found is not None and fnmatchcase(_text(found), self.value)
        return is_equal == (self.sign == "=")


@dataclass(frozen=True)
class _Row:
    """What is known of a run; of its files the configuration alone is read later, if anybody asks for it."""

    run: Run
    cells: Mapping[str, Any]
    choices: Mapping[str, Any]
    typed: Mapping[str, Any]

    def value(self, key: str) -> Any:
        """Return a cell, the option of a group, or a value of the configuration; None if there is none."""
        if key in self.cells:
            return self.cells[key]
        if key in self.choices:
            return self.choices[key]
        if key in self.typed:
            return self.typed[key]
        found: Any = self.run.config
        for step in key.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return None if isinstance(found, dict) else found


def run_table(
    output: str | Path,
    wanted: Wanted = EVERY,
    conditions: Sequence[Condition] = (),
    *,
    columns: Sequence[str] = (),
    among: Collection[str] | None = None,
    opened: Callable[[Run], Run] | None = None,
) -> pd.DataFrame:
    """Return the finished runs under an output folder, the latest first.

    Parameters
    ----------
    conditions
        All must hold. A key that they name is a column, too.
    columns
        Settings that are shown though they do not differ.
    among
        Ids of runs; None: all that there are.
    opened
        Gives a run with the test figures that a selection has seen; None: test figures are left out, for who
        sees many at once picks among them.

    Returns
    -------
    pd.DataFrame
        `FACTS`, then the options and typed values that differ, then `FIGURES`: ``out_of_fold`` is the
        ``metric`` (accuracy, or R2 of a regression) with the interval from ``low`` to ``high``, ``majority``
        what naming one class all the time gives, ``skill`` the share of the baseline's loss that is saved,
        ``gap`` train less validation, ``sharpe`` a year's out of fold after costs. ``attrs["damaged"]`` says
        how many runs could not be read.

    Raises
    ------
    ConfigError
        No run has a setting that is asked for.
    """
    rows, n_damaged = [], 0
    for folder in list_runs(output):
        if among is not None and folder.name not in among:
            continue
        try:
            manifest = read_manifest(folder)
            run = Run(folder, manifest)
            with reading(folder):
                if wanted.has(run.record):
                    known = opened(run) if opened else run
                    rows.append(_row(known, Run(folder, manifest), with_test=opened is not None))
        except PlaceError:
            raise
        except ResultsError:
            n_damaged += 1
    named = [*(condition.key for condition in conditions), *columns]
    _check_keys(named, rows)
    rows = [row for row in rows if all(each.holds(row.value(each.key)) for each in conditions)]
    figures = (*FIGURES, *([TEST] if opened else []))
    extra = [key for key in dict.fromkeys([*_differing(rows), *named]) if key not in (*FACTS, *figures)]
    keys = [*FACTS, *extra, *figures]
    table = pd.DataFrame([[row.value(key) for key in keys] for row in rows], columns=keys)
    table = table.sort_values("made", ascending=False, kind="stable", ignore_index=True)
    table.attrs["damaged"] = n_damaged
    return table


def sorted_by(table: pd.DataFrame, column: str, *, reverse: bool = False) -> pd.DataFrame:
    """Sort by a column: figures the largest first, text from a to z.

    Raises
    ------
    ConfigError
        There is no such column.
    """
    if column not in table:
        near = suggest(column, table.columns)
        raise ConfigError(f"--sort {column}: there is no such column{near} ({', '.join(table.columns)})")
    is_figure = pd.api.types.is_numeric_dtype(table[column])
    values = table[column] if is_figure else table[column].map(_text)
    ascending = reverse if is_figure else not reverse
    order = pd.Series(values).sort_values(ascending=ascending, kind="stable", na_position="last").index
    return table.loc[order].reset_index(drop=True)


def table_section(table: pd.DataFrame, output: str | Path, title: str = "Runs") -> Section:
    """Lay a table of runs out for people: what nobody has is left out."""
    n_damaged = table.attrs.get("damaged", 0)
    damaged = f"{n_damaged} more cannot be read: python -m smc.show --list says why."
    points = [damaged] if n_damaged else []
    if table.empty:
        return Section(title, [f"No finished run under {output} is like that.", *points])
    columns = _columns(table)
    rows = [[write(row) for _, write in columns] for row in table.to_dict("records")]
    shown = [
        number for number, _ in enumerate(columns) if any(row[number] not in ("", "n/a") for row in rows)
    ]
    names = [columns[number][0] for number in shown]
    n_text = names.index(OUT_OF_FOLD) if OUT_OF_FOLD in names else len(names)
    cells = [[row[number] for number in shown] for row in rows]
    return Section(title, points, [Table(names, cells, n_text=n_text, n_whole=1)])


def _columns(table: pd.DataFrame) -> list[tuple[str, Callable[[Mapping[Any, Any]], str]]]:
    """Name the columns on a page, with what writes a cell of each from a row."""
    figures = (*FIGURES, TEST)
    settings = [str(name) for name in table if name not in (*FACTS, *figures)]
    size = SHORTEST
    while table["run"].str[:size].nunique() < table["run"].nunique():
        size += 1

    def metric(name: str) -> Callable[[Mapping[Any, Any]], str]:
        return lambda row: (percent if row["metric"] == "accuracy" else decimal)(row.get(name))

    def out_of_fold(row: Mapping[Any, Any]) -> str:
        write = percent if row["metric"] == "accuracy" else decimal
        return f"{write(row['out_of_fold'])} {interval((row['low'], row['high']), write)}".rstrip()

    return [
        ("run", lambda row: row["run"][:size]),
        ("symbol", lambda row: _text(row["symbol"])),
        ("model", lambda row: _text(row["model"])),
        ("called", lambda row: called({"name": _text(row["name"]), "tags": row["tags"]})),
        *((_short(name, settings), lambda row, name=name: _text(row[name])) for name in settings),
        (OUT_OF_FOLD, out_of_fold),
        ("skill", lambda row: percent(row["skill"])),
        ("gap", lambda row: percent(row["gap"])),
        ("test", metric(TEST)),
    ]


def _short(key: str, keys: Sequence[str]) -> str:
    """Name a setting by its last word, where no other column is called so.

    >>> [_short(key, ["model.C", "cv.gap", "evaluation.test"]) for key in ("model.C", "evaluation.test")]
    ['C', 'evaluation.test']
    """
    last = key.rpartition(".")[2]
    others = [other.rpartition(".")[2] for other in keys if other != key]
    return key if last in (*FACTS, *FIGURES, TEST, *others) else last


def _row(run: Run, unread: Run, *, with_test: bool) -> _Row:
    """Read the cells of a run; what is kept is one that has read nothing yet, for records are large."""
    record = run.record
    figures, naming = Figures(record), record.get("run") or {}
    is_classification = record.get("task") == "classification"
    metric = "accuracy" if is_classification else "r2"
    scores = figures.metrics("out_of_fold")
    low, high = figures.interval("out_of_fold", metric) or (None, None)
    cells = {
        "made": record.get("timestamp"),
        "run": run.path.name,
        "symbol": record.get("symbol"),
        "model": (record.get("choices") or {}).get("model") or record.get("model_name"),
        "name": naming.get("name"),
        "tags": list(naming.get("tags") or []),
        "n_events": scores.get("n_events"),
        "metric": metric,
        "out_of_fold": scores.get(metric),
        "low": low,
        "high": high,
        "majority": scores.get("majority_accuracy"),
        "skill": scores.get("log_loss_skill" if is_classification else "mse_skill"),
        "val": figures.metrics("val").get(metric),
        "gap": figures.history.get("train_val_gap" if is_classification else "train_val_r2_gap"),
        "sharpe": figures.financial("out_of_fold").get("sharpe"),
        "warnings": len(sentences(record)),
        **({TEST: figures.metrics("test").get(metric)} if with_test else {}),
    }
    return _Row(unread, cells, record.get("choices") or {}, dict(_typed(run.sources)))


def _typed(sources: Mapping[str, str]) -> Iterable[tuple[str, Any]]:
    """Give the values that were typed, by key; not those that follow from one elsewhere."""
    for key, source in sources.items():
        name, _, text = source.removeprefix(TYPED).partition("=")
        if source.startswith(TYPED) and name.lstrip("+") == key and not key.startswith(APART):
            yield key, _value(text)


@cache
def _value(text: str) -> Any:
    """Return what was typed; a sweep types the same many times."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _differing(rows: Sequence[_Row]) -> list[str]:
    """Name the options and typed values of which there are several, options first."""
    groups = sorted({key for row in rows for key in row.choices} - {*NO_COLUMN})
    typed = sorted({key for row in rows for key in row.typed} - {*groups})
    return [key for key in (*groups, *typed) if len({_text(row.value(key)) for row in rows}) > 1]


def _check_keys(keys: Sequence[str], rows: Sequence[_Row]) -> None:
    for key in keys:
        if rows and all(row.value(key) is None for row in rows) and key not in (*FACTS, *FIGURES, TEST):
            raise ConfigError(
                f"no run has {key}: name a column ({', '.join((*FACTS, *FIGURES))}), a group (reg) or a "
                "setting (model.max_depth)"
            )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _text(value: object) -> str:
    """Write a value as it would be typed; what is missing is empty."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
