"""What a report holds, in the order in which a researcher asks."""

from smc.report.document import Section
from smc.report.explanation.section import section_of
from smc.report.run.sections import (
    augmentation,
    backtest_paths,
    by_symbol,
    calibration,
    class_balance,
    configuration,
    ensemble,
    feature_selection,
    financial,
    folds,
    headline,
    identity,
    importances,
    regimes,
    sample_loss,
    warnings,
)
from smc.report.view import RunView


def sections(view: RunView, *, full_config: bool = False) -> list[Section]:
    """Write every section that the run has something to say in."""
    written = [
        identity.section(view),
        headline.section(view),
        by_symbol.section(view),
        folds.section(view),
        backtest_paths.section(view),
        ensemble.section(view),
        feature_selection.section(view),
        calibration.section(view),
        augmentation.section(view),
        class_balance.section(view),
        sample_loss.section(view),
        regimes.section(view),
        financial.section(view),
        importances.section(view),
        section_of(view.run),
        warnings.section(view),
        configuration.section(view, full=full_config),
    ]
    return [section for section in written if section is not None]
