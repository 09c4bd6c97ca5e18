"""What a run of a manifest is called."""

from collections.abc import Mapping
from typing import Any


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
