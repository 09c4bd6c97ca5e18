"""One row of the journal: what was done with a version, by whom, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROPOSED, SHADOW, LIVE, RETIRED = "proposed", "shadow", "live", "retired"


@dataclass(frozen=True, eq=False)
class Entry:
    """One row of the journal of a symbol.

    Attributes
    ----------
    number
        Of the row, from 1 on without a gap.
    action
        What was typed: ``propose``, ``promote``, ``retire``, ``rollback``.
    stage
        Of the version from this row on: ``proposed``, ``shadow`` (it answers, and nothing is traded),
        ``live``, ``retired``.
    version, folder
        Its id, and where it stands under the output folder of whoever reads.
    run_id, trial
        Whose configuration it is, and whose verdict it carries.
    manifest
        Hash of the folder's list of files: a folder of another hash is not that version.
    last_training_bar
        Open of the last bar that it learned from, ISO 8601.
    rung
        Per cent of the position that is taken; 0 of what is not live.
    why, who, time
        In the words of whoever wrote the row; UTC, ISO 8601.
    override
        The reason for which it is here without a verdict that lets it in; None as a rule.
    evidence
        The verdict as it stood at the proposal: ``verdict``, ``rule``, ``event`` (its number in the ledger),
        ``time`` and ``p_values``.
    output
        The folder that the row was written from.
    """

    symbol: str
    number: int
    action: str
    stage: str
    version: str
    run_id: str
    trial: str
    manifest: str
    last_training_bar: str
    rung: int
    who: str
    why: str
    override: str | None
    evidence: Mapping[str, Any]
    output: str
    time: str
    folder: Path

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**vars(self), "evidence": dict(self.evidence), "folder": str(self.folder)}
