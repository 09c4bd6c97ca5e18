"""The deployment manifest: what to deploy for each symbol, and why, as JSON that is checked and kept."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from smc.errors import ResultsError
from smc.outside.regular_file import read_json
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.plain import json_bytes, to_plain
from smc.results.status import utc_now
from smc.selection.candidate import Candidate, SymbolTrials
from smc.selection.family import Relative
from smc.selection.honest import Honest
from smc.selection.verdict import DEPLOY, WATCH, Verdict
from smc.trials import Head, Ledger

NAME, HISTORY = "manifest.json", "manifests"
SCHEMA = Path(__file__).with_name("manifest.schema.json")
ALL_PASSED = "every gate is passed"
#: What a program finds where no model is selected.
NOTHING_MET, REVIEW = "No models met quality criteria", "MANUAL_REVIEW_REQUIRED"


def build_manifest(
    verdicts: Sequence[Verdict],
    *,
    selection: str,
    criteria: Mapping[str, Any],
    runs: Mapping[str, Any],
    ledger: Mapping[str, Any],
    family: Sequence[Relative] = (),
) -> dict[str, Any]:
    """Return the manifest in plain data.

    Parameters
    ----------
    selection
        Name of the rule.
    criteria
        What it asked for.
    runs
        The account of the runs that were read.
    ledger
        Where everything was counted (``place``), why that is not the user's own (``fallback``), and its last
        event (``number``, ``hash``).
    family
        The markets beside those of the verdicts that false discoveries are counted over.
    """
    manifest = {
        "timestamp": utc_now(),
        "selection": selection,
        "selection_criteria": dict(criteria),
        "runs": dict(runs),
        "ledger": dict(ledger),
        "family": [relative.plain() for relative in family],
        "selections": {verdict.symbol: _entry(verdict) for verdict in verdicts},
        "summary": {
            "total_symbols": len(verdicts),
            "models_selected": sum(verdict.verdict == DEPLOY for verdict in verdicts),
            "watched": sum(verdict.verdict == WATCH for verdict in verdicts),
            "manual_review_needed": sum(verdict.verdict != DEPLOY for verdict in verdicts),
        },
    }
    return to_plain(manifest)[0]


def keep_verdicts(
    ledger: Ledger, rule: object, name: str, trials: Sequence[SymbolTrials], verdicts: Sequence[Verdict]
) -> Head:
    """Tell the ledger what a selection asked for and found, market by market; return its last event.

    The criteria of the honest rule bind later selections of the market, those of another rule nobody.
    """
    criteria = dict(rule.criteria) if type(rule) is Honest else None
    by_symbol = {verdict.symbol: verdict for verdict in verdicts}
    by_market: dict[str, list[Verdict]] = {}
    for symbol in trials:
        by_market.setdefault(symbol.market.market, []).append(by_symbol[symbol.symbol])
    for market, own in by_market.items():
        ledger.selected(market, criteria, name, {verdict.symbol: _kept(verdict) for verdict in own})
    return ledger.head()


def _kept(verdict: Verdict) -> dict[str, Any]:
    """Return what the ledger keeps of a verdict."""
    figures = verdict.evidence.get("p_values") or {}
    return {
        "verdict": verdict.verdict,
        "run_id": verdict.candidate.run_id if verdict.candidate else None,
        "p_values": to_plain({name: figures.get(name) for name in ("corrected", "test", "combined")})[0],
    }


def manifest_name(rule: object, option: str, verdicts: Sequence[Verdict]) -> str:
    """Return the file of a manifest: that which machines read if it is the honest rule's, else one beside it.

    One that asks for less than the first selection of a market did stands beside, too.
    """
    if type(rule) is not Honest:
        return f"manifest.{option}.json"
    is_looser = any(
        gate.name == "criteria" and gate.passed is False for verdict in verdicts for gate in verdict.gates
    )
    return "manifest.looser.json" if is_looser else NAME


def write_manifest(output: str | Path, manifest: dict[str, Any], name: str = NAME) -> Path:
    """Check the manifest, keep it among all earlier ones, then put it in the place of the last at once.

    Parameters
    ----------
    name
        Of the file: machines read ``manifest.json``, which is the honest rule's; any other stands beside.

    Raises
    ------
    ResultsError
        It does not fit its schema, or the folder cannot be written.
    """
    check_manifest(manifest)
    path, data = Path(output) / name, json_bytes(manifest)
    stamp = manifest["timestamp"].replace(":", "-").removesuffix("+00-00")
    with named_errors(path.parent):
        make_folder(path.parent / HISTORY)
        write_atomic(_unused(path.parent / HISTORY, stamp), data)
        write_atomic(path, data)
    return path


def read_manifest(output: str | Path, name: str = NAME) -> dict[str, Any] | None:
    """Return the last manifest of a name; None if there is none yet.

    Raises
    ------
    ResultsError
        There is one, but it cannot be read, or does not fit the schema of today.
    """
    path = Path(output) / name
    if not path.is_file():
        return None
    try:
        manifest = read_json(path)
        check_manifest(manifest)
    except (OSError, ValueError, ResultsError) as error:
        raise ResultsError(f"the last {path} cannot be compared with: {error}") from error
    return manifest


def head_of_manifest(output: str | Path) -> Head | None:
    """Return the event of the ledger that the last manifest was written after; None if nobody can tell."""
    try:
        ledger = read_json(Path(output) / NAME)["ledger"]
        return Head(ledger["number"], ledger["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_manifest(manifest: Mapping[str, Any]) -> None:
    """Raise ResultsError, with the place, unless the manifest fits its schema."""
    problem = next(iter(_validator().iter_errors(manifest)), None)
    if problem is not None:
        place = ".".join(map(str, problem.absolute_path)) or "the manifest"
        raise ResultsError(f"{place} does not fit {SCHEMA.name}: {problem.message.splitlines()[0][:200]}")


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA.read_bytes()))


def _unused(folder: Path, stamp: str) -> Path:
    """Return a name that no earlier manifest has: two may be written in one millisecond."""
    names = (
        folder / f"{stamp}{suffix}.json" for suffix in ("", *(f"-{number}" for number in range(1, 1000)))
    )
    return next(path for path in names if not path.exists())


def _entry(verdict: Verdict) -> dict[str, Any]:
    """Return what the manifest says of one symbol."""
    chosen, candidate, decided = verdict.chosen, verdict.candidate, verdict.decided_by
    test = candidate.test if candidate else None
    return {
        "verdict": verdict.verdict,
        "selected_model": chosen.identity.model if chosen else None,
        "run_id": chosen.run_id if chosen else None,
        "candidate": _run_and_model(candidate) if candidate else None,
        "reason": _reason(verdict),
        "decided_by": f"{decided.name}: {decided.explanation}" if decided else None,
        "action": None if chosen else REVIEW,
        "test_accuracy": test.accuracy if test and _was_reached(verdict) else None,
        "train_val_gap": candidate.gap if candidate else None,
        "gates": [gate.plain() for gate in verdict.gates],
        "alternatives": [_run_and_model(run) for run in verdict.alternatives],
        "comparison": list(verdict.comparison),
        "questions": list(verdict.questions),
        "evidence": dict(verdict.evidence),
    }


#: What the runs of a symbol are ranked by: column of the comparison -> what it is called.
RANKED_BY = {"score": "score", "lower_bound": "lower bound of the evidence"}


def _reason(verdict: Verdict) -> str:
    """Say in words why a run was chosen: what it is the best by, and among how many."""
    if verdict.chosen is None:
        return NOTHING_MET
    row = next((row for row in verdict.comparison if row["run_id"] == verdict.chosen.run_id), {})
    ranked = next(((name, row[key]) for key, name in RANKED_BY.items() if row.get(key) is not None), None)
    if ranked is None:
        return ALL_PASSED
    n_runs = len(verdict.comparison)
    among = f"among those of {n_runs} runs that pass the filters" if n_runs > 1 else "of the one run"
    return f"Best {ranked[0]}, {ranked[1]:.3f}, {among}; {ALL_PASSED}"


def _run_and_model(run: Candidate) -> dict[str, str]:
    return {"run_id": run.run_id, "model": run.identity.model}


def _was_reached(verdict: Verdict) -> bool:
    """Tell whether the verdict looked at the test part."""
    return any(gate.name.startswith("test_") and gate.passed is not None for gate in verdict.gates)


#: Figures of a symbol that a change is told of, by their place in the manifest.
FIGURES = {
    "test accuracy": ("test_accuracy",),
    "train-validation gap": ("train_val_gap",),
    "corrected p": ("evidence", "p_values", "corrected"),
    "test p": ("evidence", "p_values", "test"),
    "lower bound": ("evidence", "lower_bound"),
}


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Say what changed in a sentence each: criteria, runs, and of each symbol verdict, model and figures."""
    if before is None:
        return ["there is no earlier manifest"]
    return [
        *_criteria(before, after),
        *_changed("runs read", before["runs"]["read"], after["runs"]["read"]),
        *(line for symbol in _symbols(before, after) for line in _symbol(symbol, before, after)),
    ]


def _symbols(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return sorted({*before["selections"], *after["selections"]})


def _criteria(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    yield from _changed("selection", before["selection"], after["selection"])
    old, new = before["selection_criteria"], after["selection_criteria"]
    for name in sorted({*old, *new}):
        yield from _changed(name, old.get(name), new.get(name))


def _symbol(symbol: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = before["selections"].get(symbol), after["selections"].get(symbol)
    if old is None or new is None:
        yield f"{symbol}: {'new' if old is None else 'gone'}"
        return
    yield from _changed(f"{symbol}: verdict", old["verdict"], new["verdict"])
    yield from _changed(f"{symbol}: candidate", _candidate(old), _candidate(new))
    yield from _changed(
        f"{symbol}: trials", _at(old, ("evidence", "n_trials")), _at(new, ("evidence", "n_trials"))
    )
    for name, place in FIGURES.items():
        yield from _changed(f"{symbol}: {name}", _rounded(_at(old, place)), _rounded(_at(new, place)))


def _changed(what: str, old: Any, new: Any) -> Iterator[str]:
    if old != new:
        yield f"{what} {_text(old)} -> {_text(new)}"


def _candidate(entry: Mapping[str, Any]) -> str | None:
    named = entry["candidate"]
    return f"{named['model']} {named['run_id']}" if named else None


def _at(entry: Mapping[str, Any], place: tuple[str, ...]) -> Any:
    value: Any = entry
    for key in place:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def _text(value: Any) -> str:
    return "n/a" if value is None else str(value)
