"""The name that was probably meant."""

import difflib
from collections.abc import Iterable

from smc.artifact.moved_names import RENAMED


def suggest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean X?" for the closest known name, or nothing.

    >>> suggest("hiden_dim", ["hidden_dim", "dropout"])
    '; did you mean hidden_dim?'
    """
    names = {str(candidate).lower(): str(candidate) for candidate in known}
    match = difflib.get_close_matches(str(name).lower(), names, n=1, cutoff=0.6)
    return f"; did you mean {names[match[0]]}?" if match else ""


def renamed_to(path: str, name: str) -> str:
    """Return "; it is called X today" for an argument of an earlier version of a class, or nothing.

    >>> renamed_to("smc.calibrate.none.NoCalibration", "part_frac")
    '; it is called calibration_frac today'
    """
    today = RENAMED.get(path, {}).get(name)
    return f"; it is called {today} today" if today else ""
