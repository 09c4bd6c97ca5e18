"""The commands as functions, for notebooks, which show what these return as the commands print it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from smc.archive import archive
from smc.audit.on_record import audit_on_record
from smc.audit.report import Report
from smc.clean import clean
from smc.cli import Progress, quoted
from smc.config.compose import compose, compose_job
from smc.config.compose_select import compose_selection
from smc.data.given import UNNAMED, given_files
from smc.errors import ConfigError, ResultsError
from smc.explain import explain_event, explain_model
from smc.explanation.folder import SavedExplanation
from smc.outside.home import home_path
from smc.prediction.decider import Decider, Explain
from smc.registry.pages import live_sections
from smc.registry.promotion import promote, retire
from smc.registry.proposal import propose
from smc.registry.registry import Registry
from smc.registry.reversal import rollback
from smc.report.document import Section
from smc.report.explanation.section import decision_section, model_section
from smc.report.notebook import in_notebook
from smc.report.run.contents import sections as run_sections
from smc.report.run.trades import trades_of
from smc.report.terminal_page import show as print_sections
from smc.report.view import RunView
from smc.results import Run, load_run
from smc.results.durable import make_folder, named_errors, write_atomic
from smc.results.run import reading
from smc.runs import runs
from smc.select import SelectionResult
from smc.select import sections as selection_sections
from smc.select import select as _select
from smc.tag import tag
from smc.training.opened import with_opened_test
from smc.training.outcome import say_outcome
from smc.training.run import train as _train

__all__ = [
    "archive",
    "audit",
    "clean",
    "decide",
    "explain",
    "promote",
    "propose",
    "registry",
    "retire",
    "rollback",
    "runs",
    "select",
    "show",
    "tag",
    "trades",
    "train",
]

#: Method by which a notebook asks an object how it looks.
IN_NOTEBOOK = "_repr_html_"

Shown = TypeVar("Shown")


def train(
    overrides: Sequence[str] = (),
    *,
    bars: pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
    config_dir: str | Path | None = None,
) -> Run:
    """Carry out one run, or read it if it is finished already, as `python -m smc.train` does.

    Parameters
    ----------
    overrides
        As typed on the command line, for example ``["model=random_forest", "symbol=NASDAQ"]``.
    bars
        Tables that are at hand: one, called as ``symbol=`` says, or one for each symbol; columns and stamps
        as a file may have them (``data.tz=UTC`` for stamps without a zone). They are kept below
        ``<paths.output>/given`` and read with ``data=files``, so that the run can be made again.
    config_dir
        A folder of your own options.

    Raises
    ------
    SmcError
        The named failure of the run.
    """
    if bars is not None:
        overrides = [*_given(bars, overrides, config_dir), *overrides]
    job = compose_job(overrides, config_dir=config_dir)
    with Progress() as progress:
        outcome = _train(job.config, job.sources, progress, choices=job.choices)
    if outcome.status != "finished":
        raise ResultsError(say_outcome(outcome))
    return load_run(outcome.folder)


def _given(
    bars: pd.DataFrame | Mapping[str, pd.DataFrame], overrides: Sequence[str], config_dir: str | Path | None
) -> list[str]:
    """Keep tables of bars as files, and return the overrides that read them."""
    typed: dict[str, str] = {key: value for key, _, value in (word.partition("=") for word in overrides)}
    if "data" in typed or "data.root" in typed:
        raise ConfigError("bars= are read as files: leave data= and data.root= out, or bars=")
    tables = bars if isinstance(bars, Mapping) else {typed.get("symbol", UNNAMED): bars}
    files = given_files(tables)
    asked = compose_job(["data=files", "data.root=.", *overrides], config_dir=config_dir).config
    output = Path(asked["paths"]["output"])
    places = [output / place for place in files]
    with named_errors(output):
        for place, content in zip(places, files.values(), strict=True):
            make_folder(place.parent)
            write_atomic(place, content)
    return ["data=files", f"data.root={quoted(str(places[0].parent))}"]


def select(overrides: Sequence[str] = (), *, config_dir: str | Path | None = None) -> SelectionResult:
    """Judge all runs so far and write the manifest, as `python -m smc.select` does.

    Parameters
    ----------
    overrides
        As typed on the command line, for example ``["selection=classic", "paths.output=elsewhere"]``.
    config_dir
        A folder of your own rules.

    Returns
    -------
    Selected
        ``manifest``, ``path`` and ``changes`` since the last one.

    Raises
    ------
    SmcError
        There are no runs, or what was asked for does not fit.
    """
    config, name = compose_selection(overrides, config_dir=config_dir)
    return _select(config, name)


def audit(
    overrides: Sequence[str] = (),
    *,
    config_dir: str | Path | None = None,
    only: Sequence[str] | None = None,
    n_draws: int = 20,
    n_cuts: int = 40,
    max_bars: int = 15_000,
) -> Report:
    """Look for leaks in a composed run and save the report, as `python -m smc.audit` does.

    Parameters
    ----------
    overrides
        As typed on the command line, for example ``["model=xgboost", "features=mine"]``.
    config_dir
        A folder of your own options.
    only
        Names of the checks (`smc.audit.CHECKS`); None: all.
    n_draws
        Refits of each null.
    n_cuts
        Cut-offs of the bars.
    max_bars
        The most recent bars are looked at.

    Returns
    -------
    Report
        ``verdict``, and ``findings`` with the rows and columns at fault.

    Raises
    ------
    SmcError
        The run cannot be composed or built, or there is no such check.
    """
    config = compose(overrides, config_dir=config_dir)
    with Progress("audit: ") as progress:
        return audit_on_record(
            config, progress.step, only=only, n_draws=n_draws, n_cuts=n_cuts, max_bars=max_bars
        )


def explain(
    run: Run, event: str | int | pd.Timestamp | None = None, *, output: str | Path = "outputs"
) -> SavedExplanation:
    """Say why a run's model answers what it does, or one decision, as `python -m smc.explain` does.

    Parameters
    ----------
    event
        "last", the position of a bar, or its time or day (text, or as pandas has it); None: the whole model.
    output
        Root of all results.

    Returns
    -------
    SavedExplanation
        ``record``, ``table(name)`` and ``path``, see `smc.explain`.
    """
    if event is None:
        return explain_model(run, output=home_path(output))
    return explain_event(run, str(event), output=home_path(output))


def decide(
    run: Run,
    bars: pd.DataFrame,
    *,
    symbol: str | None = None,
    explain: Explain | None = None,
    output: str | Path = "outputs",
) -> dict[str, Any]:
    """Ask a run's model about the last of some bars, and store its decision (`smc.prediction.decider`).

    Parameters
    ----------
    explain
        "on_predict" stores the reasons with it; None: as the run's configuration says.
    """
    return Decider(run, explain=explain, output=home_path(output)).decide(bars, symbol=symbol)


def registry(
    output: str | Path = "outputs", *, deployment: str | None = None, url: str | None = None
) -> Registry:
    """Return the journal of what is live, which the functions of its commands are given first.

    ``desk = api.registry()``, then ``api.propose(desk, "EURUSD")``, ``api.promote(desk, "EURUSD")``,
    ``desk.what_is_live("EURUSD")``, ``api.rollback(desk, "EURUSD", why="...")``; in a notebook ``desk`` shows
    what `python -m smc.registry` prints.

    Parameters
    ----------
    deployment
        Whose; None: the one that belongs to this folder.
    url
        Another ledger than yours.
    """
    return Registry(output, deployment=deployment, url=url)


def show(run: Run, *, output: str | Path = "outputs", full_config: bool = False) -> None:
    """Print a run's tables, as `python -m smc.show` does.

    Parameters
    ----------
    output
        Root of all results, for a test part that a selection has opened.
    full_config
        Every value of the configuration with its source.
    """
    print_sections(_run_sections(run, output=home_path(output), full_config=full_config), sys.stdout)


def trades(run: Run, *, output: str | Path = "outputs") -> pd.DataFrame:
    """Return a run's trades, as `python -m smc.show --trades` prints them (`smc.report.run.trades`).

    Parameters
    ----------
    output
        Root of all results, for a test part that a selection has opened.

    Raises
    ------
    ResultsError
        The bars are not kept, or the run has no trading figures.
    """
    with reading(run.path):
        return trades_of(with_opened_test(run, home_path(output)))


def _run_sections(run: Run, *, output: str = "outputs", full_config: bool = False) -> list[Section]:
    with reading(run.path):
        return run_sections(RunView(with_opened_test(run, output)), full_config=full_config)


def _explanation_sections(saved: SavedExplanation) -> list[Section]:
    return [model_section(saved) if "importance" in saved.record else decision_section(saved)]


def _show_in_notebooks(kind: type[Shown], sections_of: Callable[[Shown], Sequence[Section]]) -> None:
    """Let a cell that ends in an object of a kind show its tables."""
    setattr(kind, IN_NOTEBOOK, lambda shown: in_notebook(sections_of(shown)))


_show_in_notebooks(Run, _run_sections)
_show_in_notebooks(SelectionResult, selection_sections)
_show_in_notebooks(Report, Report.sections)
_show_in_notebooks(SavedExplanation, _explanation_sections)
_show_in_notebooks(Registry, live_sections)
