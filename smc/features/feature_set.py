"""The features of a run: families put together, in one table or bar by bar."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd

from smc import structure
from smc.blame import place_of
from smc.errors import ConfigError, LeakageError
from smc.features.family import Family, MachineFamily
from smc.features.live import LiveFeatures
from smc.typing import FeatureKind, FloatArray

#: Names under which tables of trades and of structure keep what came afterwards.
OUTCOMES = re.compile(
    r"^(tbm_)?label|bars_to_hit|time_to_hit|tbm_hit|mitigated_?index|broken_?index|swept|^(end|exit)(_|$)",
    re.I,
)


class FeatureSet:
    """Compute one row of features a bar; the row of bar t uses bars <= t.

    Parameters
    ----------
    families
        Families by name; null switches one off. Columns of the structure machine come first, in fixed order,
        then those of families of your own (see `smc.features.family.Family`), in the order of the map.
    swing_size, max_age, min_gap_atr, pool_tolerance_atr, tz, day_start
        Rules of the structure machine, shared by all families (see `smc.structure.Machine`).

    Raises
    ------
    ConfigError
        No family is on, one lacks what a family needs, or two give a column of the same name.
    LeakageError
        A column has the name of an outcome, such as TBM_Label or MitigatedIndex.

    Examples
    --------
    >>> from smc.features.session import Session
    >>> from smc.features.momentum import Momentum
    >>> features = FeatureSet({"momentum": Momentum(), "session": Session(), "trend": None})
    >>> features.names[:5], features.warm_up
    (['ses_hour_sin', 'ses_hour_cos', 'ses_kz_london', 'ses_kz_ny', 'rsi14'], 300)
    """

    def __init__(
        self,
        families: Mapping[str, Any],
        *,
        swing_size: int = 5,
        max_age: int = 500,
        min_gap_atr: float = 0.1,
        pool_tolerance_atr: float = 0.25,
        tz: str = "America/New_York",
        day_start: str = "17:00",
    ) -> None:
        self.families = {name: family for name, family in families.items() if family is not None}
        self.swing_size, self.max_age = swing_size, max_age
        self.rules: structure.StructureRules = {
            "swing_size": swing_size,
            "max_age": max_age,
            "min_gap_atr": min_gap_atr,
            "pool_tolerance_atr": pool_tolerance_atr,
            "tz": tz,
            "day_start": day_start,
        }
        structure.Machine(**self.rules)
        _check_families(self.families)

    @property
    def machine_names(self) -> list[str]:
        """Columns that come from the structure machine."""
        wanted = {name for family in self._machine_families() for name in family.names}
        return [name for name in structure.FEATURES if name in wanted]

    @property
    def own(self) -> dict[str, Family]:
        """Families that compute their columns themselves."""
        return {
            name: family for name, family in self.families.items() if not isinstance(family, MachineFamily)
        }

    @property
    def names(self) -> list[str]:
        """Names of the columns, in their order."""
        return [*self.machine_names, *(name for family in self.own.values() for name in family.names)]

    @property
    def kinds(self) -> dict[str, FeatureKind]:
        """What values a column takes: of each column of the machine, and of others whose families say so.

        >>> from smc.features.session import Session
        >>> FeatureSet({"session": Session()}).kinds["ses_kz_ny"]
        'flag'
        """
        kinds: dict[str, FeatureKind] = {name: structure.KINDS[name] for name in self.machine_names}
        for family in self.own.values():
            kinds |= getattr(family, "kinds", {})
        return kinds

    @property
    def warm_up(self) -> int:
        """Bars to drop at the start: the most that a family needs until its values are settled."""
        of_machine = [
            family.warm_up_rule.total(self.swing_size, self.max_age) for family in self._machine_families()
        ]
        return max([*of_machine, *(int(family.warm_up) for family in self.own.values())])

    def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Return the features of a table of bars: one row a bar, columns ``names``.

        Raises
        ------
        DataError
            The bars break a rule of the structure machine.
        ConfigError
            A family of your own returns another shape than it declares, or an infinite value.
        """
        if not self.machine_names:
            return self.assemble(bars, np.empty((len(bars), 0)))
        return self.assemble(bars, structure.Machine(**self.rules).run(bars, self.machine_names))

    def assemble(self, bars: pd.DataFrame, of_machine: FloatArray) -> pd.DataFrame:
        """Put the values of ``machine_names`` and those of your own families into one table."""
        parts = [of_machine]
        for name, family in self.own.items():
            parts.append(family_values(name, family, bars))
        values = np.hstack(parts) if len(parts) > 1 else parts[0]
        return pd.DataFrame(values, index=bars.index, columns=pd.Index(self.names), copy=False)

    def state(self) -> LiveFeatures:
        """Return an object that has seen no bar yet, and whose ``update(bar)`` gives the row of the next."""
        machine = structure.Machine(**self.rules)
        picks = [structure.COLUMNS.index(name) for name in self.machine_names]
        return LiveFeatures(machine, picks, self.own)

    def _machine_families(self) -> list[MachineFamily]:
        return [family for family in self.families.values() if isinstance(family, MachineFamily)]


def family_values(name: str, family: Family, bars: pd.DataFrame) -> FloatArray:
    """Compute a family and check what it gives: one row a bar, its declared columns, nothing infinite."""
    computed = family.compute(bars)
    if computed is None:
        raise ConfigError(
            f"features.families.{name}: {place_of(family, 'compute')} returned None; end it with "
            "`return` and the table"
        )
    if isinstance(computed, pd.DataFrame | pd.Series):
        columns = list(computed.columns) if isinstance(computed, pd.DataFrame) else list(family.names)
        if columns != list(family.names):
            raise ConfigError(
                f"features.families.{name} declares {list(family.names)}, but computes {columns}, in "
                f"{place_of(family, 'compute')}"
            )
    try:
        values = np.asarray(computed, dtype=np.float64).reshape(len(computed), -1)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"features.families.{name}: {place_of(family, 'compute')} must return numbers, a row a bar: "
            f"{error}"
        ) from error
    if values.shape != (len(bars), len(family.names)):
        raise ConfigError(
            f"features.families.{name} must give {len(bars)} rows of {len(family.names)} columns, "
            f"got {values.shape[0]} of {values.shape[1]} from {place_of(family, 'compute')}"
        )
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise ConfigError(
            f"features.families.{name}: {family.names[column]} is infinite at {bars.index[row]}, "
            f"from {place_of(family, 'compute')}: NaN is missing"
        )
    return values


def _check_families(families: Mapping[str, Any]) -> None:
    if not families:
        raise ConfigError("features.families: no family is on; a model needs at least one column")
    seen: dict[str, str] = {}
    for name, family in families.items():
        needed = ("names",) if isinstance(family, MachineFamily) else ("names", "warm_up", "compute")
        missing = [attribute for attribute in needed if not hasattr(family, attribute)]
        if missing:
            raise ConfigError(f"features.families.{name}: a family needs {', '.join(missing)}")
        _check_names(name, family.names, seen)
        _check_kinds(name, family)


def _check_names(family: str, names: Sequence[str], seen: dict[str, str]) -> None:
    if isinstance(names, str) or not names:
        raise ConfigError(
            f"features.families.{family}: `names` must be a list of column names, got {names!r}"
        )
    for column in names:
        if column in seen:
            raise ConfigError(f"features.families.{family}: the column {column} is also in {seen[column]}")
        if OUTCOMES.search(column):
            raise LeakageError(f"features.families.{family}: {column} is the name of an outcome, no feature")
        seen[column] = family


def _check_kinds(name: str, family: Any) -> None:
    for column, kind in getattr(family, "kinds", {}).items():
        if column not in family.names:
            raise ConfigError(f"features.families.{name}: `kinds` names {column}, which is no column of it")
        if kind not in get_args(FeatureKind):
            raise ConfigError(
                f"features.families.{name}: the kind of {column} must be one of "
                f"{', '.join(get_args(FeatureKind))}, got {kind!r}"
            )
