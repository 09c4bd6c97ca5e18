"""The columns that the caller names, for files that call them otherwise or not at all."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence

from smc.data.bad_bars import COLUMNS
from smc.errors import DataError

FIELDS = ("time", *COLUMNS, "symbol")
#: A name, a position from 0, a date and a clock (time only), or None: the file has none (volume only).
Name = str | int
Named = Mapping[str, tuple[Name, ...]]


def check_named(columns: Mapping[str, Name | Sequence[Name] | None] | None) -> dict[str, tuple[Name, ...]]:
    """Bring `data.columns` to one shape: names or positions by field.

    >>> check_named({"time": ["Day", "Hour"], "close": "Last", "volume": None})
    {'time': ('Day', 'Hour'), 'close': ('Last',), 'volume': ()}

    Raises
    ------
    ValueError
        No such field, or a value of another kind.
    """
    named: dict[str, tuple[Name, ...]] = {}
    for field, value in (columns or {}).items():
        if field not in FIELDS:
            near = difflib.get_close_matches(str(field), FIELDS, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"`columns` must be keyed by {', '.join(FIELDS)}, got {field!r}{hint}")
        if value is None and field == "volume":
            named[field] = ()
            continue
        names = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
        is_name = all(isinstance(name, (str, int)) and not isinstance(name, bool) for name in names)
        is_place = all(name >= 0 for name in names if isinstance(name, int))
        if not (is_name and is_place and len(names) in ((1, 2) if field == "time" else (1,))):
            raise ValueError(
                f"`columns` must give {field} a name of the header or a position from 0"
                f"{' (time: or two, a date and a clock)' if field == 'time' else ''}, got {value!r}"
            )
        named[field] = tuple(name for name in names if name is not None)
    return named


def find_named(named: Named, names: Sequence[str] | None, n_columns: int) -> dict[str, tuple[int, ...]]:
    """Find the positions of the named columns; names in any case.

    Raises
    ------
    DataError
        The file has no such column, with the nearest one.
    """
    return {
        field: tuple(_position(field, name, names, n_columns) for name in wanted)
        for field, wanted in named.items()
    }


def has_named(named: Named, field: str, cells: Sequence[str]) -> bool:
    """Tell whether a row of cells holds every name that is given to a field."""
    folded = {_fold(cell) for cell in cells}
    return all(isinstance(name, int) or _fold(name) in folded for name in named[field])


def spell_all(names: Sequence[str] | None, n_columns: int) -> list[Name]:
    """Give each column by its name, or by its position where no name is safe to paste into a shell."""
    spelled = [name.strip() for name in names or [""] * n_columns]
    return [
        name if name.isprintable() and name and not re.search(r"['$\\`!]", name) else place
        for place, name in enumerate(spelled)
    ]


def as_typed(columns: Mapping[str, Name | Sequence[Name]]) -> str:
    """Write columns as they are typed on the command line.

    >>> print(as_typed({"time": "Time (EET)", "open": 1}))
    'data.columns={time: "Time (EET)", open: 1}'
    """
    fields = ", ".join(f"{field}: {_quote(name)}" for field, name in columns.items())
    return f"'data.columns={{{fields}}}'"


def _quote(name: Name | Sequence[Name]) -> str:
    if isinstance(name, int):
        return str(name)
    if not isinstance(name, str):
        return "[" + ", ".join(map(_quote, name)) + "]"
    is_plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and name.lower() not in (
        *("null", "true", "false", "nan", "inf"),
    )
    return name if is_plain else json.dumps(name, ensure_ascii=False)


def _position(field: str, name: Name, names: Sequence[str] | None, n_columns: int) -> int:
    if isinstance(name, int):
        if name >= n_columns:
            raise DataError(
                f"data.columns says that {field} is column {name}, but the columns are 0 to {n_columns - 1}"
            )
        return name
    if names is None:
        raise DataError(
            f"data.columns says that {field} is called {name!r}, but the file has no header: give positions "
            "from 0, as data.columns={time: 0, open: 1}"
        )
    folded = [_fold(each) for each in names]
    if _fold(name) in folded:
        return folded.index(_fold(name))
    shown = ", ".join(map(repr, names))
    near = difflib.get_close_matches(_fold(name), folded, n=1, cutoff=0.0)
    hint = f": the nearest is {names[folded.index(near[0])].strip()!r}" if near else ""
    raise DataError(f"data.columns says that {field} is called {name!r}, but no column is{hint} (of {shown})")


def _fold(name: str) -> str:
    return name.strip().strip("\"'\ufeff").strip().lower()
