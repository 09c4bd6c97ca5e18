"""Everything that was tried on a market, put together from the runs whose folders are there."""

from collections.abc import Mapping, Sequence

from smc.fingerprint import content_hash
from smc.selection.candidate import Candidate
from smc.trials.market_trials import Column, MarketTrials, Opening, PanelRows


def market_of(
    symbol: str,
    candidates: Sequence[Candidate],
    *,
    n_trials: int = 0,
    statuses: Mapping[str, int] | None = None,
    registered: Sequence[str] = (),
    openings: Sequence[Opening] = (),
    two_sided: bool = False,
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
    """
    place = {run_id: number for number, run_id in enumerate(registered)}
    runs = {run.run_id: run for run in candidates if run.out_of_fold is not None and run.out_of_fold.n_events}
    seeds: dict[str, list[Column]] = {}
    panels: dict[str, PanelRows] = {}
    for run in sorted(runs.values(), key=lambda run: (place.get(run.run_id, len(place)), run.run_id)):
        rows, column = _panel_and_column(run, symbol, two_sided=two_sided)
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


def _panel_and_column(run: Candidate, symbol: str, *, two_sided: bool) -> tuple[PanelRows, Column]:
    part, identity = run.out_of_fold, run.identity
    if part is None:
        raise ValueError(f"run {run.run_id} has no out-of-fold predictions: it has no column")
    key = content_hash([part.time.tolist(), part.end.tolist(), identity.return_scheme])
    rows = PanelRows(key, part.time, part.end)
    return rows, Column(
        identity.trial,
        run.run_id,
        symbol,
        identity.seed,
        key,
        identity.question,
        1,
        part.evidence.value,
        two_sided,
    )
