"""One symbol through one configuration, in memory: what a run folder would hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from smc.cv.plan import SplitPlan
from smc.errors import SmcError
from smc.fingerprint import bars_fingerprint
from smc.selftest.configuration import Configuration
from smc.training.dataset import Dataset
from smc.training.evaluate import evaluate
from smc.training.evidence import evidence_table
from smc.training.fit_models import fit_models
from smc.training.prepare import PreparedData, make_plan
from smc.training.record import describe

SYMBOL = "S01"


@dataclass(frozen=True, eq=False)
class SimulatedRun:
    """A run on simulated bars that was carried out.

    Attributes
    ----------
    record, predictions, returns
        As `smc.results.Run` gives them, as far as a selection looks at them.
    evidence
        Of all labelled events (`smc.training.evidence.evidence_table`).
    two_sided
        Whether its folds trained after what they tested.
    """

    configuration: Configuration
    record: Mapping[str, Any]
    predictions: pd.DataFrame
    returns: pd.DataFrame
    evidence: pd.DataFrame
    two_sided: bool

    @property
    def run_id(self) -> str:
        """Stands for a run's id."""
        return self.configuration.name.replace(" ", "_")


def carry_out(
    bars: pd.DataFrame, data: Dataset, configurations: Iterable[Configuration], failures: dict[str, str]
) -> Iterator[SimulatedRun]:
    """Carry out every configuration on the same events and the same split.

    Parameters
    ----------
    failures
        Takes the name of each configuration that could not be carried out, and why.
    """
    plan: SplitPlan | None = None
    for configuration in configurations:
        components = configuration.components
        try:
            if plan is None:
                plan, failure = make_plan(data, components, configuration.config["split"])
                if failure:
                    failures["folds"] = failure
            yield _simulated_run(configuration, bars, data, plan)
        except SmcError as error:
            failures[configuration.name] = str(error)


def _simulated_run(
    configuration: Configuration, bars: pd.DataFrame, data: Dataset, plan: SplitPlan
) -> SimulatedRun:
    components, by_symbol = configuration.components, {SYMBOL: bars}
    models = fit_models(components, data, plan, configuration.config, lambda _: None)
    prepared = PreparedData(by_symbol, data, plan, None, components.labels.task)
    evaluated = evaluate(components, by_symbol, models.fits, models.baseline)
    record = {
        **describe(configuration.config, prepared),
        **evaluated.record,
        "data_hash": bars_fingerprint(bars),
        "choices": {"model": configuration.model, "reg": configuration.profile},
        "warnings": [],
    }
    return SimulatedRun(
        configuration,
        record,
        evaluated.predictions,
        evaluated.returns,
        evidence_table(by_symbol, data.events, evaluated.predictions),
        plan.is_two_sided,
    )
