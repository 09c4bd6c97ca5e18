"""Text from outside, made harmless for the medium that it is written to: one function a medium.

Names of symbols, classes and features, notes and errors come from files and from other people's runs. They
may hold codes that move a terminal's cursor, marks that reverse the order of reading, or markup.
"""

import html
import re

from smc.outside.secrets import hidden_text

#: What undoes an escape, begins emphasis, a heading, a quotation or a list, or makes a link of brackets.
MARKDOWN = re.compile(r"[\\*]|(?<=\])[(\[:]|^[#>]|^[+-](?= )|(?<=^\d)[.)](?= )")


def printable(text: str) -> str:
    """Write one line for a terminal, or for any page: what is no character to be read becomes U+FFFD.

    That is an escape code, a mark that reverses the order of reading, half of a surrogate pair. Whatever
    separates words or lines becomes a space.

    >>> printable("idea\\x1b[2J 3")
    'idea\ufffd[2J 3'
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def terminal(text: str) -> str:
    """Write lines for a terminal, without the secrets that this process knows.

    >>> terminal("failed: \\x1b]0;owned\\x07\\n  see run.log")
    'failed: \ufffd]0;owned\ufffd\\n  see run.log'
    """
    return "\n".join(map(printable, hidden_text(text).split("\n")))


def markdown(text: str) -> str:
    """Write text so that no name or note in it becomes an element, a link, emphasis or a line of its own.

    >>> markdown("<b>[x](y) *")
    '&lt;b>[x]\\\\(y) \\\\*'
    """
    escaped = " ".join(printable(text).replace("&", "&amp;").replace("<", "&lt;").split())
    return MARKDOWN.sub(lambda found: f"\\{found[0]}", escaped)


def markup(text: str) -> str:
    """Write text for HTML and SVG, as content or as the value of an attribute.

    >>> markup('<script>"\\u202e')
    '&lt;script&gt;&quot;\ufffd'
    """
    return html.escape(printable(text))
