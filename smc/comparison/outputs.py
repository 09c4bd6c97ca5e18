"""What two runs of one configuration left behind, and two states of the bars behind them, cell by cell."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smc.comparison.configs import ABSENT
from smc.comparison.golden_answers import largest_gap
from smc.errors import ArtifactError
from smc.report.text import is_number
from smc.results import Run
from smc.results.plain import leaves
from smc.results.return_scheme import are_alike

IDENTICAL, WITHIN, DIFFERENT = "identical", "within tolerance", "different"
#: Of what cannot be held against its counterpart, which is no difference.
NOT_COMPARED = "not compared"
#: From best to worst.
VERDICTS = (NOT_COMPARED, IDENTICAL, WITHIN, DIFFERENT)
#: Columns of predictions that say what trades earn, and by whom.
OF_ANOTHER_KIND = ("ret", "account")
TABLES = ("predictions", "returns", "curves", "learning_curve", "tuning")
#: Fields of run.json that say when, by what and how fast, or stand in another check.
NOT_FIGURES = (
    "run_id", "timestamp", "training_duration_seconds", "code_version", "package_versions", "config_hash",
    "seedless_hash", "data_hash", "bars", "choices", "class_names", "trial_hash", "question_hash",
    "own_classes", "own_files", "version", "ledger", "run",
)  # fmt: skip


@dataclass(frozen=True)
class PartVerdict:
    """One part of a run beside its counterpart: a verdict of `VERDICTS`, and where they part."""

    part: str
    verdict: str
    detail: str = ""


OTHER_FIGURES = PartVerdict(
    "figures, returns", NOT_COMPARED, "the returns of one of them are of the old kind"
)


def compare(original: Run, rebuilt: Run, *, tolerance: float) -> list[PartVerdict]:
    """Compare tables, splits, weights and figures of two runs, part by part.

    A table that the original lacks is no difference: a later version writes more of the same fits. Where the
    returns are of another kind, splits, predictions and model are compared, and figures are named alone.

    Parameters
    ----------
    tolerance
        Largest absolute difference of a number that still counts as the same, where the bytes differ.
    """
    files, others = original.digests, rebuilt.digests
    names = [name for name in TABLES if f"{name}.parquet" in files]
    is_same_kind = are_alike(original.record, rebuilt.record)
    if is_same_kind:
        tables = [_table(name, original, rebuilt, tolerance) for name in names]
    else:
        tables = [
            _table(name, original, rebuilt, tolerance, OF_ANOTHER_KIND) for name in names if name != "returns"
        ]
    return [
        *tables,
        _whole("splits", ["splits.json"], files, others),
        _model(original, rebuilt, files, others, _tolerated(tables, tolerance)),
        _figures(original, rebuilt, tolerance) if is_same_kind else OTHER_FIGURES,
        *([_sealed(files, others)] if original.is_sealed and is_same_kind else []),
    ]


def worst(findings: list[PartVerdict]) -> str:
    """Return the verdict over all parts."""
    return max((finding.verdict for finding in findings), key=VERDICTS.index)


def changes(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Say in a sentence each how many bars are gone, new or changed, naming the first row and column.

    A missing value equals a missing value. Nothing is said of tables that are equal.

    >>> stamps = pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True)
    >>> bars = pd.DataFrame({"open": [1.0, 2.0], "close": [1.5, 2.5]}, index=stamps)
    >>> changes(bars, bars.replace(2.5, 2.6))
    ['1 cell changed, the first at 2024-01-02 00:00 in `close`: 2.5 became 2.6']
    """
    return list(_changes(before, after))


def _sealed(files: dict[str, str], others: dict[str, str]) -> PartVerdict:
    """Compare what a sealed test part holds, by its hashes: it is not looked at."""
    return _whole(
        "sealed test part", sorted(name for name in files if name.startswith("sealed_")), files, others
    )


def _whole(part: str, names: list[str], files: dict[str, str], others: dict[str, str]) -> PartVerdict:
    """Compare files that mean nothing but as a whole."""
    parted = [name for name in names if files.get(name) != others.get(name)]
    return PartVerdict(part, DIFFERENT, ", ".join(parted)) if parted else PartVerdict(part, IDENTICAL)


def _tolerated(tables: Sequence[PartVerdict], tolerance: float) -> float:
    """Return how far answers of the saved models may lie apart: not at all where the predictions do not."""
    return tolerance if any((each.part, each.verdict) == ("predictions", WITHIN) for each in tables) else -1.0


def _model(
    original: Run, rebuilt: Run, files: dict[str, str], others: dict[str, str], tolerance: float
) -> PartVerdict:
    """Compare saved models; where only a class or an argument has another name today, they are the same.

    Another processor adds up in another order: where predictions part within the tolerance, so may the
    answers to the rows that are kept with the model.
    """
    names = sorted(name for name in files | others if name.startswith("model/"))
    finding = _whole("model", names, files, others)
    if finding.verdict == IDENTICAL:
        return finding
    try:
        is_same = original.model_content() == rebuilt.model_content()
    except ArtifactError:
        is_same = False
    if is_same:
        return PartVerdict("model", IDENTICAL)
    gap = largest_gap(original, rebuilt)
    return PartVerdict("model", WITHIN, f"largest difference {gap:.1e}") if gap <= tolerance else finding


def _table(
    name: str, original: Run, rebuilt: Run, tolerance: float, left_out: Sequence[str] = ()
) -> PartVerdict:
    file = f"{name}.parquet"
    absent = [run.path for run in (original, rebuilt) if not run.has(file)]
    if absent:
        return PartVerdict(name, DIFFERENT, f"no {file} in {absent[0]}")
    if original.digests[file] == rebuilt.digests[file]:
        return PartVerdict(name, IDENTICAL)
    one, other = (
        run.table(name).drop(columns=list(left_out), errors="ignore") for run in (original, rebuilt)
    )
    if name == "curves":
        one = _carried_out(one, other)
    return _values(name, one, other, tolerance)


def _carried_out(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Leave out the iterations behind the kept ones that a later version does not carry out any more."""
    keys = [key for key in ("fit", "member", "iteration") if key in one and key in other]
    ours, theirs = (pd.MultiIndex.from_frame(table.filter(keys)) for table in (one, other))
    chosen = np.flatnonzero(ours.isin(theirs) | one["kept"].to_numpy(dtype=bool))
    return one.take(chosen).reset_index(drop=True)


def _values(name: str, one: pd.DataFrame, other: pd.DataFrame, tolerance: float) -> PartVerdict:
    """Compare two tables cell by cell, and name the first cell that parts them."""
    if one.shape != other.shape or list(one.columns) != list(other.columns):
        return PartVerdict(name, DIFFERENT, f"{_shape(one)} became {_shape(other)}")
    largest = 0.0
    for column in one.columns:
        before, now = one[column].to_numpy(), other[column].to_numpy()
        parted = np.flatnonzero(~((before == now) | (pd.isna(before) & pd.isna(now))))
        if not len(parted):
            continue
        is_float = before.dtype.kind == now.dtype.kind == "f"
        gap = float(np.abs(before - now)[parted].max()) if is_float else math.inf
        if not gap <= tolerance:
            row = parted[0]
            return PartVerdict(name, DIFFERENT, f"row {row}, `{column}`: {before[row]} became {now[row]}")
        largest = max(largest, gap)
    return PartVerdict(name, *_within(largest))


def _figures(original: Run, rebuilt: Run, tolerance: float) -> PartVerdict:
    """Compare what run.json says of the result; what it says beside is news of another version."""
    one, other = (dict(_said(run)) for run in (original, rebuilt))
    largest = 0.0
    for path in sorted(one):
        gap = _gap(one[path], other.get(path, ABSENT))
        if gap > tolerance:
            return PartVerdict("figures", DIFFERENT, f"{path}: {one[path]} became {other.get(path, ABSENT)}")
        largest = max(largest, gap)
    return PartVerdict("figures", *_within(largest))


def _gap(one: object, other: object) -> float:
    """Return the largest difference of two numbers, or of any two in lists and maps alike; else infinity."""
    if is_number(one) and is_number(other):
        return abs(one - other)
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        return max((_gap(one[key], other[key]) for key in one), default=0.0)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return max((_gap(a, b) for a, b in zip(one, other, strict=True)), default=0.0)
    return 0.0 if one == other else math.inf


def _within(largest: float) -> tuple[str, str]:
    return (WITHIN, f"largest difference {largest:.1e}") if largest else (IDENTICAL, "")


def _said(run: Run) -> Iterator[tuple[str, object]]:
    return leaves({key: value for key, value in run.record.items() if key not in NOT_FIGURES})


def _shape(table: pd.DataFrame) -> str:
    return f"{len(table):,} rows of {', '.join(map(str, table.columns))}"


def _changes(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    gone, new = before.index.difference(after.index), after.index.difference(before.index)
    if len(gone):
        yield f"{_counted(len(gone), 'bar')} of then gone, the first of {_stamp(gone[0])}"
    if len(new):
        yield f"{_counted(len(new), 'bar')} new, the first of {_stamp(new[0])}"
    if list(before.columns) != list(after.columns):
        yield f"the columns are {', '.join(after.columns)}, they were {', '.join(before.columns)}"
        return
    both = before.index.intersection(after.index)
    old, now = (table.loc[both].to_numpy(dtype=np.float64) for table in (before, after))
    cells = np.argwhere(~((old == now) | (np.isnan(old) & np.isnan(now))))
    if len(cells):
        row, column = cells[0]
        yield (
            f"{_counted(len(cells), 'cell')} changed, the first at {_stamp(both[row])} in "
            f"`{before.columns[column]}`: {old[row, column]:.10g} became {now[row, column]:.10g}"
        )


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _stamp(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%d %H:%M}"
