"""An audit carried out, saved, and put on record for the classes of one's own that it was about."""

from collections.abc import Sequence

from smc import results
from smc.audit.audited_run import load_audited_run
from smc.audit.report import Report, report_on
from smc.training.own_classes import keep_audit
from smc.typing import Config, OnProgress

#: An audit of fewer draws or cut-offs than it has by default clears no class.
LEAST_DRAWS, LEAST_CUTS = 20, 40


def audit_on_record(
    config: Config,
    on_progress: OnProgress,
    *,
    only: Sequence[str] | None = None,
    n_draws: int = LEAST_DRAWS,
    n_cuts: int = LEAST_CUTS,
    max_bars: int = 15_000,
    pipeline: str | None = None,
) -> Report:
    """Audit a composed run and save the report under its output folder.

    What all checks together found of the run's own pipeline is kept for each class of one's own: one that
    opens files, where no law can look, is so cleared, or refused. A suspicion clears as well; what was left
    out, or could not be done, does not. The record is of the class as it is, arguments and files included.

    Parameters
    ----------
    only, pipeline
        See `smc.audit.checks` and `smc.audit.procedure.OwnPipeline`.
    """
    with results.opened_files(config) as opened:
        audited = load_audited_run(
            config, on_progress, n_draws=n_draws, n_cuts=n_cuts, max_bars=max_bars, pipeline=pipeline
        )
        report = report_on(audited, only, on_progress)
        is_whole = only is None and pipeline is None and n_draws >= LEAST_DRAWS and n_cuts >= LEAST_CUTS
        if is_whole and report.verdict != "not done":
            keep_audit(config, opened, report.leaks, audited.components.ledger)
    report.save(config["paths"]["output"])
    return report
