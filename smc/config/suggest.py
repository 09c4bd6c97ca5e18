"""The name that was probably meant."""

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator

from smc.artifact.moved_names import RENAMED, RENAMED_ARGUMENTS


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


def outdated_arguments(place: str, method: Callable[..., object]) -> Iterator[str]:
    """Say which arguments of a method of one's own have another name today: nothing would be given to them.

    >>> list(outdated_arguments("aug: Mine.fit_resample", lambda X, y, earlier=None: X))
    ['aug: Mine.fit_resample takes `earlier`, which is called `lagged_rows` today: rename the argument']
    """
    parameters = inspect.signature(method).parameters
    for then, today in RENAMED_ARGUMENTS.items():
        if then in parameters:
            yield f"{place} takes `{then}`, which is called `{today}` today: rename the argument"
