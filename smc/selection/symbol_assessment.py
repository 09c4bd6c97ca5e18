"""How far the best trial of a symbol comes, before the symbols are looked at together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smc.selection import diagnostics
from smc.selection.candidate import Candidate, SymbolTrials, comparison_row, unranked_rows
from smc.selection.family import combined
from smc.selection.gates import Gate
from smc.selection.gates_on_test import OnTest
from smc.selection.guarantees import guarantees
from smc.selection.openings import Look
from smc.selection.panel import Panel
from smc.selection.power import Power
from smc.selection.question import Question
from smc.selection.ranked_trial import RankedTrial

#: Runs named behind the candidate.
N_ALTERNATIVES = 3


@dataclass(frozen=True, eq=False)
class SymbolAssessment:
    """The trials of a symbol in their order, and how far the one that stands for it came.

    Attributes
    ----------
    panel
        That of ``chosen``.
    question
        The one whose choice stands for the symbol; ``others`` are the further ones.
    candidate
        The run of ``chosen``; with its test part if that was opened.
    gates
        Those that were asked.
    look, on_test
        None if it did not come to the test part; ``on_test`` also where an earlier look stands.
    """

    trials: SymbolTrials
    panel: Panel
    ranked: Sequence[RankedTrial]
    question: Question
    others: Sequence[Question]
    candidate: Candidate
    gates: tuple[Gate, ...]
    power: Power
    look: Look | None = None
    on_test: OnTest | None = None

    @property
    def chosen(self) -> RankedTrial:
        """The trial that stands for the symbol."""
        return self.question.chosen

    @property
    def p_value(self) -> float:
        """Out-of-fold and test evidence together, by Fisher; 1 where a gate was not passed."""
        test = self._test_p_value
        if test is None or not all(gate.passed for gate in self.gates):
            return 1.0
        return combined(self.chosen.p_values.corrected, test)

    @property
    def found(self) -> tuple[float, float]:
        """What its market counts with in the family: `p_value`, and that of the test part, 1 if unopened."""
        test = self._test_p_value
        return self.p_value, 1.0 if test is None else test

    @property
    def behind(self) -> list[Candidate]:
        """The runs of the next trials of the question that passed every filter, the best-ranked first."""
        others = [trial.candidate for trial in self.question.sound if trial is not self.chosen]
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

    def evidence(self, *, alpha: float, n_draws: int, seed: int) -> dict[str, Any]:
        """Return the figures on the evidence as a whole that stand beside the gates."""
        chosen, panel, n_independent = self.chosen, self.panel, self.power.n_trials
        return {
            "n_panel": panel.n_trials,
            "n_events": len(chosen.evidence),
            "measure": "return_coefficient",
            "value": chosen.evidence.mean,
            "lower_bound": chosen.lower_bound,
            "evidence_scheme": {
                "kind": "two_sided" if chosen.column.two_sided else "forward",
                "n_tested": len(chosen.evidence),
                "n_development": len(panel.rows) - len(self.candidate.test_events[0]),
                "variance_factor": chosen.column.variance_factor,
            },
            "round": chosen.column.round,
            "guarantees": guarantees(chosen.column.round, two_sided=chosen.column.two_sided),
            "p_values": {
                "romano_wolf": chosen.p_values.romano_wolf,
                "single": chosen.p_values.single,
                "corrected": chosen.p_values.corrected,
                "test": self._test_p_value,
                "combined": self.p_value,
                "superior_predictive_ability": diagnostics.superior_predictive_ability(
                    panel, n_draws=n_draws, seed=seed
                ),
            },
            "would_pass_as_best_of": chosen.p_values.best_of(alpha),
            "test": self.test_figures,
            "stands": self._stands,
            "openings": self.look.n_openings if self.look else len(self.trials.market.openings),
            "effective_trials": n_independent,
            "deflated_sharpe": diagnostics.deflated_sharpe(self.ranked, chosen, n_independent),
            "pbo": diagnostics.backtest_overfitting(panel, seed),
            **diagnostics.least_lengths(chosen, n_independent),
            "seed_band": chosen.seed_band,
            "power": self.power.plain(),
            "paired": diagnostics.compare_paired(chosen.candidate, self.behind),
        }

    @property
    def _test_p_value(self) -> float | None:
        """Of this look, or of an earlier one that stands."""
        if self.look is not None and self.look.stands is not None:
            return self.look.stands.figures.get("p_value")
        return self.on_test.p_value if self.on_test else None

    @property
    def _stands(self) -> dict[str, Any] | None:
        """Since when the verdict of an earlier look stands, and the events that it waits for."""
        if self.look is None or self.look.stands is None:
            return None
        opening = self.look.stands
        return {"run_id": opening.run_id, "since": opening.time.isoformat(), "n_missing": self.look.n_missing}

    @property
    def test_figures(self) -> dict[str, Any] | None:
        """What a look at the test part showed, and whether its gates were passed; None if there was none."""
        part = self.candidate.test
        if self.on_test is None or part is None:
            return None
        failed = [gate.name for gate in self.gates if gate.passed is False]
        return {
            **self.on_test.plain,
            "accuracy": part.accuracy,
            "baseline_accuracy": part.baseline_accuracy,
            "passed": not failed,
            "decided_by": failed[0] if failed else None,
        }


def _significance(trial: RankedTrial) -> dict[str, Any]:
    return {
        "lower_bound": trial.lower_bound,
        "p_value": trial.p_values.romano_wolf,
        "corrected_p_value": trial.p_values.corrected,
    }
