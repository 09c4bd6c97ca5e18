"""Feature selection by clusters of features that tell the same."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from smc.arguments import check_fraction
from smc.feature_selection.selector import Selector
from smc.typing import BoolArray, FloatArray, Spans


class Correlation(Selector):
    """Keep one feature of each cluster whose members follow each other.

    Features are clustered by the size of their rank correlation (average linkage, distance 1 - abs(rho)); of
    each cluster the one that follows the label best, up or down, is kept. It removes what is told twice, not
    what is noise: a feature that nothing resembles stays.

    Parameters
    ----------
    threshold
        Clusters are joined while their mean correlation is at least this. 0.9: two features share 80 % of
        the variance of their ranks.

    References
    ----------
    López de Prado (2020), Machine Learning for Asset Managers, chapters 4 and 6.
    """

    def __init__(self, *, threshold: float = 0.9) -> None:
        check_fraction("threshold", threshold)
        self.threshold = threshold

    def _choose(
        self,
        X: FloatArray,
        y: np.ndarray,
        weight: FloatArray,  # noqa: ARG002
        spans: Spans | None,  # noqa: ARG002
    ) -> tuple[FloatArray, BoolArray]:
        ranks = rankdata(np.column_stack([X, y]), axis=0)
        with np.errstate(invalid="ignore"):  # labels of one class have no rank correlation
            size = np.nan_to_num(np.abs(np.corrcoef(ranks, rowvar=False)))
        between, scores = size[:-1, :-1], size[:-1, -1]
        distance = squareform(1.0 - np.minimum(between, 1.0), checks=False)
        cluster = fcluster(linkage(distance, "average"), 1.0 - self.threshold, "distance")
        best = np.zeros(len(scores), dtype=bool)
        for name in np.unique(cluster):
            members = np.flatnonzero(cluster == name)
            best[members[np.argmax(scores[members])]] = True
        return scores, best
