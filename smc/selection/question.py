"""The trials of a symbol that were asked for the same: one definition of labels, events and side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from smc.selection.ranked_trial import RankedTrial


@dataclass(frozen=True, eq=False)
class Question:
    """The ranked trials of one question, of which the best stands for it.

    Attributes
    ----------
    name
        Hash of labels, events and side.
    ranked
        All, the best first.
    sound
        Those that passed every filter.
    chosen
        The best-ranked of those that come furthest: sound and proven, else sound, else any.
    """

    name: str
    ranked: Sequence[RankedTrial]
    sound: Sequence[RankedTrial]
    chosen: RankedTrial

    def plain(self) -> dict[str, Any]:
        """Return what the manifest says of a question that does not stand for its symbol."""
        candidate = self.chosen.candidate
        return {
            "question": self.name,
            "n_trials": len(self.ranked),
            "candidate": {"run_id": candidate.run_id, "model": candidate.identity.model},
            "is_sound": self.chosen in self.sound,
            "lower_bound": self.chosen.lower_bound,
            "corrected_p_value": self.chosen.p_values.corrected,
        }


def questions_of(
    ranked: Sequence[RankedTrial], is_sound: Callable[[RankedTrial], bool], alpha: float
) -> list[Question]:
    """Split the trials by what they were asked for; first the one that stands for the symbol.

    Questions are in the order of their p-values, which allow for the trials of all of them; one whose choice
    passed no filter comes after all others.
    """
    names = dict.fromkeys(trial.column.question for trial in ranked)
    questions = [
        _question(name, [trial for trial in ranked if trial.column.question == name], is_sound, alpha)
        for name in names
    ]
    return sorted(questions, key=_order)


def _question(
    name: str, ranked: Sequence[RankedTrial], is_sound: Callable[[RankedTrial], bool], alpha: float
) -> Question:
    sound = [trial for trial in ranked if is_sound(trial)]
    proven = [trial for trial in sound if trial.p_values.corrected <= alpha]
    return Question(name, ranked, sound, (proven or sound or ranked)[0])


def _order(question: Question) -> tuple[bool, float, float, str]:
    chosen = question.chosen
    return not question.sound, chosen.p_values.corrected, -chosen.lower_bound, question.name
