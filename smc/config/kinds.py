"""Which classes of which modules a configuration may name: those of the groups' folders, and estimators."""

from smc import interfaces
from smc.artifact.trusted import LIBRARIES
from smc.config.interface import IN_MAPS, INTERFACES, Interface
from smc.features.family import Family, MachineFamily

#: By folder of smc: what each of its classes may be.
OF_FOLDER = {
    **INTERFACES,
    **IN_MAPS,
    "features": Interface("set or family of features", interfaces.FeatureExtractor, Family),
    "launcher": Interface("launcher", interfaces.JobLauncher),
    "sweeper": Interface("search over runs", interfaces.RunSearch),
    "selection": Interface("rule of selection", interfaces.SelectionRule),
}
#: Classes of smc that stand in no folder of a group.
ELSEWHERE = frozenset({"smc.trials.ledger.Ledger", "smc.results.kept_bars.KeptBars"})


def lacks_kind(cls: type) -> str:
    """Say why a class of smc or of a library is none that a configuration may name; "" if it is.

    >>> from smc.monitor.webhook import Webhook
    >>> lacks_kind(Webhook)
    'it is no watch'
    """
    package, _, rest = cls.__module__.partition(".")
    if package in LIBRARIES:
        return "" if _is_estimator(cls) else "it is no estimator, splitter or kernel"
    if package != "smc" or f"{cls.__module__}.{cls.__qualname__}" in ELSEWHERE:
        return ""
    folder, _, module = rest.partition(".")
    if folder not in OF_FOLDER or not module or "." in module:
        return "it stands in no folder of a group"
    kind = OF_FOLDER[folder]
    is_one = not kind.lacks(cls) or (folder == "features" and issubclass(cls, MachineFamily))
    return "" if is_one and not cls.__name__.startswith("_") else f"it is no {kind.noun}"


def _is_estimator(cls: type) -> bool:
    from sklearn.base import BaseEstimator
    from sklearn.gaussian_process.kernels import Kernel
    from sklearn.model_selection import BaseCrossValidator

    return issubclass(cls, BaseEstimator | BaseCrossValidator | Kernel)
