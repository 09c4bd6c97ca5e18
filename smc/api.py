"""The commands as functions, for notebooks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from smc.audit.on_record import audit_on_record
from smc.audit.report import Report
from smc.cli import Progress
from smc.config.compose import compose, compose_job
from smc.config.compose_select import compose_selection
from smc.errors import ResultsError
from smc.explain import explain_event, explain_model
from smc.explanation.folder import SavedExplanation
from smc.outside.home import home_path
from smc.prediction.decider import Decider, Explain
from smc.results import Run, load_run
from smc.select import SelectionResult
from smc.select import select as _select
from smc.training.outcome import say_outcome
from smc.training.run import train as _train


def train(overrides: Sequence[str] = (), *, config_dir: str | Path | None = None) -> Run:
    """Carry out one run, or read it if it is finished already, as `python -m smc.train` does.

    Parameters
    ----------
    overrides
        As typed on the command line, for example ``["model=random_forest", "symbol=NASDAQ"]``.
    config_dir
        A folder of your own options.

    Raises
    ------
    SmcError
        The named failure of the run.
    """
    job = compose_job(overrides, config_dir=config_dir)
    with Progress() as progress:
        outcome = _train(job.config, job.sources, progress, choices=job.choices)
    if outcome.status != "finished":
        raise ResultsError(say_outcome(outcome))
    return load_run(outcome.folder)


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
