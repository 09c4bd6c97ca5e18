"""What classes and constructor parameters of earlier versions are called today.

Saved runs and saved models name both. Whatever reads them goes through this table; what is typed, or
stands in a YAML of one's own, is refused with today's name instead.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")

#: Dotted path of a class then -> today.
MOVED: dict[str, str] = {"smc.ledger.Ledger": "smc.trials.Ledger"}

#: Today's dotted path of a class -> its parameters, then -> today.
RENAMED: dict[str, dict[str, str]] = {
    "smc.calibrate.none.NoCalibration": {"part_frac": "calibration_frac"},
    "smc.calibrate.isotonic.Isotonic": {"part_frac": "calibration_frac"},
    "smc.calibrate.sigmoid.Sigmoid": {"part_frac": "calibration_frac"},
    "smc.calibrate.temperature.Temperature": {"part_frac": "calibration_frac"},
}

#: Dotted path of a class -> parameters that it did not have, at the value by which it does what it did then.
ADDED: dict[str, dict[str, Any]] = {
    f"smc.aug.{name}": {"keep_kinds": False}
    for name in ("light.Light", "adaptive.Adaptive", "aggressive.Aggressive", "smote.Smote")
} | {"smc.cv.expanding.Expanding": {"min_initial_size": 1}}

#: Arguments by which a run called the methods of one's own classes, then -> today.
RENAMED_ARGUMENTS = {"watcher": "callback", "earlier": "lagged_rows"}


def current_path(path: str) -> str:
    """Return where a class stands today.

    >>> current_path("smc.model.lstm.LSTM")
    'smc.model.lstm.LSTM'
    """
    return MOVED.get(path, path)


def current_parameters(path: str, parameters: Mapping[str, Value]) -> dict[str, Value]:
    """Return constructor arguments under today's names.

    Parameters
    ----------
    path
        Of the class, then or today.

    >>> current_parameters("smc.calibrate.sigmoid.Sigmoid", {"part_frac": 0.3, "abstain": 0.1})
    {'calibration_frac': 0.3, 'abstain': 0.1}
    """
    renamed = RENAMED.get(current_path(path), {})
    return {renamed.get(name, name): value for name, value in parameters.items()}


def upgrade_record(value: Any) -> Any:
    """Return the record of a saved model, or a part of it, under today's names, and with today's parameters.

    >>> upgrade_record({"class": "smc.calibrate.none.NoCalibration", "params": {"part_frac": 0.2}})
    {'class': 'smc.calibrate.none.NoCalibration', 'params': {'calibration_frac': 0.2}}
    """
    if isinstance(value, list):
        return [upgrade_record(item) for item in value]
    if not isinstance(value, dict):
        return value
    record = {name: upgrade_record(item) for name, item in value.items()}
    if isinstance(record.get("class"), str) and isinstance(record.get("params"), dict):
        record["params"] = current_parameters(record["class"], record["params"])
        record["class"] = current_path(record["class"])
        record["params"] = {**ADDED.get(record["class"], {}), **record["params"]}
    return record


def upgrade_config_node(value: Any) -> Any:
    """Return a composed configuration, or a part of it, under today's names.

    >>> upgrade_config_node({"calibrate": {"_target_": "smc.calibrate.none.NoCalibration", "part_frac": 0.2}})
    {'calibrate': {'_target_': 'smc.calibrate.none.NoCalibration', 'calibration_frac': 0.2}}
    """
    if isinstance(value, list):
        return [upgrade_config_node(item) for item in value]
    if not isinstance(value, dict):
        return value
    node = {name: upgrade_config_node(item) for name, item in value.items()}
    if isinstance(node.get("_target_"), str):
        node = current_parameters(node["_target_"], node)
        node["_target_"] = current_path(node["_target_"])
    return node
