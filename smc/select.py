"""Judge all runs so far, a verdict for each symbol: python -m smc.select selection=classic"""

import sys

from smc.cli import Progress, end_on_ctrl_c, exits, with_output_override
from smc.usage.select import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_override(None))

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from smc.comparison.tuning_command import tuning_command
from smc.config.compose_select import compose_selection
from smc.config.instantiate import instantiate
from smc.errors import ResultsError
from smc.report.document import Section, Table
from smc.report.selection import save_selection_report
from smc.report.selection.conclusions import A_FURTHER_ROUND
from smc.report.selection.entries import model_and_profile, row_of
from smc.report.terminal_page import show
from smc.report.text import MISSING, count, decimal, percent
from smc.results import load_run
from smc.selection.candidate import Candidate
from smc.selection.family import one_a_market
from smc.selection.manifest import (
    NAME,
    build_manifest,
    differences,
    keep_verdicts,
    manifest_name,
    read_manifest,
    write_manifest,
)
from smc.selection.remembered import RememberedRuns
from smc.selection.runs import ChangedRunError, missing_runs, read_runs, runs_summary, unreadable_lists
from smc.selection.verdict import DEPLOY, NO_MODEL, Verdict
from smc.training.null_band import Nulls
from smc.training.settle import check_heads, settle
from smc.typing import Config

#: Where another manifest than that of machines was written.
BESIDE = "Machines read {}, of the honest rule and a market's first criteria: it is as it was"


@dataclass(frozen=True)
class SelectionResult:
    """A manifest that was written, and what changed since the last.

    Attributes
    ----------
    path, page
        Of the manifest, and of the report's first page.
    news
        What the ledger was told of runs that it did not know.
    """

    manifest: dict[str, Any]
    path: Path
    page: Path
    changes: list[str]
    news: list[str] = field(default_factory=list)


def select(config: Config, name: str, progress: Progress | None = None) -> SelectionResult:
    """Judge all runs under `paths.output`, and write the manifest and its reports.

    Of a folder that has not changed since an earlier selection the figures of then are taken
    (`smc.selection.remembered`); any other is read whole, each file against its hash. What is remembered
    deploys nothing: the run that a verdict rests on is read whole in every selection, before its test part is
    opened, and must be what the ledger was told of and what was judged. If it is not, all runs are read anew.

    Parameters
    ----------
    config
        Composed and checked (`smc.config.compose_select.compose_selection`).
    name
        Of the rule, for the manifest.

    Raises
    ------
    SmcError
        There are no runs, or ledger or folder cannot be used.
    """
    known = RememberedRuns.of(Path(config["paths"]["output"]))
    news = settle(instantiate(config["ledger"], "ledger"), known.output)
    try:
        result = _select(config, name, progress or Progress(), known)
    except ChangedRunError:
        known.forget()
        result = _select(config, name, progress or Progress(), RememberedRuns(known.output))
    return replace(result, news=news)


def _select(config: Config, name: str, progress: Progress, known: RememberedRuns) -> SelectionResult:
    output = known.output
    rule, ledger = instantiate(config["selection"], "selection"), instantiate(config["ledger"], "ledger")
    runs = read_runs(output, known)
    check_heads(ledger, output, runs.heads)

    def open_test(candidate: Candidate) -> Candidate:
        return runs.open_test(candidate, ledger, name)

    trials = runs.symbol_trials(ledger, output)
    verdicts = rule.select(trials, open_test)
    for verdict in verdicts:
        runs.check(verdict)
        runs.keep_figures(verdict, ledger)
    if config["n_null"]:
        nulls = Nulls(output, runs.folders, config["n_null"], progress)
        verdicts = [_with(verdict, null_band=nulls.of(verdict)) for verdict in verdicts]
    there = {*runs.folders, *(run["folder"] for run in runs.damaged)}
    verdicts = [_with_command(verdict, runs.folders) for verdict in verdicts]
    summary = runs_summary(runs, missing_runs(output, there), unreadable_lists(output))
    file = manifest_name(rule, name, verdicts)
    head = keep_verdicts(ledger, rule, name, trials, verdicts)
    manifest = build_manifest(
        verdicts,
        selection=name,
        criteria=rule.criteria,
        runs=summary,
        ledger={"place": ledger.place, "fallback": ledger.fallback, "number": head.number, "hash": head.hash},
        family=one_a_market(relative for symbol in trials for relative in symbol.family),
    )
    changes = _changes(output, manifest, file)
    path = write_manifest(output, manifest, file)
    page = file.replace("manifest", "report").replace(".json", ".html")
    known.save()
    return SelectionResult(manifest, path, save_selection_report(manifest, output, page), changes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_intermixed_args(with_output_override(arguments))
    with exits():
        null = [] if asked.null is None else [f"n_null={asked.null}"]
        config, name = compose_selection([*asked.overrides, *null], config_dir=asked.config_dir)
        with Progress() as progress:
            result = select(config, name, progress)
        show(sections(result, with_changes=asked.diff), sys.stdout)
        sys.stdout.flush()


def sections(result: SelectionResult, *, with_changes: bool = False) -> list[Section]:
    """Return what the command prints: a symbol a row, what is missing, where the manifest is."""
    manifest = result.manifest
    selections, summary = manifest["selections"], manifest["summary"]
    columns = ("symbol", "verdict", "model", "decided by", "oof", "gap", "test", "p", "trials")
    rows = [_row(symbol, entry) for symbol, entry in selections.items()]
    reasons = [f"{symbol}: {_why(entry)}" for symbol, entry in selections.items()]
    points = [
        *result.news,
        *_counted_elsewhere(manifest["ledger"]),
        *_incomplete(manifest["runs"]),
        f"{manifest['runs']['read']} runs read; {summary['models_selected']} of {summary['total_symbols']} "
        f"symbols have a model, {summary['manual_review_needed']} need a look: {result.path}",
        *([] if result.path.name == NAME else [BESIDE.format(result.path.with_name(NAME))]),
        f"The page with the evidence, the Markdown beside it: {result.page}",
    ]
    promised = _promised(selections.values())
    changes = Section("Changed since the last manifest", result.changes or ["nothing"])
    return [
        Section("Selection", tables=[Table(columns, rows, n_text=4)]),
        Section("Why", reasons),
        *([Section("What DEPLOY protects from, and what not", promised)] if promised else []),
        *([changes] if with_changes else []),
        Section("Manifest", points),
    ]


def _changes(output: Path, manifest: Mapping[str, Any], file: str) -> list[str]:
    """Say what changed since the last manifest; one that cannot be read hinders no new one."""
    try:
        return differences(read_manifest(output, file), manifest)
    except ResultsError as error:
        return [str(error)]


def _row(symbol: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    named, evidence = entry["candidate"] or {}, entry["evidence"]
    run = row_of(entry, named)
    decided = next((gate["name"] for gate in entry["gates"] if gate["passed"] is False), "all passed")
    return (
        symbol,
        entry["verdict"],
        model_and_profile(entry, named) or MISSING,
        decided.replace("_", " "),
        percent(run.get("out_of_fold_accuracy")),
        percent(entry["train_val_gap"]),
        "sealed" if _is_sealed(entry) else percent(entry["test_accuracy"]),
        decimal((evidence.get("p_values") or {}).get("corrected"), 4),
        str(evidence["n_trials"]),
    )


def _is_sealed(entry: Mapping[str, Any]) -> bool:
    """Tell whether the candidate's test part was not needed, and nobody has looked at one of its market."""
    evidence = entry["evidence"]
    return bool(entry["candidate"]) and evidence.get("test") is None and evidence.get("openings") == 0


def _why(entry: Mapping[str, Any]) -> str:
    """Say in a few sentences what decided, what would change it, and what the events can tell at all."""
    decided = next((gate for gate in entry["gates"] if gate["passed"] is False), None)
    sentences = [entry["reason"] if decided is None else decided["explanation"]]
    if decided and decided["remedy"]:
        sentences.append(f"what would change it: {decided['remedy']}")
    if command := entry["evidence"].get("tuning_command"):
        sentences.append(A_FURTHER_ROUND.format(command))
    if (n_more := entry["evidence"].get("would_pass_as_best_of")) is not None:
        p = decimal(entry["evidence"]["p_values"]["corrected"], 4)
        more = f": it would pass as the best of {count(n_more)} more" if n_more else ""
        sentences.append(f"p {p}{more}")
    if power := entry["evidence"].get("power"):
        sentences.append(power["sentence"])
    return "; ".join(sentences)


def _promised(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the sentences of the models that are deployed, each once."""
    deployed = (entry["evidence"] for entry in entries if entry["verdict"] == DEPLOY)
    return list(dict.fromkeys(text for evidence in deployed for text in evidence.get("guarantees") or ()))


def _counted_elsewhere(ledger: Mapping[str, Any]) -> Iterator[str]:
    """Say where the trials were counted if that is not the user's own ledger."""
    if ledger["fallback"]:
        yield f"these verdicts know of this folder's trials alone: {ledger['fallback']}"


def _incomplete(runs: Mapping[str, Any]) -> list[str]:
    """Name the runs that are not among those judged."""
    return [
        *(f"damaged, left out: {run['folder']} ({run['reason']})" for run in runs["damaged"]),
        *(
            f"missing: {run['symbol']} {run['model']}, {run['run_id'] or 'no id'}, {run['state']}"
            for run in runs["missing"]
        ),
        *(
            f"without evidence: {run['symbol']} {run['run_id']}, {run['reason']}"
            for run in runs["without_evidence"]
        ),
        *(
            f"set aside, counted as a trial: {run['symbol']} {run['run_id']}, {run['reason']}"
            for run in runs["set_aside"]
        ),
    ]


def _with_command(verdict: Verdict, folders: Mapping[str, Path]) -> Verdict:
    """Name the command that looks for parameters, where no model was found and none were looked for."""
    folder = folders.get(verdict.candidate.run_id) if verdict.candidate else None
    command = tuning_command(load_run(folder)) if verdict.verdict == NO_MODEL and folder else None
    return verdict if command is None else _with(verdict, tuning_command=command)


def _with(verdict: Verdict, **figures: Any) -> Verdict:
    return replace(verdict, evidence={**verdict.evidence, **figures})


if __name__ == "__main__":
    main()
