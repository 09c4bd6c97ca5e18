"""Classes of one's own: put under their laws at first use, told of in the record, cleared by an audit."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smc import results
from smc.fingerprint import content_hash
from smc.interfaces import TrialLedger
from smc.results.kept_laws import AUDIT, LAWS, WITH_LAWS, keep_laws, kept_laws
from smc.results.own_code import own_modules, unseen_readers
from smc.results.record import OwnClass, RunRecord, Warned
from smc.training.own_laws import OwnPart, broken_laws, build_anew, own_parts
from smc.training.prepare import PreparedData
from smc.typing import Config, OnProgress

UNSEEN = "it uses {names}, which may read what no law sees: python -m smc.audit looks at the whole run"
OPENS = "it opens {names}, where no law can look: python -m smc.audit looks at the whole run"
NOT_KEPT = "{name} ({place}) did not keep its laws: {why}."


@dataclass(frozen=True)
class OwnClasses:
    """The classes of one's own in a run, and the laws that each of them broke.

    Attributes
    ----------
    broken
        By place in the configuration; empty where a class kept its laws, or has none.
    """

    parts: Sequence[OwnPart]
    broken: Mapping[str, Sequence[str]]
    ledger: TrialLedger

    @classmethod
    def judged(
        cls,
        config: Config,
        prepared: PreparedData,
        output: Path,
        ledger: TrialLedger,
        on_progress: OnProgress,
    ) -> "OwnClasses":
        """Put each class under its laws, unless that was done; the same code is asked once."""
        parts, broken = own_parts(config), dict[str, Sequence[str]]()
        for part in parts:
            build_anew(part)
            code = results.class_hash(part.node)
            kept = kept_laws(output, code)
            if part.group not in WITH_LAWS or kept is not None:
                broken[part.place] = kept["why"] if kept else []
                continue
            on_progress(f"laws of {part.name}")
            broken[part.place] = broken_laws(part, config, prepared)
            keep_laws(output, code, broken[part.place])
        return cls(parts, broken, ledger)

    def tell(self, record: RunRecord, opened: results.OpenedFiles) -> None:
        """Write into the record what the classes opened, whether they kept their laws, and warn if not."""
        record["own_files"] = opened.record
        record["own_classes"] = [self._row(part, opened) for part in self.parts]
        record["warnings"] += [_warning(row) for row in record["own_classes"] if not row["passed"]]

    def _row(self, part: OwnPart, opened: results.OpenedFiles) -> OwnClass:
        files = _files_of(part, opened)
        code = _code_of(part, files)
        audit, why = self.ledger.audit_of(code), [*self.broken[part.place], *_unseen(part, files)]
        return {
            "class": part.name,
            "place": part.place,
            "code": code,
            "passed": not why if audit is None else audit["passed"],
            "by": LAWS if audit is None else AUDIT,
            "why": "; ".join(why if audit is None else audit["problems"]),
        }


def keep_audit(
    config: Config, opened: results.OpenedFiles, faults: Sequence[str], ledger: TrialLedger
) -> None:
    """Tell the ledger, for each class of one's own, what an audit of all checks found: nothing, or leaks."""
    for part in own_parts(config):
        build_anew(part)
    for part in own_parts(config):
        code = _code_of(part, _files_of(part, opened))
        ledger.audited(code, part.name, not faults, faults)


def _files_of(part: OwnPart, opened: results.OpenedFiles) -> dict[str, str | None]:
    """Return the files that were opened while the code of a class was at work."""
    sources = {os.path.realpath(path) for path in own_modules(part.node).values()}
    return {path: digest for path, digest in opened.files.items() if opened.openers[path] & sources}


def _code_of(part: OwnPart, files: Mapping[str, str | None]) -> str:
    code = results.class_hash(part.node)
    return content_hash([code, files]) if files else code


def _unseen(part: OwnPart, files: Mapping[str, str | None]) -> list[str]:
    """Say what a class reads besides what it is given."""
    names = unseen_readers(part.node)
    opens = [OPENS.format(names=", ".join(Path(path).name for path in files))] if files else []
    return [*opens, *([UNSEEN.format(names=", ".join(names))] if names else [])]


def _warning(row: OwnClass) -> Warned:
    sentence = NOT_KEPT.format(name=row["class"], place=row["place"], why=row["why"].rstrip("."))
    return {"reason": "own_class", "sentence": sentence}
