"""Sections of a report as a notebook shows them."""

from collections.abc import Iterable

from smc.report.document import Section
from smc.report.html.blocks import section_block
from smc.report.html.markup import Html, tag

#: Of these sections alone: the style of a notebook stays what it is.
STYLE = (
    ".smc section{margin:0 0 1em} .smc h3{margin:.6em 0 .3em;font-size:1.05em} .smc .scroll{overflow-x:auto} "
    ".smc ul{margin:.2em 0;padding-left:1.2em} .smc th,.smc td{text-align:left;padding:.15em .8em .15em 0;"
    "font-weight:normal;vertical-align:top} .smc thead th{opacity:.65} "
    ".smc .figure{text-align:right;font-variant-numeric:tabular-nums}"
)


def in_notebook(sections: Iterable[Section]) -> str:
    """Return HTML for the output of a cell; text cannot become markup.

    >>> in_notebook([Section("Runs", ["a < b"])]).partition("</style>")[2]
    '<section><h3>Runs</h3><ul><li>a &lt; b</li></ul></section></div>'
    """
    return tag("div", tag("style", Html(STYLE)), *map(section_block, sections), class_="smc")
