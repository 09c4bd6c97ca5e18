"""Plain data: what a record may hold, and what becomes of everything else."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smc.results.simplify import simplify

MAX_DEPTH = 100
_LEFT_OUT = object()


def to_plain(value: Any) -> tuple[Any, list[dict[str, str]]]:
    """Turn any value into plain JSON data, and say what was lost on the way.

    NumPy, pandas and torch scalars and arrays become numbers and lists, stamps ISO 8601 text, durations
    seconds, a data frame a list of rows, keys text. NaN and infinity become None. What has no plain form
    (a function, a generator, a cycle, a value whose conversion raises) is left out of its mapping, or is
    None in its list, and all the rest is kept: a record never fails to be saved because of one field.

    Returns
    -------
    plain
        dict, list, str, int, finite float, bool or None, as `json.loads` would give it back.
    warnings
        One record a field: ``reason`` ("not_finite" or "not_saved"), ``field`` (its dotted name; the values
        of a list go by the name of the list) and ``sentence``.

    >>> import numpy as np
    >>> to_plain({"accuracy": np.float32(0.5), "folds": np.array([0.5, np.nan]), "clock": len})
    ({'accuracy': 0.5, 'folds': [0.5, None]},
     [{'reason': 'not_finite', 'field': 'folds', 'sentence': '`folds` is not finite (nan): saved as null'},
      {'reason': 'not_saved', 'field': 'clock',
       'sentence': '`clock` is left out: no plain form for builtin_function_or_method'}])
    """
    conversion = _Conversion()
    plain = conversion.guarded(lambda: value, "")
    return (None if plain is _LEFT_OUT else plain), conversion.warnings()


def json_bytes(plain: Any) -> bytes:
    """Encode plain data as indented UTF-8 JSON; half surrogates (undecodable file names) stay escaped."""
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", "backslashreplace")


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted path and the value of each leaf; lists and empty maps are leaves.

    >>> dict(leaves({"model": {"depth": 3, "dims": [8, 4]}, "families": {}}))
    {'model.depth': 3, 'model.dims': [8, 4], 'families': {}}
    """
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, node


class _Conversion:
    """One walk over a value, with what it lost."""

    def __init__(self) -> None:
        self._sentences: dict[tuple[str, str], list[str]] = {}
        self._open: set[int] = set()

    def warnings(self) -> list[dict[str, str]]:
        return [
            {"reason": reason, "field": field, "sentence": sentences[0] + _more(len(sentences) - 1)}
            for (reason, field), sentences in self._sentences.items()
        ]

    def guarded(self, read: Callable[[], Any], name: str) -> Any:
        """Convert what `read` gives, or note why it cannot be."""
        try:
            return self._convert(read(), name)
        except Exception as error:  # noqa: BLE001 - a value's own conversion may raise whatever it likes
            self._note("not_saved", name, f"`{name}` is left out: {_sentence(error)}")
            return _LEFT_OUT

    def _convert(self, value: Any, name: str) -> Any:
        simple = simplify(value)
        if isinstance(simple, float) and not math.isfinite(simple):
            self._note("not_finite", name, f"`{name}` is not finite ({simple}): saved as null")
            return None
        if not isinstance(simple, Mapping | list):
            return simple
        if id(value) in self._open or len(self._open) >= MAX_DEPTH:
            raise ValueError(
                "it holds itself" if id(value) in self._open else f"nested deeper than {MAX_DEPTH}"
            )
        self._open.add(id(value))
        try:
            return self._mapping(simple, name) if isinstance(simple, Mapping) else self._list(simple, name)
        finally:
            self._open.remove(id(value))

    def _mapping(self, value: Mapping[Any, Any], name: str) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key in value:
            text = self.guarded(lambda key=key: _key(key), _dotted(name, type(key).__name__))
            if text is _LEFT_OUT:
                continue
            field = _dotted(name, text)
            if text in plain:
                self._note("not_saved", field, f"`{field}` is left out: two keys have this text")
                continue
            item = self.guarded(lambda key=key: value[key], field)
            if item is not _LEFT_OUT:
                plain[text] = item
        return plain

    def _list(self, values: list[Any], name: str) -> list[Any]:
        plain = []
        for position, value in enumerate(values):
            nested = isinstance(value, Mapping | list | tuple)
            item = self.guarded(lambda value=value: value, _dotted(name, position) if nested else name)
            plain.append(None if item is _LEFT_OUT else item)
        return plain

    def _note(self, reason: str, field: str, sentence: str) -> None:
        self._sentences.setdefault((reason, field), []).append(sentence)


def _dotted(name: str, part: str | int) -> str:
    return f"{name}.{part}" if name else str(part)


def _more(count: int) -> str:
    return f", and {count} more" if count else ""


def _sentence(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _key(key: Any) -> str:
    """Text of a mapping's key, as JSON writes it where JSON knows the type."""
    simple = simplify(key)
    if isinstance(simple, list):
        return ".".join(_key(part) for part in simple)
    return simple if isinstance(simple, str) else json.dumps(simple)
