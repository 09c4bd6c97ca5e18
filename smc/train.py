"""Train, validate and save one model: python -m smc.train model=xgboost cv=cpcv reg=tiny"""

import sys

from smc.cli import EXIT_FAILED, EXIT_OK, Progress, end_on_ctrl_c, exits, say

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from smc import results
from smc.alert import tell_failure, tell_warnings
from smc.config.command import read_command
from smc.config.job import Job
from smc.errors import ConfigError, DiskFullError, ResultsError, SmcError
from smc.fingerprint import bars_fingerprint, content_hash
from smc.fits import Fits
from smc.launcher import End, run_sweep
from smc.outcome import Outcome, say_outcome, say_outcome_briefly
from smc.parts import Parts
from smc.prepared import Prepared, load_bars, prepare, recorded
from smc.record import (
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
from smc.results.durable import NO_ROOM
from smc.results.status import reason_of
from smc.saving import Contents, logging_to, save
from smc.scored import ablation, can_be_traded, evaluate, sealed_tables
from smc.trained import fit_all
from smc.trial import close_trial, trial
from smc.typing import Config
from smc.warned import warnings_of


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
        parts = Parts.from_config(config)
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
    parts: Parts,
    prepared: Prepared,
    config: Config,
    facts: Mapping[str, Any],
    step: Callable[[str], None],
) -> tuple[Fits, dict[str, Any], dict[str, pd.DataFrame]]:
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


def attempt(job: Job, progress: Progress) -> Outcome:
    """Carry out one job; a disk that is full is named so, whoever met it."""
    try:
        return train(job.config, job.sources, progress, choices=job.choices)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        output = job.config["paths"]["output"]
        raise DiskFullError(f"the disk under {output} is full: free some room and run again") from error


def carry_out(job: Job, progress: Progress) -> End:
    """Carry out one job of a sweep; whatever ends it is told, not raised, but for Ctrl-C."""
    try:
        outcome = attempt(job, progress)
    except SmcError as error:
        return End("failed", "; ".join(str(error).splitlines()), reason=error.reason)
    except Exception as error:  # noqa: BLE001 - whatever ends a run, the others go on
        return End("failed", f"{type(error).__name__}: {error}", reason=reason_of(error))
    status = "finished" if outcome.status == "finished" else "failed"
    text = say_outcome_briefly(outcome)
    return End(status, text, outcome.run_id, is_new=outcome.is_new)


def run_one(job: Job) -> int:
    """Carry out the one job of a command line, and return its exit code.

    A surprise, such as a bug in a class of your own, is a failed run, as it is in a sweep: what it was
    is said, and where its traceback is recorded. One that could not be recorded is raised.
    """
    try:
        with Progress(f"{job.name}: ") as progress:
            outcome = attempt(job, progress)
    except SmcError:
        raise
    except Exception as error:
        recorded = getattr(error, "__notes__", ())
        if not recorded:
            raise
        say("\n  ".join([f"failed: {type(error).__name__}: {error}", *recorded]))
        return EXIT_FAILED
    say(say_outcome(outcome))
    return EXIT_OK if outcome.status == "finished" else EXIT_FAILED


def main() -> None:
    """Run the command line."""
    with exits():
        command = read_command(sys.argv[1:])
        if command is not None:
            sys.exit(run_sweep(command, carry_out) if command.is_sweep else run_one(command.job()))


if __name__ == "__main__":
    from smc.train import main  # the functions by their own names, by which other processes import them

    main()
