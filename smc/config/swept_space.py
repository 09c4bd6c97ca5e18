"""Where a search looks: the sweeps of a command line, read as ranges and choices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from smc.errors import ConfigError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

#: Tags that say how an interval or a range is searched: by orders of magnitude, by whole numbers alone.
LOG, INT = "log", "int"
#: What is no parameter -> why it cannot be searched for.
NOT_SEARCHED = {
    "symbol": "a symbol is a market, and the best of several is no finding; search each by itself",
    "seed": "a seed is no parameter: the best of several is the luckiest; search with one",
    **dict.fromkeys(
        (
            *("hydra", "paths", "ledger", "run", "tracker", "trainer", "monitor"),
            *("retry", "bad_jobs", "keep_bars", "explain"),
        ),
        "it says how a run is carried out, and is no parameter to search for; give it one value",
    ),
}
#: Groups that decide on the events that a run is judged on.
EVIDENCE = ("data", "structure", "events", "labels", "cv", "split", "side", "evaluation")
#: Options that are composed beforehand, in all their combinations.
MOST_COMBINATIONS = 64


@dataclass(frozen=True)
class SearchSpace:
    """What a search chooses from, and what every run of it has.

    Attributes
    ----------
    entries
        By key as typed, ``{low, high}`` with ``log`` or ``step``, or ``{choices}``, as `smc.tune.space` reads
        them.
    texts
        By key, how each choice is typed.
    fixed
        Overrides of every run.
    """

    entries: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, Mapping[Any, str]]
    fixed: Sequence[str]

    def overrides(self, values: Mapping[str, Any]) -> list[str]:
        """Type values, a parameter each.

        >>> space = SearchSpace({}, {"reg": {"tiny": "tiny"}}, [])
        >>> space.overrides({"model.C": 1e-05, "reg": "tiny"})
        ['model.C=1e-05', 'reg=tiny']
        """
        return [f"{key}={self.texts.get(key, {}).get(value, value)}" for key, value in values.items()]

    def probes(self) -> list[list[str]]:
        """List overrides that hold both ends of every range, under each combination of options.

        Raises
        ------
        ConfigError
            There are more than `MOST_COMBINATIONS` of these.
        """
        options = {key: list(texts) for key, texts in self.texts.items() if "." not in key}
        combinations = list(product(*options.values()))
        if len(combinations) > MOST_COMBINATIONS:
            raise ConfigError(
                f"{', '.join(options)}: {len(combinations)} combinations of options are more than the "
                f"{MOST_COMBINATIONS} that a search checks beforehand; search for fewer at once"
            )
        others = {key: _ends(entry) for key, entry in self.entries.items() if key not in options}
        n_others = max(map(len, others.values()), default=1)
        return [
            self.overrides(
                dict(zip(options, chosen, strict=True))
                | {key: ends[min(number, len(ends) - 1)] for key, ends in others.items()}
            )
            for chosen in combinations
            for number in range(n_others)
        ]

    def explained(self, problems: Sequence[str]) -> list[str]:
        """Say of an interval in which only whole numbers are valid how these are typed."""
        told = []
        for line in problems:
            key, _, what = line.partition(": ")
            entry = self.entries.get(key, {})
            if what.startswith("must be int") and isinstance(entry.get("low"), float):
                low, high = (f"{entry[name]:g}" for name in ("low", "high"))
                what = f"must be int; int(interval({low},{high})) holds whole numbers alone"
            told.append(f"{key}: {what}" if what else key)
        return list(dict.fromkeys(told))

    @property
    def changing_evidence(self) -> list[str]:
        """Keys that change the events that a run is judged on, so that figures compare unlike things."""
        return [key for key in self.entries if key.lstrip("+").split(".")[0].split("@")[0] in EVIDENCE]

    @property
    def n_points(self) -> int | None:
        """Combinations that there are; None where a range has no step."""
        total = 1
        for entry in self.entries.values():
            if "choices" in entry:
                total *= len(entry["choices"])
            elif isinstance(entry["low"], int) or entry.get("step"):
                total *= 1 + round((entry["high"] - entry["low"]) / entry.get("step", 1))
            else:
                return None
        return total


def _ends(entry: Mapping[str, Any]) -> list[Any]:
    return list(entry["choices"]) if "choices" in entry else [entry["low"], entry["high"]]


def read_space(parsed: "Sequence[Override]") -> SearchSpace:
    """Read the overrides of a search, Hydra's sweeps among them.

    ``interval(.1,1)`` is any number between, ``int(interval(1,9))`` any whole one; ``range(2,9)`` holds 2 to
    8; ``a,b``, ``choice(a,b)`` and ``glob(*)`` are choices; ``tag(log,...)`` searches by orders of magnitude.

    Raises
    ------
    ConfigError
        Nothing is swept, or something is that cannot be searched for; a line each.
    """
    fixed = [str(each.input_line) for each in parsed if not each.is_sweep_override()]
    swept = [each for each in parsed if each.is_sweep_override()]
    problems = list(_not_searched(swept))
    entries: dict[str, Mapping[str, Any]] = {}
    texts: dict[str, Mapping[Any, str]] = {}
    for override in swept:
        try:
            key = override.get_key_element()
            entries[key], chosen = _entry(override)
            if chosen:
                texts[key] = chosen
        except ValueError as error:
            problems.append(f"{override.input_line}: {error}")
    if not swept:
        raise ConfigError(
            "hydra/sweeper=optuna: nothing to search for; name where, as in 'model.max_depth=range(2,9)' or "
            "'model.learning_rate=tag(log,interval(.01,.3))'"
        )
    if problems:
        raise ConfigError("\n".join(problems))
    return SearchSpace(entries, texts, fixed)


def _not_searched(swept: "Sequence[Override]") -> Iterator[str]:
    for override in swept:
        why = NOT_SEARCHED.get(override.key_or_group.split(".")[0].split("/")[0])
        if why:
            yield f"{override.input_line}: {why}"


def _entry(override: "Override") -> tuple[dict[str, Any], dict[Any, str]]:
    """Read one sweep: its entry, and how each of its choices is typed.

    Raises
    ------
    ValueError
        It holds nothing, or nothing to choose from.
    """
    value: Any = override.value()
    tags = set(getattr(value, "tags", ()))
    if unknown := sorted(tags - {LOG, INT}):
        raise ValueError(f"there is no tag {', '.join(unknown)}; tag(log,...) and tag(int,...) are read")
    if override.is_interval_sweep():
        entry = _ranged(value.start, value.end, is_int=INT in tags, is_log=LOG in tags)
    elif override.is_range_sweep():
        entry = _stepped(value, is_log=LOG in tags)
    elif tags:
        raise ValueError("a tag says how an interval or a range is searched; choices have none")
    else:
        return _choices(override)
    from smc.tune.space import distribution

    distribution(entry)
    return entry, {}


def _ranged(low: float, high: float, *, is_int: bool, is_log: bool) -> dict[str, Any]:
    if is_int and not (float(low).is_integer() and float(high).is_integer()):
        raise ValueError(f"bounds of whole numbers must be whole, got {low} and {high}")
    bounds = (int(low), int(high)) if is_int else (low, high)
    return {"low": bounds[0], "high": bounds[1], **({"log": True} if is_log else {})}


def _stepped(swept: Any, *, is_log: bool) -> dict[str, Any]:
    """Read a range, whose end it does not hold."""
    values = swept.range()
    values = values if isinstance(values, range) else list(values)
    if len(values) < 2:
        told = f"for {values[0]} alone" if len(values) else "for no value"
        raise ValueError(f"stands {told}: range(a,b) holds a to b - 1; name two values or more")
    low, high = sorted((values[0], values[-1]))
    step = abs(swept.step)
    has_step = step != 1 or not isinstance(low, int)
    return {
        "low": low,
        "high": high,
        **({"log": True} if is_log else {}),
        **({"step": step} if has_step else {}),
    }


def _choices(override: "Override") -> tuple[dict[str, Any], dict[Any, str]]:
    values: Any = override.value()
    typed = [str(text) for text in override.sweep_string_iterator()]
    plain = getattr(values, "list", typed)
    texts = {
        _label(value, text): text.lower() if isinstance(value, bool) else text
        for value, text in zip(plain, typed, strict=True)
    }
    if len(texts) < 2:
        told = f"for {typed[0]} alone" if typed else "for no value"
        raise ValueError(f"stands {told}; name two or more to choose from")
    return {"choices": list(texts)}, texts


def _label(value: Any, text: str) -> Any:
    """Return what a choice is told by: a number or a flag by itself, all else by how it is typed."""
    return value if isinstance(value, bool | int | float) or value is None else text
