"""What is found of one symbol before the symbols are looked at together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smc.selection import diagnostics, paired
from smc.selection.candidate import Candidate
from smc.selection.comparison import comparison_row, unranked
from smc.selection.gate import Gate
from smc.selection.panel import Panel
from smc.selection.power import Power
from smc.selection.ranked_trial import RankedTrial
from smc.selection.symbol_trials import SymbolTrials

#: Runs named behind the candidate.
N_ALTERNATIVES = 3


@dataclass(frozen=True, eq=False)
class SymbolAssessment:
    """The trials of a symbol in their order, and how far the one that stands for it came.

    Attributes
    ----------
    candidate
        The run of ``standing``; with its test part if that was opened.
    gates
        Those that were asked.
    """

    tried: SymbolTrials
    panel: Panel
    standings: Sequence[RankedTrial]
    standing: RankedTrial
    candidate: Candidate
    gates: tuple[Gate, ...]
    power: Power

    @property
    def p_value(self) -> float:
        """Of the symbol; 1 if its candidate did not come as far as a test."""
        return self.standing.corrected if any(gate.name == "romano_wolf" for gate in self.gates) else 1.0

    @property
    def behind(self) -> list[Candidate]:
        """The runs of the next trials, the best-ranked first."""
        others = [each.candidate for each in self.standings if each is not self.standing]
        return others[:N_ALTERNATIVES]

    def comparison(self) -> list[dict[str, Any]]:
        """Return every run of the symbol with its figures: ranked ones first, then those without evidence."""
        opened = {self.candidate.run_id: self.candidate}
        rows = [
            {**comparison_row(opened.get(run.run_id, run)), **_luck(standing)}
            for standing in self.standings
            for run in standing.trial.runs
        ]
        return rows + unranked(self.tried.candidates, {row["run_id"] for row in rows})

    def evidence(self, *, measure: str, n_draws: int, seed: int) -> dict[str, Any]:
        """Return the figures on the evidence as a whole that stand beside the gates."""
        standing, panel, n_independent = self.standing, self.panel, self.power.n_trials
        return {
            "n_panel": panel.n_trials,
            "n_events": len(panel.values),
            "measure": measure,
            "value": standing.trial.evidence.mean,
            "lower_bound": standing.lower_bound,
            "p_values": {
                "romano_wolf": standing.p_value,
                "corrected": standing.corrected,
                "superior_predictive_ability": diagnostics.superior_ability(
                    panel, n_draws=n_draws, seed=seed
                ),
            },
            "effective_trials": n_independent,
            "deflated_sharpe": diagnostics.deflated_sharpe(self.standings, standing, n_independent),
            "pbo": diagnostics.overfitting(panel, seed),
            **diagnostics.track_record(standing, n_independent),
            "seed_band": standing.trial.seed_spread,
            "power": self.power.plain(),
            "paired": paired.compare(standing.candidate, self.behind),
        }


def _luck(standing: RankedTrial) -> dict[str, Any]:
    return {
        "lower_bound": standing.lower_bound,
        "p_value": standing.p_value,
        "corrected_p_value": standing.corrected,
    }
