"""The members of an ensemble: each is fitted by a pipeline with the steps of the ensemble's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from smc.aug.row_source import LaggedRows
from smc.fit_progress import FitCallback
from smc.interfaces import Estimator
from smc.model.fold_rows import lookback_of
from smc.pipeline.rows import Rows
from smc.typing import IntArray
from smc.windows import Inputs, as_seen


def fits_members(estimator: object) -> bool:
    """Whether an estimator is an ensemble that fits its members through what it is given."""
    return getattr(estimator, "fits_members", False)


def models_of(estimator: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Give the name and the fitted estimator of each model that an ensemble asks, of members of members too.

    The mlp in a member ``pair`` is ``pair/mlp``; a single model gives itself, under no name.
    """
    if not fits_members(estimator):
        yield name, estimator
        return
    for own, member in estimator.members_.items():
        yield from models_of(member.estimator_, f"{name}/{own}" if name else own)


@dataclass(frozen=True)
class MemberFits:
    """Fit members on some of the rows of a fold, as `smc.model.fold_rows.FitMember` says.

    Attributes
    ----------
    pipeline
        Whose steps each member is fitted with; calibration is the ensemble's own.
    rows
        Those of the fold, with windows as long as any member needs.
    names
        Of the features.
    lagged_rows
        Gives some of the rows as they stood some bars before.
    callback
        One with ``of_member`` gives each fit a callback of its own.
    """

    pipeline: Any
    rows: Rows
    names: list[str] | None
    lagged_rows: LaggedRows | None
    callback: FitCallback | None

    def __call__(self, name: str, part: str, member: Estimator, positions: IntArray) -> Any:
        """Return the fitted pipeline of a member."""
        unfitted: Any = clone(self.pipeline)
        unfitted.set_params(estimator=member, calibrator=None)
        rows, lookback = self.rows.take(positions), lookback_of(member)
        return unfitted.fit(
            with_names(as_seen(rows.inputs, lookback), self.names),
            rows.labels,
            sample_weight=rows.weights,
            spans=rows.spans,
            lagged_rows=self._lagged_rows(positions, lookback),
            callback=self._callback(name, part),
        )

    def _lagged_rows(self, positions: IntArray, lookback: int) -> LaggedRows | None:
        lagged_rows = self.lagged_rows
        if lagged_rows is None:
            return None
        return lambda chosen, n_bars: as_seen(lagged_rows(positions[chosen], n_bars), lookback)

    def _callback(self, name: str, part: str) -> FitCallback | None:
        of_member = getattr(self.callback, "of_member", None)
        return self.callback if of_member is None else of_member(name, part)


def with_names(inputs: Inputs, names: list[str] | None) -> Inputs:
    """Give a table its names back; windows keep theirs."""
    return pd.DataFrame(inputs, columns=names) if isinstance(inputs, np.ndarray) and names else inputs


def augmentation_of(members: Sequence[Any]) -> dict[str, Any]:
    """Tell what the samplers did: counts of the member with most rows, what any of them said, each once."""
    accounts = [member.augmentation_ for member in members]
    errors = [account["error"] for account in accounts if account["error"] is not None]
    most = max(accounts, key=lambda account: account["n_rows"])
    return {**most, "error": errors[0] if errors else None, "notes": _distinct_notes(accounts)}


def selection_of(members: Sequence[Any]) -> dict[str, Any] | None:
    """Name the features that any member kept; None without a selection."""
    accounts = [member.selection_ for member in members if member.selection_ is not None]
    if not accounts:
        return None
    given = list(dict.fromkeys(name for account in accounts for name in account["given"]))
    kept = {name for account in accounts for name in account["kept"]}
    return {
        "given": given,
        "kept": [name for name in given if name in kept],
        "notes": _distinct_notes(accounts),
    }


def _distinct_notes(accounts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = []
    for note in (note for account in accounts for note in account["notes"]):
        if note not in notes:
            notes.append(note)
    return notes
