"""Choose on out-of-fold evidence that everything tried is held against, then look at the test part once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from smc.arguments import check_fraction, check_non_negative, check_positive
from smc.selection import gates
from smc.selection.candidate import Candidate, OpenTest, SymbolTrials, already_open
from smc.selection.diagnostics import effective_trials
from smc.selection.family import Discovery, Relative, discovery
from smc.selection.gates import Gate, until_failed
from smc.selection.gates_on_test import gates_on_test, look_at, standing
from smc.selection.openings import plan_look
from smc.selection.p_values import p_values
from smc.selection.panel import Panel, panels_of
from smc.selection.power import Power, power_of
from smc.selection.question import questions_of
from smc.selection.ranked_trial import RankedTrial, rank
from smc.selection.symbol_assessment import SymbolAssessment
from smc.selection.verdict import DEPLOY, NO_MODEL, WATCH, Verdict, verdict_without_evidence

#: The gates after the filters and before the test part is looked at.
BEFORE_THE_TEST = (
    "out_of_fold_predictions",
    "out_of_fold_lower_bound",
    "romano_wolf",
    "own_classes",
    "criteria",
)
#: The gates in the order in which they are asked.
CLASSIFICATION_GATES = (
    "train_val_gap",
    *BEFORE_THE_TEST,
    "test_predictions",
    "test_positions",
    "test_accuracy",
    "test_above_baseline",
    "val_test_difference",
    "test_p_value",
    "benjamini_hochberg",
)
#: Those of a regression, which has no accuracy.
REGRESSION_GATES = (
    "train_val_r2_gap",
    *BEFORE_THE_TEST,
    "test_predictions",
    "test_positions",
    "test_p_value",
    "benjamini_hochberg",
)
EVIDENCE = "return_coefficient"


def gate_names(candidate: Candidate) -> tuple[str, ...]:
    """Return the gates that a candidate is asked, in order."""
    return CLASSIFICATION_GATES if candidate.is_classification else REGRESSION_GATES


class Honest:
    """Deploy a model only if luck and the number of trials do not explain its evidence.

    Per symbol: trials that pass the filters (gap, predictions that differ) are ranked by the one-sided lower
    bound of their out-of-fold evidence, question by question (labels, events, side). The best-ranked one
    whose p-value, for everything that was tried on the market (`smc.selection.p_values`), is at most
    ``alpha`` is the candidate of its question, and that of the smallest p-value the candidate of the symbol.
    Only its test part is looked at, and looking costs (`smc.selection.openings`). Benjamini and Hochberg's
    procedure then allows for the number of symbols. Anything less is no reason to deploy.

    Parameters
    ----------
    evidence
        What an event says for a model: ``return_coefficient`` (`smc.selection.measures`), whether what the
        model adds to the baseline goes with the return that follows. Nothing else is offered: all else that
        looks at predictions takes for skill what a label owes to the distances of its barriers, which no
        market pays for; and what a model earns, bar by bar, takes a drift of the market for skill.
    max_train_val_gap
        Of accuracies, as a fraction; of R2 for a regression.
    min_test_accuracy
        As a fraction, less 1.645 standard errors; it must be above the baseline's too.
    max_val_test_diff
        Of accuracies, as a fraction; 1.96 standard errors are added to it.
    alpha
        The chance that a market without any edge has a candidate is at most this; and of the test part, for
        all openings of the market.
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
        evidence: str = EVIDENCE,
        max_train_val_gap: float = 0.20,
        min_test_accuracy: float = 0.55,
        max_val_test_diff: float = 0.05,
        alpha: float = 0.05,
        q: float = 0.05,
        confidence: float = 0.95,
        n_draws: int = 2000,
        seed: int = 0,
    ) -> None:
        if evidence != EVIDENCE:
            raise ValueError(
                f"`evidence` must be {EVIDENCE}, got {evidence!r}: any other takes for skill what "
                "barriers alone tell of labels"
            )
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
            Of each symbol once, the runs that can be read and everything that was tried on its market.
        open_test
            Asked for the test part of a candidate that has passed every gate before it, and of no other run.
        """
        symbols = sorted(trials, key=lambda symbol: symbol.symbol)
        assessments = [self._assess(symbol, open_test) for symbol in symbols]
        judged = [
            Relative(
                symbol.market.market, (symbol.symbol,), *(assessment.found if assessment else (1.0, 1.0))
            )
            for symbol, assessment in zip(symbols, assessments, strict=True)
        ]
        is_pooled = any(
            assessment is not None and assessment.candidate.is_pooled for assessment in assessments
        )
        verdicts = []
        for symbol, assessment, own in zip(symbols, assessments, judged, strict=True):
            if assessment is None:
                verdicts.append(verdict_without_evidence(symbol, CLASSIFICATION_GATES))
                continue
            now = [
                other
                for other, its in zip(judged, symbols, strict=True)
                if its.is_simulated == symbol.is_simulated
            ]
            found = discovery(own, [*now, *symbol.family], q=self.q, any_dependence=is_pooled)
            verdicts.append(self._verdict(assessment, found))
        return verdicts

    def _assess(self, symbol: SymbolTrials, open_test: OpenTest) -> SymbolAssessment | None:
        """Hold the trials of one symbol against each other, and the best against all gates but the last."""
        market = symbol.market
        ranked = rank(
            symbol, p_values(market, n_draws=self.n_draws, seed=self.seed), confidence=self.confidence
        )
        if not ranked:
            return None
        question, *others = questions_of(ranked, self._is_sound, self.alpha)
        chosen = question.chosen
        candidate = chosen.candidate
        (panel,) = (panel for panel in panels_of(market) if panel.rows.key == chosen.column.panel)
        power = power_of(
            chosen.evidence,
            is_classification=candidate.is_classification,
            n_trials=effective_trials(panel, market.n_trials),
            alpha=self.alpha,
        )
        asked = until_failed(self._before_the_test(chosen, symbol, panel, power))
        assessment = SymbolAssessment(symbol, panel, ranked, question, others, candidate, tuple(asked), power)
        return self._at_the_test(assessment, open_test) if all(gate.passed for gate in asked) else assessment

    def _is_sound(self, trial: RankedTrial) -> bool:
        return all(gate.passed for gate in self._filters(trial.candidate))

    def _filters(self, candidate: Candidate) -> Iterator[Gate]:
        if candidate.is_classification:
            yield gates.gap(candidate, self.max_train_val_gap)
        else:
            yield gates.r2_gap(candidate, self.max_train_val_gap)
        yield gates.varied_predictions(candidate.out_of_fold)

    def _before_the_test(
        self, chosen: RankedTrial, symbol: SymbolTrials, panel: Panel, power: Power
    ) -> Iterator[Gate]:
        found, counts = chosen.p_values, symbol.counts
        yield from self._filters(chosen.candidate)
        yield gates.lower_bound(chosen.evidence, self.confidence)
        yield gates.romano_wolf(
            found.corrected,
            self.alpha,
            explanation=f"p {found.romano_wolf:.4f} among {panel.n_trials} trials of its events, "
            f"{found.corrected:.4f} for all {counts['n_trials']} of its market, {counts['n_untold']} of them "
            f"without evidence, in round {chosen.column.round}; it would pass as the best of "
            f"{found.best_of(self.alpha)} more",
            remedy=gates.more_events(chosen.evidence, power.z),
        )
        yield gates.own_classes(chosen.candidate)
        yield gates.fixed_criteria(symbol.market.criteria, self.criteria)

    def _at_the_test(self, assessment: SymbolAssessment, open_test: OpenTest) -> SymbolAssessment:
        """Look at the test part of the candidate, unless the verdict of an earlier look stands."""
        openings, candidate = assessment.trials.market.openings, assessment.candidate
        look = plan_look(candidate, openings)
        if look.stands is not None:
            names = gate_names(candidate)
            on_test = names[names.index(BEFORE_THE_TEST[-1]) + 1 : -1]
            return replace(assessment, look=look, gates=(*assessment.gates, *standing(on_test, look)))
        candidate = open_test(candidate)
        look = plan_look(candidate, openings)
        seen = look_at(candidate.test, look)
        asked = gates_on_test(
            candidate,
            seen,
            min_accuracy=self.min_test_accuracy,
            max_difference=self.max_val_test_diff,
            alpha=self.alpha,
        )
        return replace(
            assessment,
            candidate=candidate,
            look=look,
            on_test=seen,
            gates=(*assessment.gates, *until_failed(asked)),
        )

    def _verdict(self, assessment: SymbolAssessment, found: Discovery) -> Verdict:
        """Ask the last gate, and say what all of them amount to."""
        names = gate_names(assessment.candidate)
        asked = {gate.name: gate for gate in assessment.gates}
        if len(asked) == len(names) - 1 and all(gate.passed for gate in asked.values()):
            asked[names[-1]] = gates.false_discovery(found, self.q)
        told = tuple(asked.get(name, Gate(name)) for name in names)
        verdict = NO_MODEL
        if asked.get("out_of_fold_lower_bound", Gate("")).passed:
            verdict = DEPLOY if all(gate.passed for gate in told) else WATCH
        figures = assessment.evidence(alpha=self.alpha, n_draws=self.n_draws, seed=self.seed)
        figures["p_values"] |= {
            "benjamini_hochberg": found.p_value,
            "benjamini_hochberg_test": found.test_p_value,
        }
        figures["family"] = {"method": found.method, "n_markets": found.n_markets}
        return Verdict(
            assessment.trials.symbol,
            verdict,
            assessment.candidate,
            told,
            alternatives=assessment.behind,
            comparison=assessment.comparison(),
            evidence={**assessment.trials.counts, **figures},
            questions=[question.plain() for question in assessment.others],
        )
