"""HTML and SVG in which text cannot become markup."""

from collections.abc import Iterable

from smc.outside.escape import markup

#: Elements that have no end tag.
VOID = ("br", "img", "input", "meta")


class Html(str):
    """Text that is markup already; all other text is escaped when it is put into an element."""

    __slots__ = ()


def tag(element: str, /, *children: str, **attributes: object) -> Html:
    """Return an element.

    Parameters
    ----------
    children
        `Html` as it is, other text escaped.
    attributes
        A trailing ``_`` is dropped, another becomes ``-``. None and False leave the attribute out.

    >>> tag("p", "a < b", tag("b", "c"), class_="note", aria_label='"q"', hidden=True)
    '<p class="note" aria-label="&quot;q&quot;" hidden>a &lt; b<b>c</b></p>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    end = "" if element in VOID else f"</{element}>"
    return Html(f"<{element}{written}>{joined(children)}{end}")


def joined(parts: Iterable[str]) -> Html:
    """Put parts one after another; those that are not markup are escaped.

    >>> joined([tag("br"), "&"])
    '<br>&amp;'
    """
    return Html("".join(part if isinstance(part, Html) else markup(part) for part in parts))


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{markup(_number(value))}"'


def _number(value: object) -> str:
    """Write coordinates in tenths: more digits only make the page larger."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
