"""What a report holds, in the order in which a researcher asks."""

from smc.report.document import Section
from smc.report.explanation.section import section_of
from smc.report.run.sections.ensemble import ensemble_section
from smc.report.run.sections.fits import (
    augmentation_section,
    calibration_section,
    feature_selection_section,
    importances_section,
)
from smc.report.run.sections.provenance import configuration_section, identity_section, warnings_section
from smc.report.run.sections.samples import class_balance_section, sample_loss_section
from smc.report.run.sections.scores import (
    backtest_paths_section,
    by_symbol_section,
    folds_section,
    headline_section,
    regimes_section,
)
from smc.report.run.sections.steps import steps_section
from smc.report.run.sections.trading import financial_section, months_section
from smc.report.run.sections.tuning import tuning_section
from smc.report.view import RunView


def sections(view: RunView, *, full_config: bool = False) -> list[Section]:
    """Write every section that the run has something to say in."""
    return [
        *written(
            identity_section(view),
            headline_section(view),
            by_symbol_section(view),
            steps_section(view),
            folds_section(view),
            backtest_paths_section(view),
        ),
        *of_search(view),
        *of_model(view),
        *written(
            class_balance_section(view),
            sample_loss_section(view),
            regimes_section(view),
            financial_section(view),
            months_section(view),
            warnings_section(view),
            configuration_section(view, full=full_config),
        ),
    ]


def of_search(view: RunView) -> list[Section]:
    """Write what is said of the search for the model's parameters."""
    return written(tuning_section(view))


def of_model(view: RunView) -> list[Section]:
    """Write what is said of the model and of the steps before it."""
    return written(
        ensemble_section(view),
        feature_selection_section(view),
        calibration_section(view),
        augmentation_section(view),
        importances_section(view),
        section_of(view.run),
    )


def written(*asked: Section | None) -> list[Section]:
    """Leave out the sections that a run has nothing to say in."""
    return [section for section in asked if section is not None]
