"""Which classes of one's own kept their laws: kept by the hash of their code, so that each is asked once."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from smc.fingerprint import code_version
from smc.outside.regular_file import read_json
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.plain import json_bytes

#: Below an output folder, one file a code.
KEPT = Path("cache", "laws")
#: By what a class is judged; the ledger keeps the audits.
LAWS, AUDIT = "laws", "audit"
#: Groups whose classes have laws; of the others only what they open is looked at.
WITH_LAWS = ("features", "events", "labels", "cv")


class Kept(TypedDict):
    """What was found of one code, and by which version of the laws."""

    passed: bool
    why: list[str]
    version: str


def laws_version() -> str:
    """Hash the laws themselves: others are asked anew."""
    return code_version("laws", "features/laws.py")


def kept_laws(output: Path, code: str) -> Kept | None:
    """Return what laws of today found of a code; None if they were not asked."""
    try:
        kept = read_json(output / KEPT / f"{code}.json")
        is_known = kept["version"] == laws_version() and isinstance(kept["why"], list)
        is_whole = is_known and all(isinstance(why, str) for why in kept["why"])
        return kept if is_whole and kept["passed"] is (not kept["why"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_laws(output: Path, code: str, why: Sequence[str]) -> None:
    """Write down what was found of a code: nothing, or what it broke."""
    found: Kept = {"passed": not why, "why": list(why), "version": laws_version()}
    path = output / KEPT / f"{code}.json"
    with named_errors(output):
        make_folder(path.parent)
        write_atomic(path, json_bytes(found))
