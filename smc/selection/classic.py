"""The classic deployment rule: three filters and a score on the test part of every run."""

from collections.abc import Sequence
from typing import Any

from smc.arguments import check_fraction, check_non_negative, check_positive
from smc.selection.candidate import Candidate, OpenTest, SymbolTrials, already_open, comparison_row
from smc.selection.gates import Gate
from smc.selection.verdict import DEPLOY, NO_MODEL, Verdict

#: Runs named behind the best.
N_ALTERNATIVES = 3


class Classic:
    """Deploy the run with the largest test accuracy less half its gap, among those that three filters let by.

    It looks at every run's test part, and counts no trials: over twelve logistic regressions it deploys a
    model on 41 % of symbols that hold no signal (200 or 300 events). It is here to be compared with; a
    regression, which has no accuracy, passes none of its filters. Sealed test parts are opened, all of them.
    Its manifest stands beside that of the honest rule, which machines read.

    Parameters
    ----------
    max_train_val_gap
        Of accuracies, as a fraction.
    min_test_accuracy
        As a fraction.
    max_val_test_diff
        As a fraction.
    gap_weight
        What a point of gap costs in points of test accuracy.
    """

    def __init__(
        self,
        *,
        max_train_val_gap: float = 0.20,
        min_test_accuracy: float = 0.55,
        max_val_test_diff: float = 0.05,
        gap_weight: float = 0.5,
    ) -> None:
        check_positive("max_train_val_gap", max_train_val_gap)
        check_fraction("min_test_accuracy", min_test_accuracy)
        check_non_negative("max_val_test_diff", max_val_test_diff)
        check_non_negative("gap_weight", gap_weight)
        self.max_train_val_gap = max_train_val_gap
        self.min_test_accuracy = min_test_accuracy
        self.max_val_test_diff = max_val_test_diff
        self.gap_weight = gap_weight

    @property
    def criteria(self) -> dict[str, Any]:
        """What it asks for, by name."""
        return dict(vars(self))

    def select(self, trials: Sequence[SymbolTrials], open_test: OpenTest = already_open) -> list[Verdict]:
        """Return a verdict for each symbol, by name."""
        symbols = sorted(trials, key=lambda symbol: symbol.symbol)
        return [self._verdict(symbol, open_test) for symbol in symbols]

    def _verdict(self, trials: SymbolTrials, open_test: OpenTest) -> Verdict:
        runs = {run.run_id: open_test(run) for run in trials.candidates}
        ranked = sorted(runs.values(), key=lambda run: (-self.score(run), run.run_id))
        passing = [run for run in ranked if all(gate.passed for gate in self._gates(run))]
        best = next(iter(passing or ranked), None)
        alternatives = [run for run in passing if run is not best]
        return Verdict(
            trials.symbol,
            DEPLOY if passing else NO_MODEL,
            best,
            tuple(self._gates(best)) if best else (),
            alternatives=alternatives[:N_ALTERNATIVES],
            comparison=[{**comparison_row(run), "score": self._shown(run)} for run in ranked],
            evidence=trials.counts,
        )

    def score(self, run: Candidate) -> float:
        """Test accuracy less ``gap_weight`` times the gap; -1 where either is missing."""
        shown = self._shown(run)
        return -1.0 if shown is None else shown

    def _shown(self, run: Candidate) -> float | None:
        accuracy = run.test.accuracy if run.test else None
        return None if accuracy is None or run.gap is None else accuracy - self.gap_weight * run.gap

    def _gates(self, run: Candidate) -> list[Gate]:
        accuracy, val = (part.accuracy if part else None for part in (run.test, run.val))
        difference = None if accuracy is None or val is None else abs(val - accuracy)
        limits = self.max_train_val_gap, self.min_test_accuracy, self.max_val_test_diff
        return [
            _gate("train_val_gap", run.gap, limits[0], run.gap is not None and run.gap <= limits[0]),
            _gate("test_accuracy", accuracy, limits[1], accuracy is not None and accuracy >= limits[1]),
            _gate(
                "val_test_difference",
                difference,
                limits[2],
                difference is not None and difference <= limits[2],
            ),
        ]


def _gate(name: str, value: float | None, threshold: float, passed: bool) -> Gate:
    if value is None:
        return Gate(name, None, threshold, False, "the run has no such figure")
    side = "at least" if name == "test_accuracy" else "at most"
    return Gate(
        name,
        value,
        threshold,
        passed,
        f"{name.replace('_', ' ')} is {100 * value:.1f} %, {side} {100 * threshold:g} % is asked for",
        None if passed else f"{100 * abs(value - threshold):.1f} points",
    )
