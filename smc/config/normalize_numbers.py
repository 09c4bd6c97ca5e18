"""One way to write a number, so that `2` and `2.0` are the same run."""

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from smc.config.annotations import alternatives, annotations
from smc.config.instantiate import locate
from smc.config.schema import Root
from smc.typing import Config


def normalize_numbers(config: Config) -> Config:
    """Write whole numbers as floats wherever the constructor, or the root, annotates a float and no int.

    A class without annotations, such as scikit-learn's, gets its numbers as they were written: there `1` may
    be a count and `1.0` a share.

    Parameters
    ----------
    config
        Checked: every target can be located.
    """
    return _normalized_section(config, annotations(Root))


def _normalized_section(section: Mapping[str, Any], hints: Mapping[str, Any]) -> Config:
    return {key: _normalized(value, hints.get(key, Any)) for key, value in section.items()}


def _normalized(value: Any, hint: Any) -> Any:
    """Write a value, and whatever it holds, as its annotation says."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return _normalized_section(value, annotations(hint))
    if isinstance(value, Mapping) and "_target_" in value:
        return _normalized_section(value, annotations(locate(value["_target_"])))
    types = alternatives(hint)
    if type(value) is int:
        return float(value) if float in types and int not in types else value
    item_hints = [argument for hint in types for argument in typing.get_args(hint)]
    item_hint = item_hints[-1] if len(item_hints) in (1, 2) else Any
    if isinstance(value, Mapping):
        return {key: _normalized(item, item_hint) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_normalized(item, item_hints[0] if len(item_hints) == 1 else Any) for item in value]
    return value
