"""Classes of one's own as they are when they are first asked, with nothing kept of earlier calls."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

Part = TypeVar("Part", covariant=True)

#: Builds a part anew, of modules that are imported anew, for the length of a ``with`` block.
Fresh = Callable[[], AbstractContextManager[Part]]


@contextmanager
def fresh_modules(names: Collection[str]) -> Iterator[None]:
    """Forget modules for the length of the block, so that they are imported anew; then put them back.

    What a class keeps of its first call, in itself or in its module, is so kept from another call, and the
    objects of the run keep what is theirs.
    """
    put_aside = {name: sys.modules.pop(name) for name in names if name in sys.modules and name != "__main__"}
    try:
        yield
    finally:
        for name in names:
            if name != "__main__":
                sys.modules.pop(name, None)
        sys.modules.update(put_aside)
        for name, module in put_aside.items():
            package, _, last = name.rpartition(".")
            if package in sys.modules:
                setattr(sys.modules[package], last, module)
