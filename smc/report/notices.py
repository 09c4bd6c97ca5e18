"""The warnings of a run in words, those about undefined figures put into one."""

from collections.abc import Mapping
from typing import Any

#: Undefined figures that are named.
N_NAMED = 3
UNDEFINED = "not_finite"


def notices(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return reason code and sentence of each warning.

    A figure that is undefined (a precision where nothing was predicted positive) is saved as null with a
    warning of its own; together they are one notice here.

    >>> wide, undefined = {"reason": "gap", "sentence": "Wide."}, {"reason": "not_finite", "field": "auc"}
    >>> notices({"warnings": [wide, undefined]})
    [('gap', 'Wide.'), ('not_finite', '1 undefined figure, saved as null: auc')]
    """
    warnings = record.get("warnings") or []
    undefined = [str(each.get("field")) for each in warnings if each.get("reason") == UNDEFINED]
    found = [
        (str(each.get("reason")), _sentence(each)) for each in warnings if each.get("reason") != UNDEFINED
    ]
    if undefined:
        more = f" and {len(undefined) - N_NAMED} more" if len(undefined) > N_NAMED else ""
        figures = f"{len(undefined)} undefined figure{'s' * (len(undefined) > 1)}, saved as null"
        found.append((UNDEFINED, f"{figures}: {', '.join(undefined[:N_NAMED])}{more}"))
    return found


def _sentence(warning: Mapping[str, Any]) -> str:
    sentence = warning.get("sentence") or warning.get("message") or ""
    return f"{warning['symbol']}: {sentence}" if warning.get("symbol") else sentence
