"""An audit as tables, as Markdown and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.audit.checks import CHECKS, audit
from smc.fingerprint import bars_fingerprint, content_hash
from smc.report.document import Section, Table
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.plain import json_bytes, to_plain
from smc.typing import OnProgress

#: Faults of one check on the terminal; the saved report has all of them.
N_SHOWN = 12
MARKS = {"pass": "pass", "warn": "WARN", "fail": "FAIL", "not done": "not done"}


@dataclass(frozen=True)
class Report:
    """All findings about one composed run."""

    audit_id: str
    about: dict[str, Any]
    findings: Sequence[Finding]

    @property
    def verdict(self) -> str:
        """The worst one: a leak, a check that is missing, a suspicion, or nothing."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((verdict for verdict in ("fail", "not done", "warn") if verdict in verdicts), "pass")

    @property
    def leaks(self) -> list[str]:
        """The first fault of each check that found a leak."""
        return [
            f"{finding.check}: {finding.faults[0].sentence}"
            for finding in self.findings
            if finding.verdict == "fail"
        ]

    @property
    def folder(self) -> Path:
        """Where it is saved, below the output folder."""
        return Path("audits", self.audit_id)

    def sections(self, n_shown: int | None = None) -> list[Section]:
        """Return the table of verdicts, and the faults with their remedy, check by check."""
        rows = [
            [finding.check, MARKS[finding.verdict], question(finding.check), finding.looked_at]
            for finding in self.findings
        ]
        table = Table(["check", "verdict", "question", "looked at"], rows, n_text=4)
        faulty = [finding for finding in self.findings if finding.faults]
        return [
            Section(
                f"Leakage audit {self.audit_id}: {self.about['symbol']}, {self.about['model']}", [], [table]
            ),
            *(_section(finding, n_shown) for finding in faulty),
        ]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        findings = [finding.to_json() for finding in self.findings]
        return {"audit_id": self.audit_id, "verdict": self.verdict, **self.about, "findings": findings}

    def to_markdown(self) -> str:
        """Write a page."""
        blocks = []
        for section in self.sections():
            blocks.append(f"## {section.title}" if blocks else f"# {section.title}")
            blocks += [_markdown(table) for table in section.tables]
            if section.points:
                blocks.append("\n".join(f"- {point}" for point in section.points))
        return "\n\n".join(blocks) + "\n"

    def save(self, output: str | Path) -> Path:
        """Write ``audit.md`` and ``audit.json`` into ``audits/<id>/``, each whole or not at all."""
        folder = Path(output) / self.folder
        with named_errors(folder):
            make_folder(folder)
            write_atomic(folder / "audit.md", self.to_markdown().encode())
            write_atomic(folder / "audit.json", json_bytes(to_plain(self.to_json())[0]))
        return folder


def report_on(
    audited: AuditedRun, only: Sequence[str] | None = None, on_progress: OnProgress = lambda _: None
) -> Report:
    """Carry out the checks, all or those of some names, and report what they found."""
    findings = audit(audited, only, on_progress)
    return Report(audit_id(audited, findings), about(audited), findings)


def about(audited: AuditedRun) -> dict[str, Any]:
    """Name what was audited."""
    names = {
        group: audited.config[group]["_target_"].rpartition(".")[2]
        for group in ("features", "events", "labels", "cv", "aug", "model")
    }
    return {
        "symbol": audited.symbol,
        **names,
        "bars": len(audited.bars),
        "first_bar": str(audited.bars.index[0]),
        "last_bar": str(audited.bars.index[-1]),
        "n_draws": audited.n_draws,
        "n_cuts": audited.n_cuts,
    }


def audit_id(audited: AuditedRun, findings: Sequence[Finding]) -> str:
    """Hash what was asked, of which bars, and what was found (16 hex digits); a new answer, a new folder."""
    choices = {key: value for key, value in audited.config.items() if key not in ("paths", "ledger")}
    answers = [to_plain(finding.to_json())[0] for finding in findings]
    return content_hash([choices, bars_fingerprint(audited.bars), about(audited), answers])[:16]


def question(check: str) -> str:
    """Return what a check asks."""
    return CHECKS[check].question


def _section(finding: Finding, n_shown: int | None) -> Section:
    faults = [fault.sentence + "." for fault in finding.faults]
    shown = faults[:n_shown]
    if len(shown) < len(faults):
        shown.append(f"and {len(faults) - len(shown)} more, in the saved report.")
    return Section(f"{MARKS[finding.verdict]}: {finding.check}", [*shown, f"Remedy: {finding.remedy}"])


def _markdown(table: Table) -> str:
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
