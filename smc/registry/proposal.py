"""Propose a model for a symbol: what a verdict lets in, or what somebody answers for by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from smc.errors import ConfigError, ResultsError
from smc.registry.entry import PROPOSED, Entry
from smc.registry.evidence import check_chain, evidence_of
from smc.registry.loads import check_loads
from smc.registry.registry import Registry, whoever
from smc.registry.versions import make_version
from smc.results import Run, load_run
from smc.results.locate import locate
from smc.results.version import Version
from smc.selection.runs import CHANGED
from smc.trials import Ledger

LET_IN = "--override REASON proposes it all the same, and every page says so from then on"


def propose(
    registry: Registry,
    symbol: str,
    *,
    run: str | Path | None = None,
    as_is: bool = False,
    override: str | None = None,
    why: str | None = None,
    who: str | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Entry:
    """Make the version of a run and propose it for a symbol; one that is proposed already stays as it is.

    The verdict is that of the last ``selection=honest`` in the ledger, never that of a file. The ledger must
    hold together, the run must be the one that it was told of, and its model must answer as it did.

    Parameters
    ----------
    run
        Folder, id or its beginning; None: the one that the selection chose.
    as_is
        The run's own saved model, fitted on train and val, instead of a fit on all events.
    override
        The reason to let in what no verdict does.
    why
        In words; None: the verdict.

    Raises
    ------
    ResultsError
        There is no verdict that lets it in, or run, model or ledger do not hold.
    """
    check_reason("--override", override)
    check_chain(registry.ledger, registry.output)
    evidence = evidence_of(registry.ledger, registry.output, symbol)
    if run is None and evidence.run_id is None:
        raise ResultsError(f"{symbol}: {evidence.refusal}")
    folder = locate(str(run or evidence.run_id), registry.output)
    refusal = evidence.refusal_of(folder.name)
    if refusal and override is None:
        raise ResultsError(f"{symbol}: {refusal}; {LET_IN}")
    opened = checked_run(folder, symbol, registry.ledger)
    check_loads(opened.path)
    version = make_version(opened, registry.output, registry.ledger, as_is=as_is, on_progress=on_progress)
    standing = registry.standing(symbol)
    for entry in (standing.live, *standing.waiting):
        if entry is not None and entry.version == version.version_id:
            return entry
    said = evidence.of(opened.run_id)
    words = why or (f"override: {override}" if refusal else f"{said['verdict']} of event {said['event']}")
    return registry.append(
        standing,
        {
            **row_of(version),
            **{"action": "propose", "stage": PROPOSED, "rung": 0, "who": who or whoever(), "why": words},
            **{"override": override if refusal else None, "evidence": dict(said)},
        },
    )


def row_of(version: Version) -> dict[str, Any]:
    """Return what the journal says of a version."""
    record = version.record
    return {
        "version": version.version_id,
        "run_id": record["run_id"],
        "trial": record["trial_hash"],
        "manifest": version.digest,
        "last_training_bar": record["last_training_bar"],
    }


def checked_run(folder: Path, symbol: str, ledger: Ledger) -> Run:
    """Open a run that the ledger was told of, every file of it as it was then, for a symbol that it knows.

    Raises
    ------
    ResultsError
        It is damaged, another than the ledger was told of, or of other symbols.
    """
    run = load_run(folder)
    if symbol not in (known := run.fingerprints):
        raise ResultsError(f"{symbol}: run {run.run_id} was fitted on {', '.join(known)}, and knows no other")
    rows = ledger.trials(symbol)
    own = rows.loc[rows["run_id"] == run.run_id]
    if own.empty:
        raise ResultsError(f"{symbol}: the ledger {ledger.place} does not know run {run.run_id}")
    digest = own["digest"].iloc[0]
    if not isinstance(digest, str) or run.digest not in digest.split():
        raise ResultsError(f"{symbol}: run {run.run_id} is not what the ledger was told of: {CHANGED}")
    return run


def check_reason(option: str, text: str | None) -> None:
    """Raise ConfigError for a reason of no words."""
    if text is not None and not text.strip():
        raise ConfigError(f"{option}: say why in words, got {text!r}")
