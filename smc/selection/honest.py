"""Choose on out-of-fold evidence that everything tried is held against, then look at the test part once."""

from collections.abc import Iterator, Sequence
from typing import Any

from smc import stats
from smc.arguments import check_choice, check_fraction, check_non_negative, check_positive
from smc.selection import gates, measures
from smc.selection.candidate import Candidate, OpenTest, SymbolTrials, already_open
from smc.selection.diagnostics import effective_trials
from smc.selection.gates import Gate, until_failed
from smc.selection.power import Power, power_of
from smc.selection.symbol_assessment import SymbolAssessment
from smc.selection.trial import RankedTrial, build_panel, rank, trials_of
from smc.selection.verdict import DEPLOY, NO_MODEL, WATCH, Verdict, verdict_without_evidence

#: The gates in the order in which they are asked.
CLASSIFICATION_GATES = (
    "train_val_gap",
    "out_of_fold_accuracy",
    "out_of_fold_lower_bound",
    "romano_wolf",
    "test_accuracy",
    "val_test_difference",
    "test_lower_bound",
    "benjamini_hochberg",
)
#: Those of a regression, which has no accuracy.
REGRESSION_GATES = ("out_of_fold_lower_bound", "romano_wolf", "test_lower_bound", "benjamini_hochberg")


class Honest:
    """Deploy a model only if luck and the number of trials do not explain its evidence.

    Per symbol: trials that pass the gap filter, and whose out-of-fold accuracy is above the baseline's, are
    ranked by the one-sided lower bound of their out-of-fold evidence. The best-ranked one that Romano and
    Wolf's stepdown test itself rejects, over the panel of all finished trials and corrected for those that
    did not finish, is the candidate. Only its test part is looked at. Benjamini and Hochberg's procedure
    then allows for the number of symbols. Anything less is no reason to deploy.

    Parameters
    ----------
    evidence
        What an event says for a model (`smc.selection.measures`): ``return_coefficient``,
        ``information_coefficient``, ``balanced_accuracy``, ``log_loss`` or ``sharpe``; a regression is always
        judged by ``sharpe``. The default asks whether what the model adds goes with the return that follows:
        of all that look at predictions it alone takes nothing for skill that a label owes to the distances
        of its barriers, which no market pays for; and it finds as many true edges.
    max_train_val_gap
        Of accuracies, as a fraction.
    min_test_accuracy
        As a fraction.
    max_val_test_diff
        Of accuracies, as a fraction; 1.96 standard errors are added to it.
    alpha
        Of the stepdown test: the chance that a symbol without any edge has a candidate is at most this.
    q
        False discovery rate over the symbols.
    confidence
        Of the lower bounds, one-sided.
    n_draws
        Of the bootstrap; the smallest p-value is 1 / (1 + n_draws).
    seed
        Of the bootstrap: the same runs give the same verdicts.

    References
    ----------
    Romano and Wolf (2005), "Stepwise multiple testing as formalized data snooping", Econometrica 73.
    Benjamini and Hochberg (1995), "Controlling the false discovery rate", JRSS B 57.
    """

    def __init__(
        self,
        *,
        evidence: str = "return_coefficient",
        max_train_val_gap: float = 0.20,
        min_test_accuracy: float = 0.55,
        max_val_test_diff: float = 0.05,
        alpha: float = 0.05,
        q: float = 0.05,
        confidence: float = 0.95,
        n_draws: int = 2000,
        seed: int = 0,
    ) -> None:
        check_choice("evidence", evidence, measures.NAMES)
        check_positive("max_train_val_gap", max_train_val_gap)
        check_fraction("min_test_accuracy", min_test_accuracy)
        check_non_negative("max_val_test_diff", max_val_test_diff)
        for name, value in (("alpha", alpha), ("q", q), ("confidence", confidence)):
            check_fraction(name, value)
        check_positive("n_draws", n_draws)
        self.evidence = evidence
        self.max_train_val_gap = max_train_val_gap
        self.min_test_accuracy = min_test_accuracy
        self.max_val_test_diff = max_val_test_diff
        self.alpha = alpha
        self.q = q
        self.confidence = confidence
        self.n_draws = n_draws
        self.seed = seed

    @property
    def criteria(self) -> dict[str, Any]:
        """What it asks for, by name."""
        return dict(vars(self))

    def select(self, trials: Sequence[SymbolTrials], open_test: OpenTest = already_open) -> list[Verdict]:
        """Return a verdict for each symbol, in the order of their names.

        Parameters
        ----------
        trials
            Of each symbol once, all finished runs and the count of all trials.
        open_test
            Asked for the test part of a candidate that has passed every gate before it, and of no other run.
        """
        symbols = sorted(trials, key=lambda symbol: symbol.symbol)
        assessments = [self._assess(symbol, open_test) for symbol in symbols]
        p_values = [1.0 if assessment is None else assessment.p_value for assessment in assessments]
        adjusted = stats.benjamini_hochberg(p_values, self.q).adjusted if assessments else []
        return [
            verdict_without_evidence(symbol, CLASSIFICATION_GATES)
            if assessment is None
            else self._verdict(assessment, float(p), len(assessments))
            for symbol, assessment, p in zip(symbols, assessments, adjusted, strict=True)
        ]

    def _assess(self, symbol: SymbolTrials, open_test: OpenTest) -> SymbolAssessment | None:
        """Hold the trials of one symbol against each other, and the best against all gates but the last."""
        trials = trials_of(symbol.candidates)
        if not trials:
            return None
        panel = build_panel(trials)
        p_values = panel.p_values(n_draws=self.n_draws, seed=self.seed).tolist()
        ranked = rank(trials, panel, p_values, n_trials=symbol.n_trials, confidence=self.confidence)
        chosen = self._choose(ranked)
        n_independent = effective_trials(panel, symbol.n_trials)
        power = power_of(chosen.candidate, n_trials=n_independent, alpha=self.alpha)
        n_trials = max(symbol.n_trials, panel.n_trials)
        asked = until_failed(self._before_the_test(chosen, panel.n_trials, n_trials, power))
        candidate = chosen.candidate
        if all(gate.passed for gate in asked):
            candidate = open_test(candidate)
            asked += until_failed(self._on_the_test(candidate))
        return SymbolAssessment(symbol, panel, ranked, chosen, candidate, tuple(asked), power)

    def _choose(self, ranked: Sequence[RankedTrial]) -> RankedTrial:
        """Return the best-ranked trial of those that come furthest."""
        sound = [trial for trial in ranked if all(gate.passed for gate in self._filters(trial.candidate))]
        proven = [trial for trial in sound if trial.corrected_p_value <= self.alpha]
        return (proven or sound or ranked)[0]

    def _filters(self, candidate: Candidate) -> Iterator[Gate]:
        if candidate.is_classification:
            yield gates.gap(candidate, self.max_train_val_gap)
            yield gates.beats_baseline(candidate.out_of_fold)

    def _before_the_test(
        self, chosen: RankedTrial, n_panel: int, n_trials: int, power: Power
    ) -> Iterator[Gate]:
        yield from self._filters(chosen.candidate)
        yield gates.lower_bound(chosen.evidence, self.confidence, self._measure(chosen.candidate))
        yield gates.romano_wolf(
            chosen.corrected_p_value,
            self.alpha,
            explanation=f"p {chosen.p_value:.4f} among {n_panel} finished trials, "
            f"{chosen.corrected_p_value:.4f} corrected for all {n_trials}",
            remedy=gates.more_events(chosen.evidence, power.z),
        )

    def _on_the_test(self, candidate: Candidate) -> Iterator[Gate]:
        if candidate.is_classification:
            yield gates.enough_on_test(candidate.test, self.min_test_accuracy)
            yield gates.val_test_difference(candidate.val, candidate.test, self.max_val_test_diff)
        yield gates.bound_on_test(candidate.test, self.confidence, self._measure(candidate))

    def _measure(self, candidate: Candidate) -> str:
        return self.evidence if candidate.is_classification else "sharpe"

    def _verdict(self, assessment: SymbolAssessment, adjusted: float, n_symbols: int) -> Verdict:
        """Ask the last gate, and say what all of them amount to."""
        names = CLASSIFICATION_GATES if assessment.candidate.is_classification else REGRESSION_GATES
        asked = list(assessment.gates)
        if len(asked) == len(names) - 1 and all(gate.passed for gate in asked):
            asked.append(gates.false_discovery(adjusted, self.q, n_symbols))
        asked += [Gate(name) for name in names[len(asked) :]]
        passed = {gate.name for gate in asked if gate.passed}
        verdict = NO_MODEL
        if "out_of_fold_lower_bound" in passed:
            verdict = DEPLOY if len(passed) == len(names) else WATCH
        measure = self._measure(assessment.candidate)
        figures = assessment.evidence(measure=measure, n_draws=self.n_draws, seed=self.seed)
        figures["p_values"]["benjamini_hochberg"] = adjusted
        return Verdict(
            assessment.trials.symbol,
            verdict,
            assessment.candidate,
            tuple(asked),
            alternatives=assessment.behind,
            comparison=assessment.comparison(),
            evidence={**assessment.trials.counts, **figures},
        )
