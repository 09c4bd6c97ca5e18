"""The keys of a run that no constructor holds: their names, types and rules."""

from dataclasses import dataclass
from typing import Any, Literal

from smc.arguments import check_fraction, check_non_negative, check_positive, check_printable
from smc.monitor.webhook import check_webhook
from smc.typing import SampleWeight

#: Tags of one run.
MAX_TAGS = 16


@dataclass(frozen=True)
class Split:
    """Sizes of the outer split in time."""

    test_frac: float
    val_frac: float
    gap_size: int
    min_train_size: int

    def __post_init__(self) -> None:
        check_fraction("test_frac", self.test_frac)
        check_fraction("val_frac", self.val_frac)
        check_non_negative("gap_size", self.gap_size)
        check_positive("min_train_size", self.min_train_size)


@dataclass(frozen=True)
class Naming:
    """What people call a run; no part of its identity, and data wherever it is shown.

    Only characters that can be printed pass: no line break, no escape code of a terminal, and none that
    turns the direction of writing.
    """

    name: str | None
    tags: list[str]
    note: str | None

    def __post_init__(self) -> None:
        check_printable("name", self.name, max_size=64)
        check_printable("note", self.note, max_size=500)
        for tag in self.tags:
            check_printable("tags", tag, max_size=32)
        if len(set(self.tags)) < len(self.tags):
            raise ValueError(f"`tags` must each be given once, got {', '.join(self.tags)}")
        if len(self.tags) > MAX_TAGS:
            raise ValueError(f"`tags` must be {MAX_TAGS} at most, got {len(self.tags)}")


@dataclass(frozen=True)
class Structure:
    """Rules of swings, zones and levels, which features, events and labels read alike (`smc.structure`)."""

    swing_size: int
    max_age: int
    min_gap_atr: float
    pool_tolerance_atr: float


@dataclass(frozen=True)
class Trainer:
    """What a fit runs on; no part of a run's identity, but for what a network reads.

    That is ``devices``, ``precision`` and, by name, ``callbacks``, of which null switches one off.
    """

    device: Literal["cpu", "cuda"]
    devices: int
    precision: Literal["32", "bf16"]
    n_threads: int
    callbacks: dict[str, Any]

    def __post_init__(self) -> None:
        check_positive("devices", self.devices)
        check_positive("n_threads", self.n_threads)


@dataclass(frozen=True)
class Paths:
    """Where results go, relative to the working directory, and what must be free there."""

    output: str
    min_free_mb: float

    def __post_init__(self) -> None:
        if not self.output:
            raise ValueError("`output` must name a folder, got ''")
        check_non_negative("min_free_mb", self.min_free_mb)


@dataclass(frozen=True)
class Monitor:
    """Watches by name, null switches one off; where alerts go; what else is measured."""

    watches: dict[str, Any]
    webhook: str | None
    learning_curve: bool

    def __post_init__(self) -> None:
        check_webhook(self.webhook)


@dataclass(frozen=True)
class Tracker:
    """Trackers by name; null switches one off."""

    trackers: dict[str, Any]


@dataclass(frozen=True)
class Root:
    """The root of `conf/train.yaml`: groups by name, and the keys that belong to no group."""

    data: dict[str, Any]
    features: dict[str, Any]
    events: dict[str, Any]
    labels: dict[str, Any]
    cv: dict[str, Any]
    feature_selection: dict[str, Any]
    aug: dict[str, Any]
    calibrate: dict[str, Any]
    reg: dict[str, Any]
    model: dict[str, Any]
    tune: dict[str, Any]
    space: dict[str, Any]
    evaluation: dict[str, Any]
    ledger: dict[str, Any]
    trainer: Trainer
    monitor: Monitor
    tracker: Tracker
    run: Naming
    structure: Structure
    split: Split
    paths: Paths
    symbol: str | list[str] | None
    side: Literal["structure", "long"]
    sample_weight: SampleWeight
    final: Literal["refit", "train"]
    retry: Literal["none", "failed"]
    bad_jobs: Literal["refuse", "skip"]
    explain: Literal["none", "on_predict"]
    keep_bars: bool
    seed: int
