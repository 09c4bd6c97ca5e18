"""The warnings of a run in words, those about undefined figures put into one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smc.results.record import Warned
from smc.results.return_scheme import OLD_RETURNS, is_of_today

#: Undefined figures that are named.
N_NAMED = 3
UNDEFINED = "not_finite"


def notices(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return reason code and sentence of each warning.

    A figure that is undefined (a precision where nothing was predicted positive) is saved as null with a
    warning of its own; together they are one notice here. So are warnings of several fits for one reason: the
    sentence of the first, and the names of the others. Members of an ensemble have a notice each. A run of an
    earlier version says first that its returns are of the old kind.

    >>> wide, undefined = {"reason": "gap", "sentence": "Wide."}, {"reason": "not_finite", "field": "auc"}
    >>> fits = ("fold 1", "fold 4", "fold 4")
    >>> late = [{"reason": "timeout", "fit": fit, "sentence": "Late."} for fit in fits]
    >>> notices({"warnings": [*late, wide, undefined], "return_scheme": "simple"})
    [('timeout', 'fold 1: Late. Likewise in fold 4.'), ('gap', 'Wide.'),
     ('not_finite', '1 undefined figure, saved as null: auc')]
    """
    warnings = record.get("warnings") or []
    undefined = [str(warning.get("field")) for warning in warnings if warning.get("reason") == UNDEFINED]
    rows = [] if is_of_today(record) else [("old_returns", OLD_RETURNS)]
    rows += list(_by_reason(warning for warning in warnings if warning.get("reason") != UNDEFINED))
    if undefined:
        more = f" and {len(undefined) - N_NAMED} more" if len(undefined) > N_NAMED else ""
        figures = f"{len(undefined)} undefined figure{'s' * (len(undefined) > 1)}, saved as null"
        rows.append((UNDEFINED, f"{figures}: {', '.join(undefined[:N_NAMED])}{more}"))
    return rows


def sentences(record: Mapping[str, Any]) -> list[str]:
    """Return the sentence of each notice, but for that on undefined figures."""
    return [sentence for reason, sentence in notices(record) if reason != UNDEFINED]


def _by_reason(warnings: Iterable[Warned]) -> Iterator[tuple[str, str]]:
    """Give reason and sentence of each warning, once for all fits that share the reason."""
    groups: dict[object, list[Warned]] = {}
    for number, warning in enumerate(warnings):
        kind = warning["reason"], warning.get("member"), warning.get("watch")
        groups.setdefault(kind if "fit" in warning else number, []).append(warning)
    for first, *others in groups.values():
        fits = dict.fromkeys(other.get("fit", "") for other in others)
        more = f" Likewise in {', '.join(fits)}." if others else ""
        yield str(first.get("reason")), _sentence(first) + more


def _sentence(warning: Warned) -> str:
    sentence = warning.get("sentence") or warning.get("message") or ""
    place = warning.get("symbol") or warning.get("fit")
    n_fits = warning.get("n_fits", 1)
    more = f" So it was in {n_fits} fits of {warning.get('member')} there." if n_fits > 1 else ""
    return (f"{place}: {sentence}" if place else sentence) + more
