"""What is never written down: passwords, tokens, webhooks, and the parts of an address that open it.

A secret is told by the key that it stands under, in a configuration or in an address, and never by what it
looks like. What was met once is remembered by the process, so that a library's own text, such as a traceback,
can be shown without it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

#: Stands where a secret was: a whole value, a part of an address.
HIDDEN, HIDDEN_PART = "(hidden)", "***"

#: Last words of the keys whose values are secret, whatever stands before them; counts of tokens are none.
SECRET_KEY = re.compile(
    r"(?!(?:n|max|min|num)_)(?:.*_)?"
    r"(?:password|passwd|passphrase|pwd|secret|token|credential|authorization|auth|bearer|cookie|webhook|dsn"
    r"|connection_string|apikey|(?:api|access|account|auth|encryption|license|private|shared|signing)_?key)"
    r"s?(?:_(?:address|string|text|uri|url|value))?"
)
#: Of the query of an address, further ones.
SECRET_IN_QUERY = re.compile(r"key|sig|signature|code|pass", re.IGNORECASE)
#: Keys that hold an address; one in which no scheme can be told from a password is hidden as a whole.
ADDRESS_KEY = re.compile(r"(?:.*_)?(?:url|uri|address|endpoint|server|proxy)")

ADDRESS = re.compile(r"[A-Za-z][\w+.-]*://[^\s\"'<>]*")
WEB = re.compile(r"https?://", re.IGNORECASE)
#: A key within a value, as typed: {token: x}, {'token': x}, token=x.
KEY_INSIDE = re.compile(r"([\w-]+)['\"]?\s*[:=]")
#: Characters of a remembered secret: a shorter one would be found in every text. One under twelve is looked
#: for as a whole word.
SHORTEST, SHORTEST_WITHIN_WORDS = 4, 12

_met: set[str] = set()


def is_secret(key: object) -> bool:
    """Tell whether what stands under a key is a secret.

    >>> [is_secret(key) for key in ("password", "slackWebhook", "API-KEY", "max_tokens", "hidden_dim", "key")]
    [True, True, True, False, False, False]
    """
    return _is_secret(str(key))


@lru_cache(2**12)
def _is_secret(key: str) -> bool:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).replace("-", "_").lower()
    return SECRET_KEY.fullmatch(words) is not None


def hidden(value: Any, key: object = "") -> Any:
    """Copy plain data with every secret hidden; what is null, or hidden already, stays as it is.

    Parameters
    ----------
    key
        Under which the value stands.

    >>> hidden({"ledger": {"url": "postgresql://me:abc@host/smc"}, "monitor": {"webhook": "https://a/b"}})
    {'ledger': {'url': 'postgresql://me:***@host/smc'}, 'monitor': {'webhook': '(hidden)'}}
    """
    if value is None or isinstance(value, bool):
        return value
    if is_secret(key):
        return HIDDEN
    if isinstance(value, Mapping):
        return {name: hidden(item, name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(item, key) for item in value]
    if not isinstance(value, str):
        return value
    is_address = ADDRESS_KEY.fullmatch(str(key).lower()) is not None
    if is_address and "@" in value and "://" not in value:
        return HIDDEN
    return hidden_address(value) if is_address else _without_keys(value)


def _without_keys(text: str) -> str:
    return ADDRESS.sub(lambda found: hidden_address(found[0]), text)


def is_hidden(value: object) -> bool:
    """Tell whether a secret stood in a value of a configuration."""
    traces = (HIDDEN, f"{HIDDEN_PART}@", f"={HIDDEN_PART}", f"/{HIDDEN_PART}")
    return isinstance(value, str) and any(trace in value for trace in traces)


def hidden_address(address: str) -> str:
    """Hide what opens an address: the password before its host, a name without one, and secrets of its query.

    It need not be well-formed.

    >>> hidden_address("postgresql://me:p@ss/w@host/smc?password=x&timeout=3")
    'postgresql://me:***@host/smc?password=***&timeout=3'
    """
    scheme, mark, rest = address.partition("://")
    user, at, place = rest.rpartition("@")
    name, colon, _ = user.partition(":")
    shown = f"{name}:{HIDDEN_PART}" if colon else HIDDEN_PART
    return f"{scheme}{mark}{shown if at else ''}{at}{_hidden_query(place)}"


def hidden_override(override: str) -> str:
    """Hide what an override of the command line says of a secret; of a web address all behind its host.

    >>> hidden_override("monitor.webhook=https://hooks.example/T0"), hidden_override("seed=1")
    ('monitor.webhook=(hidden)', 'seed=1')
    >>> hidden_override("monitor.webhok=https://hooks.example/T0")
    'monitor.webhok=https://hooks.example/***'
    """
    key, equals, value = override.partition("=")
    inside = any(is_secret(name) for name in KEY_INSIDE.findall(value))
    if equals and (inside or hidden(value, _last(key)) == HIDDEN):
        return f"{key}={HIDDEN}"
    return ADDRESS.sub(lambda found: _hidden_path(hidden_address(found[0])), override)


def meet(value: Any, key: object = "") -> None:
    """Remember the secrets of plain data, to find them in texts that are not made here."""
    _met.update(form for secret in _secrets(value, key) if len(secret) >= SHORTEST for form in _forms(secret))


def meet_override(override: str) -> None:
    """Remember what an override says of a secret, however it is quoted, and whether or not it can be read."""
    key, _, value = override.partition("=")
    stripped = value.strip("'\"")
    meet(stripped, _last(key))
    for name, rest in re.findall(r"([\w-]+)['\"]?\s*[:=]\s*([^,}&]*)", value):
        meet(rest.strip(" '\""), name)
    for address in ADDRESS.findall(value):
        _, mark, path = WEB.sub("", address).partition("/") if WEB.match(address) else ("", "", "")
        meet(f"{mark}{path}" if path else address, "token" if path else "")


def hidden_text(text: str) -> str:
    """Hide what opens the addresses in a text, and every secret that this process has met."""
    for secret in sorted(_met, key=len, reverse=True):
        if secret in text:
            whole = "" if len(secret) >= SHORTEST_WITHIN_WORDS else r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
            pattern = (whole or "{}").format(re.escape(secret))
            text = re.sub(pattern, HIDDEN, text)
    return _without_keys(text)


def hidden_sentences(value: Any) -> Any:
    """Copy plain data with `hidden_text` of its texts of several words, which a library may have written."""
    if isinstance(value, Mapping):
        return {name: hidden_sentences(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [hidden_sentences(item) for item in value]
    return hidden_text(value) if isinstance(value, str) and " " in value else value


def forget() -> None:
    """Forget what was met."""
    _met.clear()


def _secrets(value: Any, key: object, *, under: bool = False) -> Iterator[str]:
    """Give the secrets of plain data, and those within its addresses."""
    under = under or is_secret(key)
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _secrets(item, name, under=under)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item, key, under=under)
    elif value is not None and not isinstance(value, bool):
        text = str(value)
        if text in (HIDDEN, HIDDEN_PART):
            return
        if under or (hidden(text, key) == HIDDEN):
            yield text
        if "://" in text:
            yield from _of_address(text)


def _of_address(address: str) -> Iterator[str]:
    user, _, place = address.partition("://")[2].rpartition("@")
    name, colon, password = user.partition(":")
    yield password if colon else name
    yield from (value for name, value in _query(place) if _is_secret_in_query(name))


def _query(place: str) -> list[tuple[str, str]]:
    return re.findall(r"[?&;#]([^?&;#=]+)=([^&;#]*)", place)


def _hidden_query(place: str) -> str:
    return re.sub(
        r"([?&;#])([^?&;#=]+)=([^&;#]*)",
        lambda found: f"{found[1]}{found[2]}={HIDDEN_PART}" if _is_secret_in_query(found[2]) else found[0],
        place,
    )


def _is_secret_in_query(name: str) -> bool:
    return is_secret(name) or SECRET_IN_QUERY.fullmatch(name) is not None


def _hidden_path(address: str) -> str:
    host = re.match(r"https?://[^/?#]*", address, re.IGNORECASE)
    return address if host is None or host.end() >= len(address) - 1 else f"{host[0]}/{HIDDEN_PART}"


def _forms(secret: str) -> set[str]:
    """Return how a text may write a secret: as it is, as an address or a quotation escapes it."""
    plain = unquote(secret)
    forms = {secret, plain, quote(plain), quote(plain, safe=""), repr(plain)[1:-1], json.dumps(plain)[1:-1]}
    return {form for form in forms if len(form) >= SHORTEST}


def _last(key: str) -> str:
    return re.split(r"[./]", key.lstrip("+~"))[-1]
