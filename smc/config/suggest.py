"""The name that was probably meant."""

import difflib
import inspect
import math
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from smc.artifact.moved_names import RENAMED, RENAMED_ARGUMENTS
from smc.cli import quoted

#: A key that is like one that there is.
SUGGESTED = re.compile(r"(?P<key>[\w.]+): no such [^;]*; did you mean (?P<name>\w+)\?$")

#: What is said of a value that was read as no text where text may stand.
NO_TEXT = re.compile(r"(?P<key>[\w.]+): must be (?:.* or )?str\b.*?, got (?P<value>[^;]+)")
#: What is said of a value that is no number, or no flag.
NO_NUMBER = re.compile(r"(?P<key>[\w.]+): must be (?P<type>int|float|bool)( or \w+)*, got .*")
FLAGS = {
    **dict.fromkeys(("yes", "on", "1", "true"), "true"),
    **dict.fromkeys(("no", "off", "0", "false"), "false"),
}
#: A whole number beyond it was not meant.
MAX_TYPED = 2**53
#: Keys that name something of the user's own, or nothing.
NAMES = re.compile(r"symbol|run\.(name|note)")
#: A list of plain words.
WORDS = re.compile(r"\[([^\[\]{}()'\"]*)\]")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean X?" for the closest known name, or nothing.

    >>> suggest("hiden_dim", ["hidden_dim", "dropout"])
    '; did you mean hidden_dim?'
    """
    known = [
        str(candidate) for candidate in known if name.startswith("_") or not str(candidate).startswith("_")
    ]
    names = {candidate.lower(): candidate for candidate in known}
    match = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return f"; did you mean {names[match[0]]}?" if match else ""


def renamed_to(path: str, name: str) -> str:
    """Return "; it is called X today" for an argument of an earlier version of a class, or nothing.

    >>> renamed_to("smc.calibrate.none.NoCalibration", "part_frac")
    '; it is called calibration_frac today'
    """
    today = RENAMED.get(path, {}).get(name)
    return f"; it is called {today} today" if today else ""


def without_sign(line: str, typed: Sequence[str], config: Mapping[str, Any]) -> str:
    """Say that a suggested argument is there already, where what is like it was typed to be added.

    >>> wrong = "model.max_dept: no such argument of XGBoost; did you mean max_depth?"
    >>> without_sign(wrong, ["+model.max_dept=3"], {"model": {"max_depth": 3}})
    'model.max_dept: no such argument of XGBoost; did you mean max_depth? Then leave the + out'
    """
    match = SUGGESTED.match(line)
    if not match or not any(text.startswith(f"+{match['key']}=") for text in typed):
        return line
    node: Any = config
    for step in match["key"].split(".")[:-1]:
        node = node.get(step, {}) if isinstance(node, Mapping) else {}
    return f"{line} Then leave the + out" if match["name"] in node else line


def as_text(key: str, value: str) -> str:
    """Write an override that is read as the very text, or list of texts, that was typed.

    >>> print(as_text("symbol", "TRUE"), as_text("symbol", "[NAN,DAX]"))
    'symbol="TRUE"' 'symbol=["NAN",DAX]'
    """
    if words := WORDS.fullmatch(value):
        return shlex.quote(f"{key}=[{','.join(quoted(word.strip()) for word in words[1].split(','))}]")
    return shlex.quote(f"{key}={quoted(value)}")


def with_text(line: str, typed: Sequence[str]) -> str:
    """Say how a value is typed as text, where what was typed was read as a number, a flag or nothing.

    >>> print(with_text("symbol: must be str or null, got 11", ["symbol=1_1"]))
    symbol: must be str or null, got 11; as text: 'symbol="1_1"'
    """
    match = NO_TEXT.match(line)
    values = [
        text.partition("=")[2] for text in typed if match and text.lstrip("+").startswith(f"{match['key']}=")
    ]
    return f"{match[0]}; as text: {as_text(match['key'], values[-1])}" if match and values else line


def with_typed_value(line: str, typed: Sequence[str]) -> str:
    """Say how a number or a flag is typed, where what was typed is nearly one.

    >>> print(with_typed_value("seed: must be int, got 1000.0", ["seed=1e3"]))
    seed: must be int, got 1000.0; type seed=1000
    >>> print(with_typed_value("split.test_frac: must be float, got '20%'", ["split.test_frac=20%"]))
    split.test_frac: must be float, got '20%'; type split.test_frac=0.2
    >>> print(with_typed_value("seed: must be int, got '5'", ["seed=${oc.env:SEED}"]))
    seed: must be int, got '5'; a variable is text: 'seed=${oc.decode:${oc.env:SEED}}'
    """
    match = NO_NUMBER.fullmatch(line)
    values = [
        text.partition("=")[2] for text in typed if match and text.lstrip("+").startswith(f"{match['key']}=")
    ]
    if not match or not values:
        return line
    if values[-1].startswith("${oc.env:"):
        decoded = f"{match['key']}=${{oc.decode:{values[-1]}}}"
        return f"{line}; a variable is text: {shlex.quote(decoded)}"
    meant = VALUES[match["type"]](values[-1].strip("\"' "))
    return line if meant is None else f"{line}; type {match['key']}={meant}"


def _as_int(text: str) -> int | None:
    number = _as_float(text)
    return int(number) if number is not None and number == int(number) and abs(number) < MAX_TYPED else None


def _as_float(text: str) -> float | None:
    share = text.removesuffix("%").rstrip()
    try:
        number = float(share) / (1 if share == text else 100)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _as_flag(text: str) -> str | None:
    return FLAGS.get(text.lower())


#: What a value is read as that has to be of a type.
VALUES: Mapping[str, Callable[[str], object]] = {"int": _as_int, "float": _as_float, "bool": _as_flag}


def unclear_nulls(typed: Iterable[str]) -> Iterator[str]:
    """Say of each name that was typed as a word for nothing how either is typed: a symbol may be called NULL.

    >>> print(*unclear_nulls(["symbol=NULL", "symbol=null", "model.max_depth=NULL"]))
    symbol=NULL: is read as null, no name at all; as text: 'symbol="NULL"'; if null is meant: symbol=null
    """
    for text in typed:
        key, _, value = text.lstrip("+").partition("=")
        if NAMES.fullmatch(key) and value != "null" and value.lower() == "null":
            yield (
                f"{key}={value}: is read as null, no name at all; as text: {as_text(key, value)}; "
                f"if null is meant: {key}=null"
            )


def outdated_arguments(place: str, method: Callable[..., object]) -> Iterator[str]:
    """Say which arguments of a method of one's own have another name today: nothing would be given to them.

    >>> list(outdated_arguments("aug: Mine.fit_resample", lambda X, y, earlier=None: X))
    ['aug: Mine.fit_resample takes `earlier`, which is called `lagged_rows` today: rename the argument']
    """
    parameters = inspect.signature(method).parameters
    for then, today in RENAMED_ARGUMENTS.items():
        if then in parameters:
            yield f"{place} takes `{then}`, which is called `{today}` today: rename the argument"
