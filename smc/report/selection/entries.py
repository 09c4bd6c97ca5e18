"""The gates and runs that a symbol's entry of the manifest names, in words."""

from collections.abc import Mapping
from typing import Any

from smc.report.document import Section, Table
from smc.report.text import count, decimal, p_value, percent

#: Gate -> what it is called, and how its value must lie to its threshold.
NAMES = {
    "train_val_gap": ("train-validation gap", "at most"),
    "train_val_r2_gap": ("train-validation gap of R2", "at most"),
    "out_of_fold_predictions": ("out-of-fold predictions differ", ""),
    "out_of_fold_lower_bound": ("out-of-fold lower bound", "above"),
    "romano_wolf": ("luck of all trials (p, corrected)", "at most"),
    "own_classes": ("classes of your own that wait for an audit", "at most"),
    "criteria": ("criteria looser than at first", "at most"),
    "test_predictions": ("test predictions differ", ""),
    "test_positions": ("positions taken on the test part", ""),
    "test_accuracy": ("test accuracy", "at least"),
    "test_above_baseline": ("test accuracy over the baseline", "above"),
    "val_test_difference": ("validation and test alike", "at most"),
    "test_p_value": ("test part (p, times openings)", "at most"),
    "benjamini_hochberg": ("number of markets (Benjamini-Hochberg p)", "at most"),
}
SHARES = ("train_val_gap", "test_accuracy", "test_above_baseline", "val_test_difference")
P_VALUES = ("romano_wolf", "test_p_value", "benjamini_hochberg")
#: Gates whose value is a number of things.
COUNTS = ("own_classes", "criteria")
#: A gate's ``passed`` as a word.
OUTCOMES = {True: "passed", False: "not passed", None: "not reached"}


def gate_name(name: str) -> str:
    """Name a gate for people; that of a rule of one's own by its own name.

    >>> gate_name("test_accuracy"), gate_name("my_gate")
    ('test accuracy', 'my gate')
    """
    return NAMES[name][0] if name in NAMES else name.replace("_", " ")


def gate_value(name: str, value: object) -> str:
    """Write a gate's value: a share in percent, a p-value with four digits, else three digits.

    A gate that asks yes or no has none.

    >>> gate_value("train_val_gap", 0.124), gate_value("romano_wolf", 0.0203), gate_value("romano_wolf", None)
    ('12.4 %', '0.0203', '')
    """
    if value is None:
        return ""
    if name in P_VALUES:
        return p_value(value)
    if name in COUNTS:
        return count(value)
    return percent(value) if name in SHARES else decimal(value)


def gate_threshold(gate: Mapping[str, Any]) -> str:
    """Write what is asked for."""
    return f"{gate_side(gate)} {gate_value(gate['name'], gate['threshold'])}".strip()


def gate_side(gate: Mapping[str, Any]) -> str:
    """Say how a gate's value must lie to what is asked for."""
    has_side = gate["threshold"] is not None and gate["name"] in NAMES
    return NAMES[gate["name"]][1] if has_side else ""


def reached(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the gates that were asked."""
    return [gate for gate in entry["gates"] if gate["passed"] is not None]


def not_reached(entry: Mapping[str, Any]) -> list[str]:
    """Name in a sentence the gates that an earlier one has left open; none if all were asked."""
    names = [gate_name(gate["name"]) for gate in entry["gates"] if gate["passed"] is None]
    return [f"Not asked any more, for an earlier gate decided: {', '.join(names)}."] if names else []


def decided_by(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the first gate that was not passed; None if all were."""
    return next((gate for gate in entry["gates"] if gate["passed"] is False), None)


def gates_section(entry: Mapping[str, Any]) -> Section:
    """List all gates in the order in which they are asked."""
    rows = [
        (
            gate_name(gate["name"]),
            OUTCOMES[gate["passed"]],
            gate["explanation"],
            gate["remedy"] or "",
            gate_value(gate["name"], gate["value"]),
            gate_threshold(gate),
        )
        for gate in reached(entry)
    ]
    columns = ("gate", "outcome", "what was found", "what would change it", "value", "asked for")
    return Section("Gates, in order", not_reached(entry), [Table(columns, rows, n_text=4)])


def row_of(entry: Mapping[str, Any], named: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the figures of a run that a symbol's entry names, from its table of all runs; or nothing."""
    return next((row for row in entry["comparison"] if row["run_id"] == named.get("run_id")), {})


def model_and_profile(entry: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    """Name a run by its model and its profile, as far as they are known.

    >>> entry = {"comparison": [{"run_id": "3f2a", "profile": "strong"}]}
    >>> model_and_profile(entry, {"model": "mlp", "run_id": "3f2a"}), model_and_profile(entry, {})
    ('mlp strong', '')
    """
    return " ".join(filter(None, (named.get("model"), row_of(entry, named).get("profile"))))
