"""One decision of one model at one bar, and what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

#: Why there is no decision.
STALE, GAP, BAD_BAR = "stale_bar", "gap", "bad_bar"
FEATURES, TOO_SHORT, SEALED = "unknown_feature", "too_short", "sealed"
#: Why a decision trades nothing.
ABSTAINS = "abstains"

Label = float | int | None


@dataclass(frozen=True)
class Decision:
    """What a model decided at the close of a bar, or why it did not.

    Attributes
    ----------
    symbol, time, version, role
        Its key: ``time`` is the open of the bar, ``role`` what the model is asked for (live, shadow, run).
    side, prediction, position
        Of the event; ``position`` in [-1, 1], side included and before ``rung``. None without a decision.
    rung
        Share of the position that the model may take.
    reason
        Why there is no decision, or why nothing is traded; None otherwise.
    detail
        The same in a sentence; not stored.
    probabilities, baseline
        By class; of numbers the baseline's stands under ``""``.
    calibrated
        Of a model with a calibrator: its probabilities before, and what it decides by.
    in_sample
        Whether the bar is none that is new to the model: such outcomes enter no figure.
    start, end, label, ret, net
        The outcome, once it is known: opens of the first and last bar of the label, side-signed simple
        return, and what the position adds to the capital after costs. A ``label`` of None with an ``end``:
        the event has none, and never will.
    """

    symbol: str
    time: pd.Timestamp
    version: str
    role: str
    trial: str
    rung: float
    reason: str | None = None
    detail: str | None = None
    side: int | None = None
    prediction: float | int | None = None
    position: float | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    baseline: Mapping[str, float] = field(default_factory=dict)
    calibrated: Mapping[str, float] = field(default_factory=dict)
    in_sample: bool = False
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    label: Label = None
    ret: float | None = None
    net: float | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Symbol, time, version and role as they are stored."""
        return self.symbol, self.time.isoformat(), self.version, self.role

    @property
    def is_decided(self) -> bool:
        """Whether the model answered."""
        return self.prediction is not None

    def row(self) -> dict[str, Any]:
        """Return it as a row of the table: stamps as ISO 8601, maps as JSON."""
        return {
            "symbol": self.symbol,
            "time": self.time.isoformat(),
            "version": self.version,
            "role": self.role,
            "trial": self.trial,
            "rung": self.rung,
            "reason": self.reason,
            "side": self.side,
            "prediction": self.prediction,
            "position": self.position,
            "probabilities": _json(self.probabilities),
            "baseline": _json(self.baseline),
            "calibrated": _json(self.calibrated),
            "in_sample": self.in_sample,
            **Outcome.columns(self.start, self.end, self.label, self.ret, self.net),
        }

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, for JSON; what is not there is left out."""
        row = {**self.row(), "detail": self.detail}
        maps = {name: dict(getattr(self, name)) for name in ("probabilities", "baseline", "calibrated")}
        return {name: value for name, value in {**row, **maps}.items() if value not in (None, {})}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Decision":
        """Read a row of the table."""
        stamps = {name: _stamp(row[name]) for name in ("time", "start", "end")}
        maps = {name: json.loads(row[name]) for name in ("probabilities", "baseline", "calibrated")}
        prediction, label = (_whole(row[name], maps["probabilities"]) for name in ("prediction", "label"))
        names = ("symbol", "version", "role", "trial", "rung", "reason", "side", "position", "ret", "net")
        plain: dict[str, Any] = {name: row[name] for name in names}
        in_sample = bool(row["in_sample"])
        return cls(**plain, **stamps, **maps, prediction=prediction, label=label, in_sample=in_sample)


@dataclass(frozen=True)
class Outcome:
    """What came of a decision that was told before: its key, and the columns that join its row."""

    symbol: str
    time: str
    version: str
    role: str
    start: pd.Timestamp
    end: pd.Timestamp
    label: Label
    ret: float | None
    net: float | None

    @property
    def key(self) -> dict[str, str]:
        """Of the row."""
        return {"symbol": self.symbol, "time": self.time, "version": self.version, "role": self.role}

    def row(self) -> dict[str, Any]:
        """Return the columns that join it."""
        return self.columns(self.start, self.end, self.label, self.ret, self.net)

    @staticmethod
    def columns(
        start: pd.Timestamp | None,
        end: pd.Timestamp | None,
        label: Label,
        ret: float | None,
        net: float | None,
    ) -> dict[str, Any]:
        """Return them as they are stored."""
        stamps = {"start": start and start.isoformat(), "end": end and end.isoformat()}
        return {**stamps, "label": None if label is None else float(label), "ret": ret, "net": net}


def utc(stamp: str | int) -> pd.Timestamp:
    """Return a stamp of ISO 8601, or of nanoseconds since 1970.

    >>> utc(0), utc("1970-01-01T01:00:00+01:00").isoformat()
    (Timestamp('1970-01-01 00:00:00+0000', tz='UTC'), '1970-01-01T00:00:00+00:00')
    """
    is_number = isinstance(stamp, int)
    known = pd.Timestamp(stamp, tz="UTC") if is_number else pd.Timestamp(stamp).tz_convert("UTC")
    return cast(pd.Timestamp, known)


def as_plain_number(value: Any) -> float | int:
    """Return a class or a number without NumPy's type.

    >>> as_plain_number(np.int64(1)), as_plain_number(np.float64(0.5))
    (1, 0.5)
    """
    return int(value) if isinstance(value, int | np.integer) else float(value)


def _whole(value: float | None, classes: Mapping[str, float]) -> float | int | None:
    """Read a class as the whole number that it is."""
    return None if value is None else int(value) if classes else float(value)


def _stamp(text: str | None) -> pd.Timestamp | None:
    return None if text is None else utc(text)


def _json(values: Mapping[str, float]) -> str:
    return json.dumps(dict(values), separators=(",", ":"))
