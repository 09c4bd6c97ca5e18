"""One run, from its configuration to its committed folder, as a straight line."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from smc import results
from smc.cli import Progress
from smc.errors import ConfigError, ResultsError
from smc.fingerprint import bars_fingerprint, content_hash
from smc.training.components import Components
from smc.training.cross_fit import FitResults
from smc.training.evaluate import ablation, can_be_traded, evaluate, sealed_tables
from smc.training.fit_models import fit_all
from smc.training.notify import tell_failure, tell_warnings
from smc.training.outcome import Outcome
from smc.training.prepare import PreparedData, load_bars, prepare, recorded
from smc.training.record import (
    calibration,
    describe,
    ensemble,
    evidence_period,
    importances,
    last_training_bar,
    selection,
    stops_of,
    what_was_chosen,
)
from smc.training.save import Contents, logging_to, save
from smc.training.trial import close_trial, trial
from smc.training.warnings import warnings_of
from smc.typing import Config


def train(
    config: Config,
    sources: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    choices: Mapping[str, Any] | None = None,
) -> Outcome:
    """Carry out one run and commit its folder; a run that is finished already is left as it is.

    Parameters
    ----------
    config
        Composed, checked, plain containers (`smc.config.compose`).
    sources
        Where each value of the configuration came from, for the record.
    choices
        The option chosen for each group, for the record.

    Raises
    ------
    SmcError
        The named failure of the run; its status record says it too.
    """
    progress = progress or Progress()
    store = results.RunStore(config["paths"]["output"], min_free_mb=config["paths"]["min_free_mb"])
    with recorded(store, config, unless=ConfigError):
        parts = Components.from_config(config)
    progress.step("bars")
    with recorded(store, config):
        bars = load_bars(parts, config)
    data_hash = content_hash({symbol: bars_fingerprint(each) for symbol, each in bars.items()})
    config = {**config, "symbol": list(bars)}
    run_id = results.run_id(config, data_hash=data_hash, seed=config["seed"])
    with store.claim(run_id, retry=config["retry"], about=results.about(config)) as claim:
        if claim.skip:
            parts.ledger.reap(str(store.output), store.state)
            why = store.status(run_id).get("message")
            return Outcome(run_id, claim.skip, claim.folder, is_new=False, why=why)
        with logging_to(claim.staging / "run.log"), tell_failure(parts.webhook, run_id, claim.about):
            progress.step("features, labels (the first time, they are compiled)")
            prepared = prepare(parts, bars, config, store.output)
            facts = {
                "run_id": run_id,
                "data_hash": data_hash,
                **what_was_chosen(config, choices or {}),
                **describe(config, bars, prepared.data, prepared.plan, parts.labels.task),
            }
            if config["keep_bars"]:
                for each in bars.values():
                    results.keep_bars(store.output, each)
            with trial(parts.ledger, store, facts, evidence_period(bars, prepared.data, prepared.plan)):
                fits, record, tables = fit_and_score(parts, prepared, config, facts, progress.step)
                progress.step("saving")
                save(claim, Contents(config, sources or {}, record, tables, prepared.plan, fits.model))
                if fits.is_partial:
                    raise KeyboardInterrupt(f"what was done so far is in {claim.set_aside()}")
        folder = claim.commit()
    close_trial(parts.ledger, run_id, folder)
    tell_trackers(parts.trackers, folder)
    return Outcome(run_id, "finished", folder, is_new=True)


def tell_trackers(trackers: Iterable[Any], folder: Path) -> None:
    """Show every tracker the finished run; what one of them raises is said, and the run stays finished."""
    for tracker in trackers:
        try:
            tracker.log(results.load_run(folder))
        except Exception as error:
            name, said = type(tracker).__name__, f"{type(error).__name__}: {error}"
            raise ResultsError(
                f"{name} was not told ({said}); the run itself is finished: {folder}"
            ) from error


def fit_and_score(
    parts: Components,
    prepared: PreparedData,
    config: Config,
    facts: Mapping[str, Any],
    step: Callable[[str], None],
) -> tuple[FitResults, dict[str, Any], dict[str, pd.DataFrame]]:
    """Fit all that is asked for; return the fits, the record of the run and its tables."""
    started = time.perf_counter()
    bars, data = prepared.bars, prepared.data
    trained = fit_all(parts, data, prepared.plan, config, step)
    fits, baseline, can_trade = trained.fits, trained.baseline, can_be_traded(data)
    cv_failure = prepared.cv_failure or trained.cv_failure
    step("evaluation")
    figures, predictions, returns = evaluate(parts, bars, fits, baseline, can_trade=can_trade)
    record = {
        **facts,
        **figures,
        **stops_of(fits),
        "ablation": ablation(parts, bars, trained.plain, baseline),
        "augmentation": fits.augmentation,
        "feature_selection": selection(fits),
        "calibration": calibration(fits, predictions),
        "ensemble": ensemble(fits),
        "feature_importance": importances(fits),
        "last_training_bar": last_training_bar(bars, data, fits),
        "training_duration_seconds": time.perf_counter() - started,
        "warnings": warnings_of(parts, figures, fits, cv_failure, can_trade=can_trade),
    }
    record["warnings"] += tell_warnings(parts.webhook, record)
    return (
        fits,
        record,
        {
            "predictions": predictions,
            "returns": returns,
            "curves": fits.curves,
            "learning_curve": trained.learning_curve,
            **sealed_tables(parts, bars, fits, baseline, can_trade=can_trade),
        },
    )
