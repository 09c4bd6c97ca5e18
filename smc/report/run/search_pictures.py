"""The charts of a search for parameters on the page of a run."""

from collections.abc import Iterator

from smc.report.html.blocks import Picture
from smc.report.html.charts.search_charts import choice_chart, history_chart, importance_chart
from smc.report.search import choices_of, history_of, importances_of
from smc.report.view import RunView

TRIALS = (
    "Search of the {}: losses on the inner folds, those far above at the edge; what was chosen has a ring. A "
    "trial that was pruned is a dash at the loss of the folds that it came to, one that failed a cross."
)
IMPORTANCE = "Search of the {}: share of the variance of its losses that a parameter explains alone."
BY_FOLD = "Values that each fold found for itself, the first on top, in the range that was looked at."


def search_pictures(view: RunView) -> Iterator[Picture]:
    """Give its trials, what its parameters explain, and what each fold chose, as far as there are such."""
    history, shares, choices = history_of(view), importances_of(view), choices_of(view)
    if history is None:
        return
    trials, importance = TRIALS.format(history.fit), IMPORTANCE.format(history.fit)
    yield Picture("search", "Trials of the search", trials, history_chart(history, trials))
    if shares:
        title = "What its parameters explain"
        yield Picture("importance", title, importance, importance_chart(shares, importance))
    if choices:
        yield Picture("choices", "Choice by fold", BY_FOLD, choice_chart(choices, BY_FOLD))
