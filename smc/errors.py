"""The errors that smc raises on purpose: each says rule, value and remedy in a sentence or two."""

import errno

from smc.outside.escape import terminal
from smc.outside.secrets import hidden_text


class SmcError(Exception):
    """Name what the user can mend; commands print it in one line and exit with code 2.

    A password, a token or a webhook is left out of the sentence.
    """

    reason = "error"

    def __init__(self, *words: object) -> None:
        super().__init__(*(hidden_text(word) if isinstance(word, str) else word for word in words))

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows of it, as IPython asks: the sentence, as a command prints it."""
        return [terminal(f"error: {self}")]


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


class PlaceError(ResultsError):
    """A disk, a file system or the ledger's server does not do its part, which is no fault of a run."""

    reason = "bad_place"


class DiskFullError(PlaceError):
    """Too little room is left to write results."""

    reason = "disk_full"


#: Of a disk without room.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
#: Of a disk that fails, that is gone, or that may not be written.
BROKEN = (errno.EIO, errno.ESTALE, errno.EROFS, errno.ENODEV, errno.ENXIO, errno.ETIMEDOUT, errno.EREMOTEIO)
#: What a process may not do, or has too much of.
NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOLCK)

ELSEWHERE = "choose another folder with `paths.output=`"
REMEDIES = {
    errno.EIO: "look after the disk and run again",
    errno.ESTALE: "mount the file system again and run again",
    errno.EROFS: f"mount it writable, or {ELSEWHERE}",
    errno.EMFILE: "raise the limit of open files (ulimit -n), or run fewer at once",
    errno.ENFILE: "end what holds so many open files, and run again",
    errno.EEXIST: f"a file has the name of a folder: {ELSEWHERE}",
    errno.ENOTDIR: f"a file has the name of a folder: {ELSEWHERE}",
    errno.EISDIR: "a folder has the name of a file: name another",
    errno.ENOLCK: f"put it on a file system that locks files, or {ELSEWHERE}",
}


def is_of_place(error: BaseException) -> bool:
    """Tell whether an error is a fault of the disk or of the process's limits."""
    return isinstance(error, OSError) and error.errno in (*NO_ROOM, *BROKEN, *NOT_ALLOWED)


def install(extra: str) -> str:
    """Say how an extra of smc is installed.

    >>> install("ray")
    "pip install 'smc[ray]' (in a checkout: pip install -e '.[ray]')"
    """
    return f"pip install 'smc[{extra}]' (in a checkout: pip install -e '.[{extra}]')"


def was_interrupted(error: BaseException) -> bool:
    """Tell whether Ctrl-C ended what raised an error: a library's clean-up may fail on the way out.

    What failed for want of room or rights while an interrupted run was kept is a fault of the place.
    """
    if is_of_place(error) or isinstance(error, PlaceError):
        return False
    seen: dict[int, BaseException] = {}
    following: list[BaseException | None] = [error]
    while following:
        each = following.pop()
        if each is not None and id(each) not in seen:
            seen[id(each)] = each
            following += [each.__cause__, each.__context__]
    return any(isinstance(each, KeyboardInterrupt) for each in seen.values())


def place_error(error: OSError, folder: object) -> ResultsError:
    """Say in one sentence what a folder's file system refused, and what to do.

    A `PlaceError` if it is a fault of the place, and no folder that cannot be one (a file has its name).
    """
    if error.errno == errno.EDQUOT:
        return DiskFullError(f"the disk quota under {folder} is used up: free some room and run again")
    if error.errno in NO_ROOM:
        return DiskFullError(f"the disk under {folder} is full: free some room and run again")
    kind = PlaceError if is_of_place(error) else ResultsError
    remedy = REMEDIES.get(error.errno or 0, f"make it writable, or {ELSEWHERE}")
    said = f"{error.strerror or error} ({error.filename or folder})"
    return kind(f"cannot write under {folder}: {said}; {remedy}")
