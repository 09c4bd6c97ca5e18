"""The code of one's own that a configuration names: its classes and all that they import, by content.

Nothing is executed to find it: imports are read from the sources, those inside functions too, and each module
is looked up as Python would look it up.
"""

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import resolve_name
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from smc.blame import is_installed
from smc.fingerprint import content_hash

#: Packages that a configuration may name without being asked, whose versions count instead of their sources.
LIBRARIES = frozenset({"smc", "sklearn", "imblearn", "xgboost", "lightgbm", "pytorch_lightning", "optuna"})
#: Packages, and functions of pandas, that read files or the network without Python's own `open`.
UNSEEN_PACKAGES = frozenset(
    {"pyarrow", "polars", "duckdb", "h5py", "tables", "netCDF4", "ctypes", "cffi", "subprocess"}
    | {"socket", "urllib", "http", "requests", "httpx", "aiohttp"}
)
UNSEEN_FUNCTIONS = frozenset({"read_parquet", "read_feather", "read_orc", "read_hdf"})


def own_targets(value: Any) -> Iterator[str]:
    """Give the dotted path of each class of one's own that plain data name, in their order."""
    if isinstance(value, dict):
        target = value.get("_target_")
        if isinstance(target, str) and _package(target) not in LIBRARIES:
            yield target
        for item in value.values():
            yield from own_targets(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from own_targets(item)


def own_code(value: Any) -> dict[str, str]:
    """Hash the code of one's own that plain data name: SHA-256 of the content, by module name.

    The modules are those that hold the classes, every module that these import, and so on, outside installed
    packages and the standard library. A class without a file, as in a notebook, counts by its compiled
    functions.
    """
    hashes = {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in own_modules(value).items()
    }
    for target in own_targets(value):
        module, _, name = target.rpartition(".")
        if module not in hashes and module in sys.modules:
            hashes[target] = _hash_of_functions(getattr(sys.modules[module], name, None))
    return dict(sorted(hashes.items()))


def own_modules(value: Any) -> dict[str, Path]:
    """Return the files of `own_code` by module name."""
    named = {target.rpartition(".")[0] for target in own_targets(value)}
    packages = frozenset(map(_package, named))
    waiting, seen, files = sorted(named), set[str](), dict[str, Path]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += _parents(name)
        spec = _spec(name)
        if spec is None or not spec.origin or not is_own(name, Path(spec.origin), packages):
            continue
        files[name] = Path(spec.origin)
        waiting += imports_of(files[name], name)
    return files


def imports_of(path: Path, module: str) -> Iterator[str]:
    """Give what a module may import: of ``from a import b`` both a and a.b, which may be a module."""
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute("." * node.level + (node.module or ""), package)
            if base:
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _name_of(node.func) in ("import_module", "__import__"):
            names = [item.value for item in node.args[:1] if isinstance(item, ast.Constant)]
            yield from filter(None, (_absolute(name, package) for name in names if isinstance(name, str)))


def unseen_readers(value: Any) -> list[str]:
    """Name what code of one's own uses that reads files, or the network, past Python's audit hook."""
    names = {
        name
        for path in own_modules(value).values()
        for node in ast.walk(_tree(path))
        for name in _mentioned(node)
    }
    return sorted({_package(name) for name in names} & UNSEEN_PACKAGES | names & UNSEEN_FUNCTIONS)


def is_own(name: str, path: Path, packages: frozenset[str] = frozenset()) -> bool:
    """Tell whether a module is code of one's own: of no library, or of an installed package that is named."""
    package = _package(name)
    if package in LIBRARIES or package in sys.stdlib_module_names or not path.is_file():
        return False
    return package in packages or not is_installed(path)


def _package(name: str) -> str:
    return name.partition(".")[0]


def _parents(name: str) -> list[str]:
    """Return the packages around a module, which are imported with it."""
    parts = name.split(".")
    return [".".join(parts[:size]) for size in range(1, len(parts))]


def _spec(name: str) -> ModuleSpec | None:
    """Look a module up, among those that are loaded first; its parents are looked up and not imported."""
    loaded = getattr(sys.modules.get(name), "__spec__", None)
    if loaded is not None:
        return loaded
    parent = name.rpartition(".")[0]
    path = None
    if parent:
        spec = _spec(parent)
        if spec is None or spec.submodule_search_locations is None:
            return None
        path = list(spec.submodule_search_locations)
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, path)
        except KeyError:  # a folder without __init__.py, whose package is not loaded
            spec = _namespace(name, path or ())
        except (AttributeError, ImportError, ValueError):
            continue
        if spec is not None:
            return spec
    return None


def _namespace(name: str, path: Iterable[str]) -> ModuleSpec:
    """Describe a package that is a folder and nothing else."""
    spec = ModuleSpec(name, None, is_package=True)
    folders = [Path(place, name.rpartition(".")[2]) for place in path]
    spec.submodule_search_locations = [str(folder) for folder in folders if folder.is_dir()]
    return spec


def _tree(path: Path) -> ast.AST:
    """Parse a source file; nothing of one that is compiled, or that Python refuses."""
    try:
        return ast.parse(path.read_bytes() if path.suffix == ".py" else "")
    except SyntaxError:
        return ast.Module([], [])


def _mentioned(node: ast.AST) -> Iterator[str]:
    """Give the names of modules and functions in a node."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield getattr(node, "module", None) or ""
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.Attribute):
        yield node.attr


def _absolute(name: str, package: str) -> str:
    """Resolve a name that may be relative; "" where it leads out of the top package."""
    try:
        return resolve_name(name, package)
    except ImportError:
        return ""


def _name_of(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _hash_of_functions(cls: Any) -> str:
    """Hash the compiled functions of a class that has no file."""
    functions = {name: item.__code__ for name, item in vars(cls).items() if isinstance(item, FunctionType)}
    return content_hash({name: _content(code) for name, code in functions.items()})


def _content(value: Any) -> Any:
    """Write what a function computes as plain data: instructions, names and constants, nested ones too."""
    if isinstance(value, CodeType):
        return [value.co_code.hex(), value.co_names, [_content(item) for item in value.co_consts]]
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)
