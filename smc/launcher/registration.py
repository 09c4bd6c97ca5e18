"""The runs of a sweep, registered together before the first of them starts."""

from collections.abc import Iterable

from smc import results
from smc.config.job import Job
from smc.fingerprint import content_hash
from smc.launcher.ground import Ground
from smc.launcher.loaded_bars import LoadedBars
from smc.training.earlier_search import EarlierSearch, in_full
from smc.training.registration import registration_of
from smc.trials import Ledger, Registration, list_id


def identity_of(job: Job, bars: LoadedBars) -> results.Identity | None:
    """Name a job's run and trial; None where its bars cannot be loaded: the run will say why."""
    try:
        prints = bars.fingerprints(job.config)
        config = {**in_full(job.config, EarlierSearch.asked(job.config)), "symbol": list(prints)}
        return results.identify(config, data_hash=content_hash(prints))
    except Exception:  # noqa: BLE001 - whatever a class of one's own raises, the run meets it again
        return None


def registration_of_job(
    job: Job, identity: results.Identity | None, ground: Ground | None, bars: LoadedBars
) -> Registration | None:
    """Return what the ledger is told of a job's run; None where it will not come to a fit."""
    if identity is None or ground is None:
        return None
    prints = bars.fingerprints(job.config)
    return registration_of(
        identity,
        {**in_full(job.config, EarlierSearch.asked(job.config)), "symbol": list(prints)},
        prints,
        development=ground.development,
        split_hash=ground.split_hash,
        two_sided=ground.two_sided,
    )


def register(ledger: Ledger, registrations: Iterable[Registration], bars: LoadedBars) -> str | None:
    """Register the runs of a sweep as one list, and return its name; None where there are none.

    Parameters
    ----------
    registrations
        Several may be of the same run.

    Raises
    ------
    ResultsError
        The ledger cannot be used: no trial may go uncounted.
    """
    distinct = {registration.run_id: registration for registration in registrations}
    if not distinct:
        return None
    ledger.register(list(distinct.values()), bars.by_fingerprint())
    return list_id(distinct)
