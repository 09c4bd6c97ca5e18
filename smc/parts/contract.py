"""The contract of a kind in plain text: the docstrings of its protocol, and the laws that are asked."""

import inspect
from collections.abc import Iterator
from textwrap import indent

from smc.config.interface import attributes_of, methods_of
from smc.parts.kinds import Kind
from smc.parts.laws import laws_of
from smc.parts.recognise import contract_of


def contract(kind: Kind) -> str:
    """Write what a part of a kind is given, what must come back, and what must never happen."""
    place = f"{kind.group}.{kind.entry}.<name>" if kind.entry else kind.group
    title = f"{kind.name} (in a configuration: {place})"
    laws = "\n".join(f"  - {law.sentence}" for law in laws_of(kind))
    return "\n".join(
        [
            f"{title}\n{'=' * len(title)}\n",
            f"{inspect.getdoc(contract_of(kind))}\n",
            *_members(contract_of(kind)),
            f"Laws that python -m smc.check asks\n{'-' * 34}\n{laws}\n",
            f"Begin with: python -m smc.new {kind.name} NAME\n",
        ]
    )


def _members(protocol: type) -> Iterator[str]:
    for name in attributes_of(protocol):
        yield f"{name}\n{indent(inspect.getdoc(inspect.getattr_static(protocol, name)) or '', '    ')}\n"
    for name in methods_of(protocol):
        method = getattr(protocol, name)
        arguments = ", ".join(list(inspect.signature(method).parameters)[1:])
        yield f"{name}({arguments})\n{indent(inspect.getdoc(method) or '', '    ')}\n"
