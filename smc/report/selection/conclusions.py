"""What a manifest supports, in sentences that promise nothing more."""

from collections.abc import Mapping, Sequence
from typing import Any

from smc.report.selection.entries import decided_by, gate_name, row_of
from smc.report.text import count, is_number, minute, percent

#: Symbols that a sentence names.
N_NAMED = 12
VERDICTS = ("DEPLOY", "WATCH", "NO_MODEL")
PROMISE = (
    "No accuracy is promised on real markets: every figure stands for the events that it was measured on, "
    "and is read with its interval or their number."
)
A_FURTHER_ROUND = (
    "{} looks for the model's parameters on events that are no evidence: one trial more, of a further round, "
    "which later p-values pay for"
)
OF_CLASSIC = (
    "The classic rule looks at every run's test part and counts no trials: over a dozen configurations it "
    "finds a model on four of ten symbols that hold no signal. Take its choices as proposals."
)


def conclusions(manifest: Mapping[str, Any]) -> list[str]:
    """Say what the evidence supports: which symbols have a model, and what is known of the others."""
    names = {verdict: with_verdict(manifest, verdict) for verdict in VERDICTS}
    sentences = []
    if deployed := names["DEPLOY"]:
        sentences.append(f"A model passes every gate on {_these(deployed)}.")
        sentences += _averages([manifest["selections"][name] for name in deployed])
    else:
        sentences.append("The evidence supports no model on any symbol.")
    if watched := names["WATCH"]:
        sentences.append(
            f"The evidence is above the baseline, but short of a gate, on {_these(watched)}: no model yet."
        )
    if none := names["NO_MODEL"]:
        sentences.append(
            f"Nothing that was tried gets as far on {_these(none)}; that is a finding, not a failure."
        )
    return [*sentences, *([OF_CLASSIC] if manifest["selection"] == "classic" else []), PROMISE]


def _averages(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Average the figures of the models selected, as far as they have them."""
    rows = [row_of(entry, entry["candidate"]) for entry in entries]
    figures = {
        "train-validation gap": [entry["train_val_gap"] for entry in entries],
        "out-of-fold accuracy": [row.get("out_of_fold_accuracy") for row in rows],
        "test accuracy": [entry["test_accuracy"] for entry in entries],
    }
    known = {name: [value for value in values if is_number(value)] for name, values in figures.items()}
    means = [f"{name} {percent(sum(own) / len(own))}" for name, own in known.items() if own]
    n = len(entries)
    which = f"On average over the {count(n)} models selected" if n > 1 else "Of the one model selected"
    return [f"{which}: {', '.join(means)}."] if means else []


def account(manifest: Mapping[str, Any]) -> list[str]:
    """Say under which rule and when, and which runs were read and which were not."""
    runs = manifest["runs"]
    n_trials = sum(entry["evidence"]["n_trials"] for entry in manifest["selections"].values())
    rule = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in manifest["selection_criteria"].items()
    )
    left_out = ", ".join(
        f"{count(len(runs.get(name, [])))} {name.replace('_', ' ')}"
        for name in ("missing", "damaged", "repeated", "without_evidence", "set_aside")
    )
    return [
        f"Made {minute(manifest['timestamp'])} UTC by selection={manifest['selection']} ({rule}).",
        f"{count(runs['read'])} runs read, {count(n_trials)} distinct trials counted over the symbols; "
        f"of the runs {left_out}.",
    ]


def left_out(manifest: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """List runs that are not among those judged: what they are, what became of them, why."""
    runs = manifest["runs"]
    return [
        *((run["folder"], "damaged", run["reason"]) for run in runs["damaged"]),
        *(
            (f"{run['symbol']} {run['model']} {run['run_id'] or ''}".rstrip(), "missing", run["state"])
            for run in runs["missing"]
        ),
        *(
            (f"{run['symbol']} {run['run_id']}", "without evidence", run["reason"])
            for run in runs["without_evidence"]
        ),
        *(
            (f"{run['symbol']} {run['run_id']}", "set aside", run["reason"])
            for run in runs.get("set_aside", [])
        ),
        *((folder, "repeated", "a copy of a run that is counted once") for folder in runs["repeated"]),
    ]


def recommendation(entry: Mapping[str, Any]) -> list[str]:
    """Say what to do with a symbol, and what would change that."""
    gate, named = decided_by(entry), entry["candidate"]
    if entry["verdict"] == "DEPLOY":
        return [f"Deploy {named['model']}, run {named['run_id']}, once the checklist is done."]
    why = f"{gate_name(gate['name'])}: {gate['explanation']}" if gate else entry["reason"]
    sentences = [f"Deploy nothing: {why}."]
    if gate and gate["remedy"]:
        sentences.append(f"What would change it: {gate['remedy']}.")
    if command := entry["evidence"].get("tuning_command"):
        sentences.append(f"What has not been tried: {A_FURTHER_ROUND.format(command)}.")
    if named and entry["verdict"] == "WATCH":
        sentences.append(f"Keep an eye on {named['model']}, run {named['run_id']}; do not trade it.")
    return sentences


def with_verdict(manifest: Mapping[str, Any], verdict: str) -> list[str]:
    """Return the symbols that have a verdict."""
    return [name for name, entry in manifest["selections"].items() if entry["verdict"] == verdict]


def _these(symbols: Sequence[str]) -> str:
    named = ", ".join(symbols[:N_NAMED]) + (", ..." if len(symbols) > N_NAMED else "")
    return f"{len(symbols)} symbol{'s' * (len(symbols) > 1)} ({named})"
