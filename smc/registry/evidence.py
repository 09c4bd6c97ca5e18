"""What the ledger says for a symbol: its last selection, which no file beside it can change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smc.errors import ConfigError, ResultsError
from smc.report.text import day
from smc.results import list_runs
from smc.results.manifest import NAME, read_manifest
from smc.results.run import Run
from smc.selection.criteria import STRICTER, looser
from smc.selection.honest import Honest
from smc.selection.verdict import DEPLOY
from smc.training.settle import check_heads
from smc.trials import Head, Ledger

#: The rule whose verdict lets a model in.
RULE = "honest"
JUDGE = "python -m smc.select judges"


@dataclass(frozen=True)
class Evidence:
    """What the last selection of a symbol found.

    Attributes
    ----------
    run_id
        Its candidate; None without one.
    said
        ``verdict``, ``rule``, ``event``, ``time``, ``p_values``, for the journal.
    refusal
        Why it lets no model in; None if it lets its candidate in.
    """

    run_id: str | None
    said: Mapping[str, Any]
    refusal: str | None

    def refusal_of(self, run_id: str) -> str | None:
        """Say why a run is not let in; None if it is."""
        if self.refusal is None and run_id != self.run_id:
            return f"the last selection chose run {self.run_id}, not {run_id}"
        return self.refusal

    def of(self, run_id: str) -> Mapping[str, Any]:
        """Return what may be said for a run: of one that was no candidate, no verdict."""
        return self.said if run_id == self.run_id else {**self.said, "verdict": None, "p_values": {}}


#: Of a symbol that no selection has judged.
NO_VERDICT: Mapping[str, Any] = {"verdict": None, "rule": None, "event": None, "time": None, "p_values": {}}


def evidence_of(ledger: Ledger, output: Path, symbol: str) -> Evidence:
    """Return what the last selection of a symbol found, on the market that this folder's runs are of.

    Raises
    ------
    ConfigError
        Nothing was ever tried on a symbol of that name.
    """
    rows = ledger.trials()
    own = rows.loc[rows["symbol"] == symbol]
    if own.empty:
        raise ConfigError(_unknown(symbol, sorted(set(rows["symbol"]))))
    is_here = [_stands(output, run_id) for run_id in own["run_id"]]
    here = {str(market) for market, stands in zip(own["market"], is_here, strict=True) if stands}
    if not here:
        raise ResultsError(f"{symbol}: no run of it stands under {output}: name their folder with --output")
    found = [said for said in ledger.selections_of(symbol) if said["market"] in here]
    judged = [said for said in found if said["rule"] == RULE and said["criteria"] is not None]
    if not judged:
        others = ", ".join(sorted({f"selection={said['rule']}" for said in found}))
        beside = f" ({others} lets nothing in)" if others else ""
        refusal = f"no selection={RULE} has judged it in the ledger {ledger.place}{beside}: {JUDGE} it"
        return Evidence(None, NO_VERDICT, refusal)
    last = judged[0]
    kept = {name: last[name] for name in ("verdict", "rule", "time", "p_values")}
    return Evidence(last["run_id"], {**kept, "event": last["number"]}, next(_refusals(last), None))


def _refusals(last: Mapping[str, Any]) -> Iterator[str]:
    if last["verdict"] != DEPLOY:
        yield f"its last selection says {last['verdict']} ({day(last['time'])}, event {last['number']})"
    asked = {name: limit for name, limit in Honest().criteria.items() if name in STRICTER}
    if below := looser(asked, last["criteria"]):
        yield f"its selection asked for less than selection={RULE} does by itself: {', '.join(below)}"


def check_chain(ledger: Ledger, output: Path) -> None:
    """Check that the ledger holds together, and has forgotten no run of a folder nor its last manifest.

    Raises
    ------
    ResultsError
        With the first thing that does not hold.
    """
    if problems := ledger.verify():
        raise ResultsError(
            f"the ledger {ledger.place} does not hold, so nothing that it says lets a model in: "
            f"{problems[0]}; restore it: python -m smc.ledger verify says what is wrong"
        )
    check_heads(ledger, output, dict(_heads(output)))


def _heads(output: Path) -> Iterator[tuple[str, Head]]:
    """Give the event of the ledger that registered each run of a folder, as far as the run can say it."""
    for folder in list_runs(output):
        try:
            run = Run(folder, read_manifest(folder))
            head = run.record.get("ledger")
        except ResultsError:
            continue
        if head is not None:
            yield run.run_id, Head(head["number"], head["hash"])


def _stands(output: Path, run_id: str) -> bool:
    return (output / "runs" / run_id / NAME).is_file()


def _unknown(symbol: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(symbol, known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"symbols: {', '.join(known) or 'none yet'}"
    return f"{symbol}: no such symbol in the ledger; {hint}"


def symbols_here(ledger: Ledger, output: Path) -> list[str]:
    """Return the symbols of the runs that stand in a folder."""
    rows = ledger.trials()
    named = zip(rows["symbol"], rows["run_id"], strict=True)
    return sorted({str(symbol) for symbol, run_id in named if _stands(output, str(run_id))})
