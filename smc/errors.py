"""The errors that smc raises on purpose: each says rule, value and remedy in a sentence or two."""

from smc.secrets import hidden_text


class SmcError(Exception):
    """Name what the user can mend; commands print it in one line and exit with code 2.

    A password, a token or a webhook is left out of the sentence.
    """

    reason = "error"

    def __init__(self, *words: object) -> None:
        super().__init__(*(hidden_text(word) if isinstance(word, str) else word for word in words))


class ConfigError(SmcError):
    """A composed configuration does not fit what it configures."""

    reason = "bad_config"


class DataError(SmcError):
    """A file or a series of bars breaks a rule."""

    reason = "bad_data"


class LabelError(SmcError):
    """Events or labels cannot be formed from the bars."""

    reason = "bad_labels"


class SplitError(SmcError):
    """The events are too few, or of one class only, for the split that was asked for."""

    reason = "bad_split"


class FoldError(SmcError):
    """A fold of the cross-validation cannot be fitted."""

    reason = "bad_fold"


class LeakageError(SmcError):
    """A step would let a result see what it must not see."""

    reason = "leakage"


class ModelError(SmcError, ValueError):
    """A model cannot be fitted on what it was given; also a ValueError, as scikit-learn's callers expect."""

    reason = "bad_model"


class NotFiniteError(ModelError):
    """Not one iteration of a fit left finite weights and losses, so there is nothing to return to."""

    reason = "nan_loss"


class ArtifactError(SmcError):
    """A saved model is damaged, incompatible, or asked for with the wrong features."""

    reason = "bad_artifact"


class FeatureError(ModelError, ArtifactError):
    """A fitted or a saved model is asked for a prediction from other features than it learned."""

    reason = "bad_features"


class ExplanationError(SmcError):
    """An explanation does not hold: its parts do not add up to the answer that they explain."""

    reason = "bad_explanation"


class ResultsError(SmcError):
    """A run folder, its lock or the ledger is not in the state that an operation needs."""

    reason = "bad_results"


class RunBusyError(ResultsError):
    """Another process writes this run now."""

    reason = "busy"


class DiskFullError(ResultsError):
    """Too little room is left to write results."""

    reason = "disk_full"
