"""A model that may be asked: what was loaded, checked, and held against its features."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from smc.errors import DataError, FeatureError, ResultsError
from smc.fingerprint import content_hash
from smc.pipeline import FoldPipeline
from smc.pipeline.inputs import check_names
from smc.prediction.decision import utc
from smc.results import KeptBars, Run, load_run
from smc.results import version as saved
from smc.results.own_code import own_code
from smc.results.run import reading
from smc.results.version import RECORD
from smc.training.components import Components
from smc.training.opened import counted_in, is_opened
from smc.training.rebuild import components_from, components_of, rebuild
from smc.trials import Ledger
from smc.typing import Config

#: Who opens a test part here.
OPENED_BY = "predict"
#: What decides at which bars a model is asked, and what it looks at there.
FOLLOWED = ("features", "events", "labels", "side")


@dataclass(frozen=True, eq=False)
class Version:
    """A fitted model with what is needed to ask it, and to say what came of its answers.

    Attributes
    ----------
    name, trial
        Its own name, of a run the run's id; hash of the configuration and code that it is a fit of.
    baseline
        What the baseline says of every event: probability by class, or a number under ``""``; empty where the
        bars that it learned from are not kept.
    last_training_bar
        Open of the last bar that any of its training labels looked at.
    bar_seconds, longest_step
        By symbol, of the bars that it was made of: the usual step from one to the next, and the longest one;
        None: not known.
    sealed
        First and last bar of a test part that nobody has opened, by symbol.
    """

    name: str
    trial: str
    config: Config
    model: FoldPipeline
    components: Components
    last_training_bar: pd.Timestamp
    baseline: Mapping[str, float] = field(default_factory=dict)
    bar_seconds: Mapping[str, float | None] = field(default_factory=dict)
    longest_step: Mapping[str, float | None] = field(default_factory=dict)
    sealed: Mapping[str, tuple[pd.Timestamp, pd.Timestamp]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hold the features that are computed against those that the model learned.

        Raises
        ------
        FeatureError
            They are others, or come in another order.
        """
        learned = getattr(self.model, "feature_names_in_", None)
        names = list(self.components.features.names)
        if learned is not None:
            check_names(list(learned), names)
        elif len(names) != self.model.n_features_in_:
            raise FeatureError(f"the model learned {self.model.n_features_in_} features, got {len(names)}")

    @cached_property
    def recipe(self) -> str:
        """Hash of what two versions must share to be asked about one series of features and events."""
        followed = {name: self.config[name] for name in FOLLOWED}
        return content_hash([followed, own_code(followed), self.model.lookback])

    @property
    def cost(self) -> float:
        """Of a purchase or a sale, as a fraction of its size."""
        return float(getattr(self.components.evaluation, "cost_bps", 0.0)) * 1e-4


def load_version(folder: str | Path) -> Version:
    """Read the model of a version, or of a finished run, after checking every file and its golden rows.

    Raises
    ------
    SmcError
        The folder is gone or damaged, or today's features are not those of the model.
    """
    if (Path(folder) / RECORD).is_file():
        return deployed_version(saved.load_version(folder))
    return version_of(load_run(folder))


def deployed_version(version: saved.Version) -> Version:
    """Return a version that was made for deployment as what can be asked.

    One that is the run's own model leaves the run's sealed test part alone, as the run does.
    """
    output, record = version.path.parent.parent, version.record
    with reading(version.path):
        model = version.model()
        sealed = sealed_spans(load_run(output / "runs" / version.run_id), output) if record["as_is"] else {}
        return Version(
            name=version.version_id,
            trial=record["trial_hash"],
            config=version.config,
            model=model,
            components=components_from(version.config),
            last_training_bar=utc(record["last_training_bar"]),
            baseline=_stated(version.baseline(), model),
            bar_seconds={
                symbol: bars["account"].get("bar_seconds") for symbol, bars in record["bars"].items()
            },
            longest_step=_longest_steps(version.fingerprints, output),
            sealed=sealed,
        )


def version_of(run: Run) -> Version:
    """Return the saved model of a run as what can be asked."""
    output = run.path.parent.parent
    with reading(run.path):
        model, bars = run.model(), run.record["bars"]
        accounts = {symbol: facts.get("account", {}) for symbol, facts in bars.items()}
        return Version(
            name=run.run_id,
            trial=run.record.get("trial_hash", run.record["seedless_hash"]),
            config=run.config,
            model=model,
            components=components_of(run),
            last_training_bar=utc(run.record["last_training_bar"]),
            baseline=_baseline(run, model, output),
            bar_seconds={symbol: own.get("bar_seconds") for symbol, own in accounts.items()},
            longest_step=_longest_steps(run.fingerprints, output),
            sealed=sealed_spans(run, output),
        )


def sealed_spans(run: Run, output: str | Path) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the bars of a run's test part that wait to be opened, by symbol.

    Whether they do stands in the ledger that counted the run; where it cannot be asked, they do.
    """
    if not run.is_sealed:
        return {}
    return {
        symbol: (utc(part["first"]), utc(part["last"]))
        for symbol, part in run.record.get("test_part", {}).items()
        if part["state"] == "sealed" and part["first"] and part["last"]
        if not is_opened(run, symbol, output)
    }


def open_test_part(run: Run, output: str | Path, symbols: Iterable[str]) -> None:
    """Record that the sealed test part of a run is looked at, before it is: one opening more of its market.

    Raises
    ------
    ResultsError
        The ledger that counted the run cannot be asked, or does not know it.
    """
    spans, ledger = sealed_spans(run, output), Ledger(counted_in(run), str(output))
    for symbol in symbols:
        if symbol in spans:
            ledger.open_test(run.run_id, symbol, *spans[symbol], OPENED_BY)


def _baseline(run: Run, model: Any, output: Path) -> dict[str, float]:
    """Return what the run's baseline learned from the events of the saved model: shares, or their mean."""
    try:
        rebuilt = rebuild(run, output)
    except (DataError, ResultsError):
        return {}
    labels = rebuilt.data.events["label"].to_numpy()[rebuilt.learned]
    if not is_classifier(model):
        return {"": float(np.mean(labels))}
    return {str(name): float(np.mean(labels == name)) for name in model.classes_.tolist()}


def _stated(baseline: Any, model: Any) -> dict[str, float]:
    """Return what a fitted baseline says of any event: it looks at none of its features."""
    row = np.zeros((1, baseline.n_features_in_))
    if not is_classifier(model):
        return {"": float(baseline.predict(row)[0])}
    stated = baseline.predict_proba(row)[0]
    return {str(name): float(share) for name, share in zip(baseline.classes_.tolist(), stated, strict=True)}


def _longest_steps(fingerprints: Mapping[str, str], output: Path) -> dict[str, float | None]:
    """Return the longest step between two bars of each symbol, where they are kept; seconds."""
    kept = KeptBars(str(output), fingerprints)
    return {
        symbol: _longest_step(kept.load(symbol)) if kept.has(symbol) else None for symbol in kept.symbols()
    }


def _longest_step(bars: pd.DataFrame) -> float:
    stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
    return float(np.diff(stamps).max(initial=0) / 1e9)
