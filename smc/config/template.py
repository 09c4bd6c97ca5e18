"""A composed configuration with marks where the values of a job belong."""

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any

from smc.typing import Config

MARK = re.compile(r"smc_mark_(\d+)_")
#: Interpolations that hand a value on as it is, or have nothing to do with one. What selects an item of a
#: list is none: it depends on the list's length.
HANDS_ON = re.compile(r"\$\{(?:[\w.]+|oc\.select:(?![^,}]*(?:\.\d|\[))[^${}]*|(?:oc\.env|now):[^${}]*)\}")
INTERPOLATION = "${"

#: Keys and indices from the root to a node.
Place = tuple[Any, ...]


def mark_of(number: int) -> str:
    """Return the text that stands for a value.

    >>> mark_of(1)
    'smc_mark_1_'
    """
    return f"smc_mark_{number}_"


class Template:
    """A configuration that was composed with a mark for each value: where a mark came out, the value belongs.

    What reads a value by interpolation shows its mark, so that a job needs nothing but its values put in.
    Nobody changes a configuration: the sections in which no value stands are the same object in every job.

    Parameters
    ----------
    config
        Resolved. The mark of a list stands in a list of its own.
    is_list
        Of each value.

    Raises
    ------
    ValueError
        A list or a section came out as part of a text.
    """

    def __init__(self, config: Config, is_list: Sequence[bool]) -> None:
        self._config = config
        self._marked = list(_marked(config, is_list))
        for place, node in self._marked:
            if isinstance(node, str) and _holds_a_container(node, is_list):
                raise ValueError(f"a list or a section came out as part of the text at {place}")

    def filled(self, values: Sequence[Any]) -> Config:
        """Return the configuration of one job."""
        config = self._config
        for place, node in self._marked:
            config = _put(config, place, _with_values(node, values))
        return config


def hands_on(node: Any) -> bool:
    """Tell whether all interpolations of an unresolved configuration hand values on as they are.

    >>> hands_on({"a": "${seed}", "b": ["x-${oc.select:reg.c,[1]}"]}), hands_on({"a": "${oc.decode:${b}}"})
    (True, False)
    """
    if isinstance(node, dict):
        return all(map(hands_on, node.values()))
    if isinstance(node, list):
        return all(map(hands_on, node))
    return not isinstance(node, str) or INTERPOLATION not in HANDS_ON.sub("", node)


def _marked(node: Any, is_list: Sequence[bool], place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Give each text with a mark in it, and each list that is the mark of a list."""
    if isinstance(node, str):
        if MARK.search(node):
            yield place, node
    elif isinstance(node, list) and any(node == [mark_of(n)] for n, a_list in enumerate(is_list) if a_list):
        yield place, node
    elif isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _marked(item, is_list, (*place, key))


def _holds_a_container(text: str, is_list: Sequence[bool]) -> bool:
    """Tell whether a list or a section may be written in a text with marks, where values are quoted."""
    return any(bracket in text for bracket in "[{") or any(is_list[int(n)] for n in MARK.findall(text))


def _with_values(node: str | list[str], values: Sequence[Any]) -> Any:
    """Return the value that a mark stands for, or the text in which values stand."""
    text = node if isinstance(node, str) else node[0]
    if whole := MARK.fullmatch(text):
        return copy.copy(values[int(whole[1])])
    return MARK.sub(lambda mark: str(values[int(mark[1])]), text)


def _put(node: Any, place: Place, value: Any) -> Any:
    """Return a copy of a node with a value put into it; what does not lead there is not copied."""
    if not place:
        return value
    changed = node.copy()
    changed[place[0]] = _put(node[place[0]], place[1:], value)
    return changed
