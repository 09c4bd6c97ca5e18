"""Whose code raised an error: a class of one's own, smc itself, or a library."""

import inspect
import os
import site
import sysconfig
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

#: Environment variable: packages of one's own that a configuration may name, installed or not.
ALLOW = "SMC_ALLOW"
#: smc's own sources.
PACKAGE = Path(__file__).parent
#: Characters of a foreign message that are passed on.
MAX_MESSAGE = 400


@dataclass(frozen=True)
class Culprit:
    """The code that was at work when an error was raised.

    Attributes
    ----------
    name
        Class and method that smc called, or a function of smc.
    file, line
        Where it had got to.
    is_own
        Whether it is code of one's own; else it is smc's.
    """

    name: str
    file: str
    line: int
    is_own: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.file}, line {self.line})"

    @property
    def facts(self) -> dict[str, Any]:
        """All that is known, as plain data."""
        return asdict(self)


def culprit_of(error: BaseException) -> Culprit | None:
    """Find the code of one's own that smc called when an error was raised, or else smc's own line.

    Of a chain of errors the first counts that has a frame of one's own. What called smc, such as a notebook,
    is none. None where neither was at work.
    """
    chain = list(_chain(error))
    found = [_own(each) for each in chain] + [_of_smc(each) for each in chain]
    return next((culprit for culprit in found if culprit), None)


def described(error: BaseException) -> str:
    """Say in one line what was raised, and by whom if it was code of one's own.

    >>> described(KeyError("close"))
    "KeyError: 'close'"
    """
    message = " ".join(str(error).split())[:MAX_MESSAGE]
    said = f"{type(error).__name__}: {message}" if message else type(error).__name__
    culprit = culprit_of(error)
    return f"{culprit} raised {said}" if culprit and culprit.is_own else said


def place_of(component: object, method: str) -> str:
    """Say where a method of a component is written: class, method, file and line.

    >>> from smc.events.every import Every
    >>> place_of(Every(), "compute")
    'Every.compute (every.py, line ...)'
    """
    cls = component if isinstance(component, type) else type(component)
    found: Any = inspect.unwrap(getattr(cls, method, cls))
    function: Any = found.fget if isinstance(found, property) else found
    try:
        file = inspect.getsourcefile(cls)
        if inspect.getsourcefile(function) != file:  # inherited
            function = cls
        line = inspect.getsourcelines(function)[1]
    except (OSError, TypeError):  # of a notebook, or compiled
        return f"{cls.__name__}.{method}"
    return f"{cls.__name__}.{method} ({Path(file or '').name}, line {line})"


def allowed_by_user() -> tuple[str, ...]:
    """Return the module prefixes that the user trusts, beside those that smc does."""
    return _listed(os.environ.get(ALLOW, ""))


@cache
def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def is_installed(path: Path) -> bool:
    """Tell whether a file belongs to Python, to an installed package, or to smc."""
    return any(path.is_relative_to(place) for place in _places_of_packages())


@cache
def _places_of_packages() -> frozenset[Path]:
    paths = sysconfig.get_paths()
    places = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return frozenset(
        Path(place) for place in (*places, *site.getsitepackages(), site.getusersitepackages(), PACKAGE)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error, what caused it, what caused that, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _own(error: BaseException) -> Culprit | None:
    """Return the method of one's own that smc called, at the last line of one's own that was reached."""
    frames = list(traceback.walk_tb(error.__traceback__))
    first = next((number for number, (frame, _) in enumerate(frames) if _is_of_smc(frame)), len(frames))
    own = [(frame, line) for frame, line in frames[first:] if _is_own(frame)]
    if not own:
        return None
    (called, _), (reached, line) = own[0], own[-1]
    return Culprit(_name(called), _short(reached.f_code.co_filename), line, is_own=True)


def _of_smc(error: BaseException) -> Culprit | None:
    """Return the last line of smc that was reached."""
    frames = [each for each in traceback.walk_tb(error.__traceback__) if _is_of_smc(each[0])]
    if not frames:
        return None
    frame, line = frames[-1]
    return Culprit(frame.f_code.co_qualname, _short(frame.f_code.co_filename), line, is_own=False)


def _is_of_smc(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).is_relative_to(PACKAGE)


def _is_own(frame: FrameType) -> bool:
    """Tell whether a frame is code of one's own, a notebook's cell among them."""
    name, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__", ""))
    if _is_of_smc(frame) or name == "<string>" or name.startswith("<frozen"):
        return False
    is_allowed = any(f"{module}.".startswith(f"{own}.") for own in allowed_by_user())
    return is_allowed or not is_installed(Path(name))


def _name(frame: FrameType) -> str:
    """Name a method by the class of its object, which may have inherited it."""
    code = frame.f_code
    owner = frame.f_locals.get("self") if code.co_varnames[:1] == ("self",) else None
    return code.co_qualname if owner is None else f"{type(owner).__name__}.{code.co_name}"


def _short(file: str) -> str:
    """Write a path from the working folder, or from smc's, if it lies there."""
    path = Path(file)
    for root in (Path.cwd(), PACKAGE.parent):
        if path.is_relative_to(root):
            return str(path.relative_to(root))
    return file
