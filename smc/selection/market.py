"""Everything that was tried on a market, put together from the runs whose folders are there."""

from collections.abc import Mapping, Sequence

from smc.fingerprint import content_hash
from smc.selection.candidate import Candidate
from smc.trials.market_trials import Column, MarketTrials, Opening, PanelRows
from smc.typing import FloatArray


def market_of(
    symbol: str,
    candidates: Sequence[Candidate],
    *,
    n_trials: int = 0,
    statuses: Mapping[str, int] | None = None,
    registered: Sequence[str] = (),
    openings: Sequence[Opening] = (),
    two_sided: bool = False,
    evidence: Mapping[str, tuple[PanelRows, FloatArray]] | None = None,
) -> MarketTrials:
    """Return the trials of one symbol: a panel for each set of events, a column for each trial.

    Parameters
    ----------
    n_trials
        Distinct trials that were counted; those without a column are untold. Fewer than there are columns
        are taken for as many.
    registered
        Ids of runs in the order in which they were started: the first of a trial's seeds has its column.
    two_sided
        Whether their folds trained after what they tested.
    evidence
        By run id, all labelled events and what each says (`smc.training.evidence.columns_of`), as the ledger
        keeps them. Where it is not given, a panel has no other events than those that were predicted.
    """
    known = evidence or {}
    place = {run_id: number for number, run_id in enumerate(registered)}
    runs = {run.run_id: run for run in candidates if run.out_of_fold is not None and run.out_of_fold.n_events}
    seeds: dict[str, list[Column]] = {}
    panels: dict[str, PanelRows] = {}
    for run in sorted(runs.values(), key=lambda run: (place.get(run.run_id, len(place)), run.run_id)):
        rows, values = known.get(run.run_id) or _predicted(run)
        identity = run.identity
        column = Column(
            identity.trial,
            run.run_id,
            symbol,
            identity.seed,
            rows.key,
            identity.question,
            round=1,
            values=values,
            two_sided=two_sided,
        )
        panels.setdefault(rows.key, rows)
        seeds.setdefault(column.trial, []).append(column)
    return MarketTrials(
        symbol,
        [symbol],
        panels,
        [columns[0] for columns in seeds.values()],
        n_untold=max(n_trials - len(seeds), 0),
        n_trials=max(n_trials, len(seeds)),
        repeats={trial: columns[1:] for trial, columns in seeds.items()},
        statuses=statuses or {},
        openings=openings,
    )


def _predicted(run: Candidate) -> tuple[PanelRows, FloatArray]:
    """Return the events that a run predicted out of fold, and what each says."""
    part = run.out_of_fold
    if part is None:
        raise ValueError(f"run {run.run_id} has no out-of-fold predictions: it has no column")
    key = content_hash([part.time.tolist(), part.end.tolist(), run.identity.return_scheme])
    return PanelRows(key, part.time, part.end), part.evidence.value
