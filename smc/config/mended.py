"""What was probably meant by words that are no overrides: typeset quotes, spaces, brackets, doubled signs."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hydra.errors import HydraException

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

#: Typeset signs, and what a keyboard has in their place.
KEYBOARD = str.maketrans(
    {
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("–—−‐‑", "-"),
        "＝": "=",
        "，": ",",
        "：": ":",
        "\N{NO-BREAK SPACE}": " ",
    }
)
#: A whole word, or a value, in brackets of any kind.
IN_BRACKETS = re.compile(r"[\[({](.*)[\])}]")
IN_QUOTES = re.compile(r"""(["'])(.*)\1""")
KEY_AND_VALUE = re.compile(r"([^=:]+?)\s*(?::?=+|:)\s*(.*)")
#: What stands between two overrides.
BETWEEN = re.compile(r"[\s,;&]+")


def parse_override(text: str) -> "Override | None":
    """Parse an override; None if it is none."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    try:
        return OverridesParser.create().parse_override(text)
    except (HydraException, AssertionError):
        return None


def mended(text: str, options: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return the overrides that were probably meant by a text that cannot be read, as a shell takes them.

    Parameters
    ----------
    options
        Of each group: a mended choice is one that there is.

    >>> known = {"model": {"xgboost": ""}, "reg": {"tiny": ""}}
    >>> [mended(text, known) for text in ("model==xgboost", "model=“xgboost”", "{model: xgboost}")]
    ['model=xgboost', 'model=xgboost', 'model=xgboost']
    >>> mended("model=xgboost reg=tiny", known), mended("model/xgboost", known), mended("model=[a", known)
    ('model=xgboost reg=tiny', 'model=xgboost', None)
    """
    plain = text.translate(KEYBOARD).strip()
    inside = IN_BRACKETS.fullmatch(plain)
    plain = inside[1].strip() if inside and KEY_AND_VALUE.fullmatch(inside[1]) else plain
    words = [word for word in BETWEEN.split(plain) if word]
    if len(words) < 2 or not all(map(parse_override, words)):
        words = [_mended_word(plain.rstrip(",;").rstrip(), options)]
    if words == [text] or not all(_is_right(word, options) for word in words):
        return None
    return " ".join(map(shlex.quote, words))


def spaced_out(words: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    """Give overrides that spaces have cut, as the words that they were cut into, and as they are typed.

    >>> list(spaced_out(["model", "=", "lstm", "seed=0,", "1", "reg=tiny"]))
    [(['model', '=', 'lstm'], 'model=lstm'), (['seed=0,', '1'], 'seed=0,1')]
    """
    rest = list(words)
    while rest:
        cut = [rest.pop(0)]
        while rest and (_goes_on(cut[-1]) or rest[0].startswith("=")) and not _is_whole(rest[0]):
            cut.append(rest.pop(0))
        if len(cut) > 1 and parse_override("".join(cut)):
            yield cut, "".join(cut)


def _goes_on(word: str) -> bool:
    """Tell whether a word is the beginning of a longer one."""
    _, sign, value = word.partition("=")
    return bool(sign) and (not value or word.endswith(",")) and word.count("=") == 1


def _is_whole(word: str) -> bool:
    return "=" in word.strip("=")


def _mended_word(word: str, options: Mapping[str, Mapping[str, str]]) -> str:
    found = KEY_AND_VALUE.fullmatch(word)
    if not found:
        group, _, option = word.replace("/", ".").rpartition(".")
        return f"{group}={option}" if option in options.get(group, ()) else word
    key = re.sub(r"\[(\w+)\]", r".\1", found[1])
    key = re.sub(r"\.{2,}", ".", key).strip("./-!")
    value = found[2]
    for within in (IN_BRACKETS, IN_QUOTES):
        match = within.fullmatch(value)
        value = match[match.lastindex or 0] if match else value
    return f"{key}={value}"


def _is_right(word: str, options: Mapping[str, Mapping[str, str]]) -> bool:
    """Tell whether a word can be read, and chooses an option that there is if it chooses one."""
    override = parse_override(word)
    if override is None or "=" not in word:
        return False
    return override.key_or_group not in options or str(override.value()) in options[override.key_or_group]
