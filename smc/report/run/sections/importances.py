"""Which features the saved model leans on."""

from smc.report.document import Section, Table
from smc.report.text import is_number, percent
from smc.report.view import RunView

N_LISTED = 10


def section(view: RunView) -> Section | None:
    """List the most important features."""
    features = ranked(view)
    if not features:
        return None
    rows = [
        (str(place), name, percent(share)) for place, (name, share) in enumerate(features[:N_LISTED], start=1)
    ]
    table = Table(("", "feature", "share"), rows, n_text=2)
    return Section(
        "Feature importances", [f"{len(features)} features are in use by the saved model."], [table]
    )


def ranked(view: RunView) -> list[tuple[str, float]]:
    """Features by their share of the total importance, largest first, without those that have none."""
    pairs = [
        (str(each.get("feature")), each.get("importance"))
        for each in view.record.get("feature_importance") or []
    ]
    sizes = {name: abs(value) for name, value in pairs if is_number(value) and value}
    total = sum(sizes.values())
    return sorted(
        ((name, size / total) for name, size in sizes.items()), key=lambda pair: (-pair[1], pair[0])
    )
