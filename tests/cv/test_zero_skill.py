"""What purging is for: a model without skill must not seem to have any."""

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier

from smc.cv.purged_kfold import PurgedKFold

N_EVENTS, LABEL_SIZE, FOLD_SIZE = 400, 20, 10
N_SPLITS = N_EVENTS // FOLD_SIZE


def no_skill(seed):
    """Slow random walks as features, the sign of another random walk's next 20 bars as label."""
    rng = np.random.default_rng(seed)
    price = rng.normal(size=N_EVENTS + LABEL_SIZE + 1).cumsum()
    X = rng.normal(size=(N_EVENTS, 4)).cumsum(axis=0)
    start = np.arange(1, N_EVENTS + 1)
    y = price[start + LABEL_SIZE] > price[start]
    return X, y, np.column_stack([start, start + LABEL_SIZE - 1])


def mean_auc(split, n_markets=30):
    """Average AUC of a nearest-neighbour model over markets without skill."""
    scores = []
    for seed in range(n_markets):
        X, y, spans = no_skill(seed)
        p = np.empty(N_EVENTS)
        for train, test in split(X, spans):
            p[test] = KNeighborsClassifier(10).fit(X[train], y[train]).predict_proba(X[test])[:, 1]
        scores.append(roc_auc_score(y, p))
    return np.mean(scores)


def one_sided(X, spans):
    """Purge before the block only, as one public library does."""
    for train, test in KFold(N_SPLITS).split(X):
        before = train[spans[train, 1] < spans[test[0], 0]]
        yield np.concatenate([before, train[train > test[-1]]]), test


def test_small_folds_without_purge_find_skill_in_noise_and_purged_folds_do_not():
    assert mean_auc(lambda X, spans: KFold(N_SPLITS).split(X)) > 0.7
    assert mean_auc(one_sided) > 0.55
    assert mean_auc(lambda X, spans: PurgedKFold(N_SPLITS, embargo_size=0).split(X, groups=spans)) < 0.5
    assert mean_auc(lambda X, spans: PurgedKFold(N_SPLITS).split(X, groups=spans)) < 0.5
