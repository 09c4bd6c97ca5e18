"""How many independent trials a sweep of correlated configurations amounts to."""

import numpy.typing as npt

from smc.arguments import check_choice
from smc.stats.panel import check_panel, standardised, varies


def effective_trials(panel: npt.ArrayLike, *, convention: str = "average_correlation") -> float:
    """Return the number of independent trials that the columns amount to, in [1, N].

    Constant columns are no trials and are left out; 0 if no column varies.

    Parameters
    ----------
    panel
        Returns, one row a period, one column a configuration.
    convention
        ``average_correlation``: rho + (1 - rho) N, rho the mean correlation between two columns, at least 0.
        Default: with it, Sidak's bound keeps its level for the best of 100 equicorrelated trials.
        ``participation_ratio``: N^2 / (sum of squared correlations), the number of equal eigenvalues that
        would spread as far; lower where the columns form clusters, and biased down by noise unless the rows
        are many more than the columns.

    References
    ----------
    Bailey and López de Prado (2014), "The deflated Sharpe ratio", Journal of Portfolio Management 40(5),
    appendix A.3 (average correlation). Bretherton et al. (1999), "The effective number of spatial degrees of
    freedom", Journal of Climate 12 (participation ratio).

    >>> import numpy as np
    >>> noise = np.random.default_rng(0).normal(size=(1000, 4))
    >>> copies = noise[:, [0, 0, 0, 1]]
    >>> round(effective_trials(noise), 1), round(effective_trials(copies), 1)
    (4.0, 2.5)
    >>> round(effective_trials(copies, convention="participation_ratio"), 1)
    1.6
    """
    check_choice("convention", convention, ["average_correlation", "participation_ratio"])
    values = check_panel(panel)
    scaled = standardised(values[:, varies(values)])
    n_rows, n_trials = scaled.shape
    if n_trials <= 1:
        return float(n_trials)
    correlation = scaled.T @ scaled / n_rows
    if convention == "participation_ratio":
        return float(n_trials**2 / (correlation**2).sum())
    mean = (correlation.sum() - n_trials) / (n_trials * (n_trials - 1))
    mean = min(max(mean, 0.0), 1.0)
    return float(mean + (1 - mean) * n_trials)
