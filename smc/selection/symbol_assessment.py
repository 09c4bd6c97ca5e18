"""How far the best trial of a symbol comes, before the symbols are looked at together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smc.selection import diagnostics
from smc.selection.candidate import Candidate, SymbolTrials, comparison_row, unranked_rows
from smc.selection.gates import Gate
from smc.selection.power import Power
from smc.selection.trial import Panel, RankedTrial

#: Runs named behind the candidate.
N_ALTERNATIVES = 3


@dataclass(frozen=True, eq=False)
class SymbolAssessment:
    """The trials of a symbol in their order, and how far the one that stands for it came.

    Attributes
    ----------
    candidate
        The run of ``chosen``; with its test part if that was opened.
    gates
        Those that were asked.
    """

    trials: SymbolTrials
    panel: Panel
    ranked: Sequence[RankedTrial]
    chosen: RankedTrial
    candidate: Candidate
    gates: tuple[Gate, ...]
    power: Power

    @property
    def p_value(self) -> float:
        """Of the symbol; 1 if its candidate did not come as far as a test."""
        was_tested = any(gate.name == "romano_wolf" for gate in self.gates)
        return self.chosen.corrected_p_value if was_tested else 1.0

    @property
    def behind(self) -> list[Candidate]:
        """The runs of the next trials, the best-ranked first."""
        others = [trial.candidate for trial in self.ranked if trial is not self.chosen]
        return others[:N_ALTERNATIVES]

    def comparison(self) -> list[dict[str, Any]]:
        """Return every run of the symbol with its figures: ranked ones first, then those without evidence."""
        opened = {self.candidate.run_id: self.candidate}
        rows = [
            {**comparison_row(opened.get(run.run_id, run)), **_significance(trial)}
            for trial in self.ranked
            for run in trial.runs
        ]
        return rows + unranked_rows(self.trials.candidates, {row["run_id"] for row in rows})

    def evidence(self, *, measure: str, n_draws: int, seed: int) -> dict[str, Any]:
        """Return the figures on the evidence as a whole that stand beside the gates."""
        chosen, panel, n_independent = self.chosen, self.panel, self.power.n_trials
        return {
            "n_panel": panel.n_trials,
            "n_events": len(panel.values),
            "measure": measure,
            "value": chosen.evidence.mean,
            "lower_bound": chosen.lower_bound,
            "p_values": {
                "romano_wolf": chosen.p_value,
                "corrected": chosen.corrected_p_value,
                "superior_predictive_ability": diagnostics.superior_predictive_ability(
                    panel, n_draws=n_draws, seed=seed
                ),
            },
            "effective_trials": n_independent,
            "deflated_sharpe": diagnostics.deflated_sharpe(self.ranked, chosen, n_independent),
            "pbo": diagnostics.backtest_overfitting(panel, seed),
            **diagnostics.least_lengths(chosen, n_independent),
            "seed_band": chosen.trial.seed_spread,
            "power": self.power.plain(),
            "paired": diagnostics.compare_paired(chosen.candidate, self.behind),
        }


def _significance(trial: RankedTrial) -> dict[str, Any]:
    return {
        "lower_bound": trial.lower_bound,
        "p_value": trial.p_value,
        "corrected_p_value": trial.corrected_p_value,
    }
