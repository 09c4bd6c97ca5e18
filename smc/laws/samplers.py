"""The laws of samplers: what was given stays, what is made up says where it came from."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import clone

from smc.blame import place_of
from smc.interfaces import Resampler
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh

METHOD = "fit_resample"


def shape_faults(fresh: Fresh[Resampler], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Give rows and labels of one length, as many features as before, and nothing missing."""
    with fresh() as sampler:
        place, got = place_of(sampler, METHOD), sampler.fit_resample(X.copy(), y.copy())
    if not (isinstance(got, tuple | list) and len(got) == 2):
        yield Fault("rows", place, f"it must return rows and labels, got {type(got).__name__}")
        return
    rows, labels = np.asarray(got[0]), np.asarray(got[1])
    if rows.shape[1:] != X.shape[1:] or len(rows) != len(labels) or labels.shape[1:] != y.shape[1:]:
        yield Fault(
            "rows", place, f"of {X.shape} with {y.shape} labels came {rows.shape} with {labels.shape} labels"
        )
    elif not np.isfinite(rows).all():
        row = int(np.argwhere(~np.isfinite(rows))[0][0])
        yield Fault("rows", f"{place}, row {row}", "a value is missing or infinite, where none was")
    elif not np.isin(labels, y).all():
        yield Fault("labels", place, f"it makes up a class: {labels[~np.isin(labels, y)][0]}")


def original_faults(fresh: Fresh[Resampler], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Keep the rows given first, in order and bit for bit: none is lost, moved or changed."""
    with fresh() as sampler:
        place, (rows, labels) = place_of(sampler, METHOD), sampler.fit_resample(X.copy(), y.copy())
    first = np.asarray(rows)[: len(X)]
    if first.shape != X.shape:
        yield Fault("rows", place, f"{len(X) - len(first)} of the {len(X)} rows given are gone")
        return
    changed = np.flatnonzero((first != X).reshape(len(X), -1).any(axis=1) | (labels[: len(y)] != y))
    if len(changed):
        yield Fault(
            "rows",
            f"{place}, row {changed[0]}",
            f"it and {len(changed) - 1} more are not those that were given",
        )


def origin_faults(fresh: Fresh[Resampler], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Say of each row which row it came from, since weights follow it."""
    with fresh() as sampler:
        place, (rows, _) = place_of(sampler, METHOD), sampler.fit_resample(X.copy(), y.copy())
        origin = getattr(sampler, "origin_", getattr(sampler, "sample_indices_", None))
    if origin is None:
        yield Fault(
            "origin_", place, "it is not set: weights cannot follow rows that do not say where they came from"
        )
        return
    origin = np.asarray(origin)
    if origin.shape != (len(rows),) or origin.dtype.kind not in "iu":
        yield Fault(
            "origin_", place, f"one position a row, ({len(rows)},), got {origin.dtype} {origin.shape}"
        )
    elif (origin < 0).any() or (origin >= len(X)).any():
        yield Fault("origin_", place, f"positions lie in 0..{len(X) - 1}, got {origin.min()}..{origin.max()}")
    elif (origin[: len(X)] != np.arange(len(X))).any():
        yield Fault("origin_", place, "the rows given came from themselves: it begins with 0, 1, 2, ...")


def written_faults(fresh: Fresh[Resampler], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Leave what is given as it is."""
    rows, labels = X.copy(), y.copy()
    with fresh() as sampler:
        sampler.fit_resample(rows, labels)
        if not (np.array_equal(rows, X) and np.array_equal(labels, y)):
            yield Fault(
                "rows", place_of(sampler, METHOD), "it writes into the rows or labels that it is given"
            )


def repeat_faults(fresh: Fresh[Resampler], X: np.ndarray, y: np.ndarray) -> Iterator[Fault]:
    """Give the same rows for the same rows, whatever was drawn before."""
    with fresh() as sampler:
        copy: Any = clone(sampler)
        one = sampler.fit_resample(X.copy(), y.copy())
        np.random.random(3)
        other, again = copy.fit_resample(X.copy(), y.copy()), sampler.fit_resample(X.copy(), y.copy())
        for got, how in ((other, "a copy"), (again, "the second call")):
            if not np.array_equal(np.asarray(one[0]), np.asarray(got[0])):
                yield Fault(
                    "rows", place_of(sampler, METHOD), f"{how} gives others; draw from default_rng(self.seed)"
                )
                return
