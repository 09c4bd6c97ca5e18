"""What must hold of the ledger before runs are judged: it knows all of them, and has forgotten none."""

from collections.abc import Mapping
from pathlib import Path

from smc.errors import PlaceError, ResultsError
from smc.results import RunStore, load_run
from smc.results.run import reading
from smc.selection.manifest import head_of_manifest
from smc.training.opened import is_of_before
from smc.training.take_over import registrable, take_over, unknown_runs
from smc.training.trial import finish_trial
from smc.trials import Head, Ledger

#: Runs that an error names.
N_NAMED = 3


def settle(ledger: Ledger, output: Path) -> list[str]:
    """Have the ledger know the finished runs of an output folder; say what it was told.

    A run whose process went after its folder was committed hands in its evidence now. Runs of before smc
    kept one ledger are taken over, once.

    Raises
    ------
    ResultsError
        There are finished runs that it does not know: what was tried beside them is unknown, too.
    """
    store = RunStore(output)
    ledger.reap(str(output), store.state, store.host)
    for run_id in ledger.without_evidence(str(output)):
        try:
            run = load_run(store.folder(run_id))
            with reading(run.path):
                if run.evidence is not None:
                    finish_trial(ledger, run.path, run.evidence, run.record.get("test_part") or {})
        except PlaceError:
            raise
        except ResultsError:
            continue  # gone, or damaged: its trial stays untold
    unknown, _ = unknown_runs(ledger, output)  # a selection names what is damaged
    foreign = [run.run_id for run in unknown if not is_of_before(run)]
    if foreign:
        named = ", ".join(foreign[:N_NAMED]) + (", ..." if len(foreign) > N_NAMED else "")
        raise ResultsError(
            f"{len(foreign)} finished runs under {output} are not in the ledger {ledger.place} ({named}), "
            "nor is what else was tried beside; use the ledger that counted them (SMC_LEDGER, ledger.url=), "
            f"or count them as they are: python -m smc.ledger import {output}"
        )
    able, _ = registrable(unknown)
    taken = take_over(ledger, output, able)
    return (
        [f"{len(taken)} trials of an earlier smc taken over into the ledger {ledger.place}"] if taken else []
    )


def check_heads(ledger: Ledger, output: Path, heads: Mapping[str, Head]) -> None:
    """Check that the ledger still holds the event that registered each run, and that of the last manifest.

    Parameters
    ----------
    heads
        By run id.

    Raises
    ------
    ResultsError
        It lacks one: it is another, or was restored from a copy.
    """
    last = head_of_manifest(output)
    lacking = ledger.lacks([*heads.values(), *([last] if last else [])])
    runs = [run_id for run_id, head in heads.items() if head in lacking]
    if lacking:
        what = f"the event that registered run {runs[0]}" if runs else "what the last manifest rests on"
        raise ResultsError(
            f"the ledger {ledger.place} lacks {what}: it is another one, or an older copy was put in its "
            "place, so trials are missing; restore it, name the right one (SMC_LEDGER, ledger.url) or count "
            f"what is there as it is: python -m smc.ledger import {output}"
        )
