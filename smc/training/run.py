"""One run, from its configuration to its committed folder, as a straight line."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from smc import results
from smc.blame import described
from smc.cli import Progress
from smc.errors import ConfigError, ResultsError
from smc.fingerprint import bars_fingerprint, content_hash
from smc.interfaces import RunTracker
from smc.outside.secrets import meet
from smc.training.components import Components
from smc.training.earlier_search import EarlierSearch, evidence_begins, in_full, origin_of
from smc.training.evaluate import evaluate, sealed, test_state
from smc.training.evidence import evidence_table, test_parts
from smc.training.fit_models import fit_models
from smc.training.notify import tell_failure, tell_warnings
from smc.training.outcome import Outcome
from smc.training.own_classes import OwnClasses
from smc.training.prepare import load_bars, prepare, recorded
from smc.training.record import run_facts, run_record
from smc.training.registration import development_of, registration_of
from smc.training.save import Contents, logging_to, save
from smc.training.trial import trial
from smc.training.tuning import check_studies
from smc.typing import Config


def train(
    config: Config,
    sources: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    choices: Mapping[str, str | None] | None = None,
    list_name: str | None = None,
    earlier: EarlierSearch | None = None,
    n_tried: Mapping[str, int] | None = None,
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
    list_name
        Of the list of runs that this one was registered with (`smc.trials.Ledger.register`), if any.
    earlier
        What ``tune.start_from`` names, where that run is not at hand; None: it is looked for.
    n_tried
        By fit, how many trials its search for parameters makes, whatever the time: those of a run that is
        repeated.

    Raises
    ------
    SmcError
        The named failure of the run; its status record says it too.
    """
    meet(config)
    on_progress = (progress or Progress()).step
    store = results.RunStore(config["paths"]["output"], min_free_mb=config["paths"]["min_free_mb"])
    with recorded(store, config, unless=ConfigError):
        components = Components.from_config(config)
        earlier = earlier or EarlierSearch.asked(config)
        check_studies(components.tuner)
    on_progress("bars")
    with recorded(store, config):
        bars = load_bars(components, config)
    prints = {symbol: bars_fingerprint(own) for symbol, own in bars.items()}
    data_hash = content_hash(prints)
    config = {**in_full(config, earlier), "symbol": list(bars)}
    identity = results.identify(config, data_hash=data_hash)
    run_id = identity.run_id
    claimed = store.claim(run_id, retry=config["retry"], about=results.about(config))
    with results.place_errors(store.output), claimed as claim:
        if claim.skip:
            components.ledger.reap(str(store.output), store.state, store.host)
            why = store.status(run_id).get("message")
            return Outcome(run_id, claim.skip, claim.folder, is_new=False, why=why, naming=config["run"])
        with (
            logging_to(claim.staging / "run.log"),
            tell_failure(components.webhook, run_id, claim.about),
            results.opened_files(config) as opened,
        ):
            on_progress("features, labels (the first time, they are compiled)")
            prepared = prepare(components, bars, config, store.output)
            if earlier is not None:
                earlier.check_before(evidence_begins(components.tuner, prepared))
            own_classes = OwnClasses.judged(config, prepared, store.output, components.ledger, on_progress)
            facts = run_facts(identity, data_hash, config, choices or {}, prepared)
            facts["test_part"] = parts = test_parts(prepared, test_state(components))
            if config["keep_bars"]:
                for own in bars.values():
                    results.keep_bars(store.output, own)
            registration = registration_of(
                identity,
                config,
                prints,
                development=development_of(prepared),
                split_hash=prepared.plan.hash,
                two_sided=prepared.plan.is_two_sided,
            )
            with trial(components.ledger, store, registration, bars, list_name) as counted:
                facts["ledger"] = counted.head
                started = time.perf_counter()
                models = fit_models(
                    components,
                    prepared.data,
                    prepared.plan,
                    config,
                    on_progress,
                    bars=bars,
                    on_scored=counted.on_scored,
                    earlier=earlier.params if earlier else None,
                    run_id=run_id,
                    n_tried=n_tried,
                )
                on_progress("evaluation")
                scored = components, bars, models.fits, models.baseline
                evaluated = evaluate(*scored, can_trade=prepared.can_trade)
                record = run_record(facts, components, prepared, models, evaluated, started=started)
                if models.tuning.searches:
                    events = prepared.data.events
                    record["tuning_origin"] = origin_of(models.tuning, events, bars, earlier)
                own_classes.tell(record, opened)
                record["warnings"] += tell_warnings(components.webhook, record)
                hidden = sealed(*scored, can_trade=prepared.can_trade)
                evidence = evidence_table(bars, prepared.data.events, evaluated.predictions)
                tables = {
                    "evidence": evidence,
                    "predictions": evaluated.predictions,
                    "returns": evaluated.returns,
                    "curves": models.fits.curves,
                    "learning_curve": models.learning_curve,
                    "tuning": models.tuning.trials,
                    **hidden.tables,
                }
                on_progress("saving")
                contents = Contents(config, sources or {}, record, tables, prepared.plan, models.fits.model)
                save(claim, contents, hidden.figures)
                if models.fits.is_partial:
                    raise KeyboardInterrupt(f"what was done so far is in {claim.set_aside()}")
        folder = claim.commit()
        results.keep_own_files(store.output, identity.trial, opened.files)
    counted.finish(evidence, parts, folder)
    show_to_trackers(components.trackers, folder)
    return Outcome(run_id, "finished", folder, is_new=True)


def show_to_trackers(trackers: Iterable[RunTracker], folder: Path) -> None:
    """Show every tracker the finished run; what one of them raises is said, and the run stays finished."""
    for tracker in trackers:
        try:
            tracker.log(results.load_run(folder))
        except Exception as error:
            name = type(tracker).__name__
            raise ResultsError(
                f"{name} was not told ({described(error)}); the run itself is finished: {folder}"
            ) from error
