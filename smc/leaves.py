"""Nested plain data as one flat table: the value at each dotted path."""

from collections.abc import Iterator, Mapping
from typing import Any


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
