"""Rebuild finished runs and say whether they come out the same: python -m smc.reproduce 3f2a"""

import sys

from smc.cli import EXIT_FAILED, EXIT_OK, Progress, end_on_ctrl_c, exits, with_output_option
from smc.usage.reproduce import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from smc.comparison.configs import differences, typed_overrides
from smc.comparison.outputs import DIFFERENT, PartVerdict, changes, compare, worst
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.config.saved_config import usable_config, without_side_effects
from smc.errors import ConfigError, DataError, SmcError
from smc.fingerprint import bars_fingerprint, code_version
from smc.report.document import Section, Table
from smc.report.terminal_page import show
from smc.results import KeptBars, Run, load_run, package_versions
from smc.results.locate import locate
from smc.results.packages import distribution, used_packages
from smc.results.return_scheme import OLD_RETURNS, is_of_today
from smc.results.run import reading
from smc.training.earlier_search import EarlierSearch
from smc.training.run import train
from smc.typing import Config


@dataclass(frozen=True)
class Reproduction:
    """A run and its rebuilt twin.

    Attributes
    ----------
    since
        What changed since the run, a sentence each: code, packages, default values, data.
    findings
        The verdict on each part of the run.
    """

    run: Run
    since: list[str]
    findings: list[PartVerdict]

    @property
    def verdict(self) -> str:
        """The worst of the findings: "identical", "within tolerance" or "different"."""
        return worst(self.findings)

    def section(self) -> Section:
        """Lay it out for people."""
        rows = [(finding.part, finding.verdict, finding.detail) for finding in self.findings]
        table = Table(("part", "verdict", "where"), rows, n_text=3)
        points = self.since or ["Code, packages, default values and data are what they were."]
        return Section(f"Run {self.run.run_id}: {self.verdict}", points, [table])


def reproduce(
    run: Run,
    *,
    output: str | Path = "outputs",
    tolerance: float = 1e-9,
    config_dir: str | None = None,
    progress: Progress | None = None,
) -> Reproduction:
    """Carry out a finished run again, from its own resolved configuration, and compare what comes out.

    The run is rebuilt in a temporary folder, features included, and counted in no ledger: it chooses
    nothing. A search that its time ended makes as many trials as it did. Where the data have changed, the
    bars that the run was made of are taken from `output`.

    Parameters
    ----------
    output
        Root of all results: where the bars of earlier runs are kept.
    tolerance
        Largest absolute difference of two numbers that counts as none.
    config_dir
        Your own options, if the run used any.

    Raises
    ------
    DataError
        The data have changed, and the bars of then are not kept.
    """
    progress = progress or Progress()
    config, news = usable_config(run.config)
    since = [*_kind_of_returns(run), *_code_changes(run), *news, *_default_changes(run, config, config_dir)]
    progress.step("bars")
    data_changes, data = _data(run, config["data"], output)
    with tempfile.TemporaryDirectory(prefix="smc-reproduce-") as scratch:
        try:
            outcome = train(
                _apart({**config, "data": data}, scratch),
                progress=progress,
                earlier=EarlierSearch.on_record(run.record.get("tuning_origin")),
                n_tried=_trials_made(run),
            )
        except SmcError as error:
            return Reproduction(
                run, [*since, *data_changes], [PartVerdict("run", DIFFERENT, f"it fails today: {error}")]
            )
        rebuilt = load_run(outcome.folder)
        since += _own_changes(run, rebuilt)
        return Reproduction(run, [*since, *data_changes], compare(run, rebuilt, tolerance=tolerance))


def _trials_made(run: Run) -> dict[str, int]:
    """Count the trials of each search that its time ended: a faster machine would make more."""
    return {
        search["fit"]: sum(search["trials"].values())
        for search in run.record.get("tuning") or ()
        if search["is_partial"]
    }


def _apart(config: Config, output: str) -> Config:
    """Let a run write into a folder of its own, and tell nobody."""
    return {
        **without_side_effects(config, ledger_url=f"sqlite:///{output}/ledger.sqlite"),
        "paths": {**config["paths"], "output": output},
        "keep_bars": False,
    }


def _kind_of_returns(run: Run) -> Iterator[str]:
    if not is_of_today(run.record):
        yield OLD_RETURNS


def _code_changes(run: Run) -> Iterator[str]:
    then, now = run.record["code_version"], code_version()
    if then != now:
        yield f"The code of smc is another: {then} then, {now} now."
    before, after = run.record["package_versions"], package_versions(run.config)
    for name in sorted({"python", *map(distribution, used_packages(run.config))}):
        if before.get(name) != after.get(name):
            yield f"{name}: {before.get(name, 'not installed')} then, {after.get(name, 'not installed')} now."


def _own_changes(run: Run, rebuilt: Run) -> Iterator[str]:
    """Name what changed of the user's own: files that it reads, or else its code."""
    then, now = (
        {file["path"]: file["sha256"] for file in made.record.get("own_files") or []}
        for made in (run, rebuilt)
    )
    for path in sorted(then.keys() | now.keys()):
        if then.get(path) != now.get(path):
            yield f"{path}, which code of your own reads, is another file than it was."
    codes = [
        {own["class"]: own["code"] for own in made.record.get("own_classes") or []} for made in (run, rebuilt)
    ]
    if then == now and codes[0] and codes[0] != codes[1]:
        yield "The code of your own classes is another than it was."


def _default_changes(run: Run, config: Config, config_dir: str | None) -> Iterator[str]:
    """Name the values that the same command line would be given today; the run keeps its own."""
    try:
        today = compose(typed_overrides(run), config_dir=config_dir)
    except SmcError as error:
        yield f"The same command line is refused today: {error}"
        return
    then_and_now = differences(config, {**today, "symbol": run.config["symbol"]})
    for path, then, now in then_and_now:
        yield f"{path} would be {now} today; rebuilt with {then}."


def _data(run: Run, source: Config, output: str | Path) -> tuple[list[str], Config]:
    """Return what changed in the data, and the part of a configuration that loads the bars of then."""
    prints = run.fingerprints
    kept = KeptBars(str(output), prints)
    news = []
    for symbol, expected in prints.items():
        try:
            today = instantiate(source, "data").load(symbol)
        except DataError as error:
            news.append(f"{symbol} cannot be loaded today: {error}")
            continue
        if bars_fingerprint(today) != expected:
            news += [f"{symbol}: {change}." for change in changes(kept.load(symbol), today)]
    if not news:
        return [], source
    node = {"_target_": "smc.results.KeptBars", "output": str(output), "fingerprints": prints}
    return [*news, f"The data have changed: rebuilt from the bars kept under {output}."], node


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 if every run comes out the same, 1 if one does not."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        if not asked.tolerance >= 0:
            raise ConfigError(f"--tolerance must not be negative, got {asked.tolerance}; 0 asks for equality")
        runs = [load_run(locate(name, asked.output)) for name in asked.runs or [None]]
        verdicts = []
        for number, run in enumerate(runs, start=1):
            with Progress(f"{run.run_id} ({number} of {len(runs)}): ") as progress, reading(run.path):
                reproduction = reproduce(
                    run,
                    output=asked.output,
                    tolerance=asked.tolerance,
                    config_dir=asked.config_dir,
                    progress=progress,
                )
            show([reproduction.section()], sys.stdout)
            sys.stdout.flush()
            verdicts.append(reproduction.verdict)
        sys.exit(EXIT_FAILED if DIFFERENT in verdicts else EXIT_OK)


if __name__ == "__main__":
    main()
