"""The house in figures: python tests/house/figures.py [--at CHECKOUT] [--static]

What is read from the text of ``smc/`` (``--static`` ends there):

modules at the root
    Files ``smc/*.py`` but for ``__init__``.
rooms
    Packages directly under ``smc/``.
layers
    Of the import-linter contract that puts them in order.
import cycles
    Circles among the children of one package, an import from anywhere within a child being an import of the
    child.
files
    Lines of each file but ``__init__``: median, 95th percentile, and how many have 40 lines or fewer.
function bodies
    Lines of each function without its signature and docstring: median and 95th percentile.
bare Any
    Share of the annotated parameters and returns of public functions and methods whose annotation is `Any`, or
    a union that holds it. A function is public if no name on its path starts with an underscore; constructors
    are.
words
    Tokens in ``smc/`` and ``tests/`` that are a name in Python and one of `WORDS`: comments, docstrings and
    strings do not count.

What is seen in a run of one small simulated symbol, in a process for each model:

frames to the fit
    Frames of smc on the stack, from `train` on, when the first fit of the library begins; comprehensions do not
    count. The library's fit is `fit` of an estimator of scikit-learn (one that predicts), `fit` of Lightning's
    trainer, or `train` of XGBoost or LightGBM; for an ensemble it is the first that comes, mostly that of its
    first member. The baseline has none.
the configuration's way
    Files with a function that is called with the configuration, one of its sections, the job or the components
    of the run that carry it, or one of these components (a method is called with its object), from the command
    line's ``main`` to the commit, in the order of their first call. Whoever reads them in this order climbs
    where the next file is called from a higher layer than that of the file just read. A room is a child of
    ``smc``.
"""

import argparse
import ast
import inspect
import json
import os
import subprocess
import sys
import tempfile
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median, quantiles
from types import FrameType
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).parents[2]
SMALL_FILE = 40
WORDS = ("each", "found", "told", "said")
RUN = ["data=simulated", "data.n_bars=2500", "events.last=120", "symbol=S01", "reg=tiny"]
#: Packages whose fits a model of smc may call.
LIBRARIES = ("sklearn", "xgboost", "lightgbm", "pytorch_lightning")
#: Root sections by which a mapping is known to be the configuration.
SECTIONS = {"model", "data", "labels", "cv", "paths"}
#: Classes that carry it, before and after `smc.parts` became `smc.training.components`.
CARRIERS = {"Job", "Parts", "Components"}


class Lines(NamedTuple):
    """Lines of each file, and of each function's body."""

    files: list[int]
    bodies: list[int]


def modules_at_the_root(root: Path) -> int:
    return len([path for path in (root / "smc").glob("*.py") if path.stem != "__init__"])


def rooms(root: Path) -> list[str]:
    return sorted(path.parent.name for path in (root / "smc").glob("*/__init__.py"))


def layers(root: Path) -> list[list[str]]:
    """List the children of ``smc`` layer by layer, the highest first."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = (contract for contract in contracts if contract["type"] == "layers")
    return [
        [name.strip(" ()").removeprefix("smc.") for name in layer.split("|")] for layer in contract["layers"]
    ]


def import_cycles(root: Path) -> list[list[str]]:
    """List the circles among the children of each package."""
    import grimp

    sys.path.insert(0, str(root))
    graph = grimp.build_graph("smc", cache_dir=None)
    circles = []
    for package in sorted(module for module in graph.modules if graph.find_children(module)):
        children = sorted(graph.find_children(package))
        imports = {
            child: {other for other in children if other != child and graph.direct_import_exists(
                importer=child, imported=other, as_packages=True
            )}
            for child in children
        }  # fmt: skip
        circles += circles_of(imports)
    return circles


def circles_of(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """List the groups of nodes that reach each other.

    >>> circles_of({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})
    [['b', 'c']]
    """

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            new = imports[todo.pop()] - seen
            seen |= new
            todo += new
        return seen

    reached = {node: reach(node) for node in imports}
    circles = {
        tuple(sorted({node} | {other for other in reached[node] if node in reached[other]}))
        for node in imports
        if node in reached[node]
    }
    return [list(circle) for circle in sorted(circles)]


def sources(root: Path, *folders: str) -> dict[Path, str]:
    paths = (path for folder in folders for path in sorted((root / folder).rglob("*.py")))
    return {path: path.read_text(encoding="utf-8") for path in paths}


def lines(root: Path) -> Lines:
    """Count the lines of each file of ``smc``, and of the body of each function."""
    texts = [text for path, text in sources(root, "smc").items() if path.stem != "__init__"]
    bodies = [body_lines(function) for text in texts for function, _ in functions(ast.parse(text))]
    return Lines([len(text.splitlines()) for text in texts], bodies)


def functions(
    tree: ast.AST, public: bool = True
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """Give every function of a file, and whether it is public."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_public = public and (not node.name.startswith("_") or node.name == "__init__")
            yield node, is_public
            yield from functions(node, False)
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, public and not node.name.startswith("_"))
        else:
            yield from functions(node, public)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function behind its docstring.

    >>> body_lines(ast.parse('def f():\\n    "What."\\n    a = 1\\n    return a').body[0])
    2
    """
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]


def annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """List what is annotated of a function: its parameters, and what it returns."""
    of = function.args
    parameters = [*of.posonlyargs, *of.args, *of.kwonlyargs, of.vararg, of.kwarg]
    returns = None if function.name == "__init__" else function.returns
    given = [*(parameter.annotation for parameter in parameters if parameter), returns]
    return [annotation for annotation in given if annotation]


def is_any(annotation: ast.expr) -> bool:
    """Say whether an annotation allows anything.

    >>> [is_any(ast.parse(text, mode="eval").body) for text in ("Any", "'Any'", "Any | None", "list[Any]", "Anything")]
    [True, True, True, False, False]
    """
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return is_any(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.BinOp):
        return is_any(annotation.left) or is_any(annotation.right)
    return ast.unparse(annotation) in ("Any", "typing.Any")


def bare_any(root: Path) -> dict[str, tuple[int, int]]:
    """Count the bare `Any` of each child of ``smc``, and the annotations among which they stand."""
    counts: dict[str, tuple[int, int]] = {}
    for path, source in sources(root, "smc").items():
        public = [function for function, is_public in functions(ast.parse(source)) if is_public]
        asked = [is_any(annotation) for function in public for annotation in annotations(function)]
        child = path.relative_to(root / "smc").parts[0].removesuffix(".py")
        bare, total = counts.get(child, (0, 0))
        counts[child] = (bare + sum(asked), total + len(asked))
    return counts


def any_share(root: Path) -> float:
    """Tell the share of bare `Any` in the whole of ``smc``."""
    counts = bare_any(root).values()
    return sum(bare for bare, _ in counts) / sum(total for _, total in counts)


def words(root: Path) -> dict[str, Counter[str]]:
    """Count the names among `WORDS`, in ``smc`` and in ``tests``."""
    return {folder: count_words(sources(root, folder)) for folder in ("smc", "tests")}


def count_words(paths: Iterable[Path]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for path in paths:
        with path.open("rb") as file:
            tokens = [
                token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.NAME
            ]
        counts.update(token for token in tokens if token in WORDS)
    return counts


def frames_to_the_fit(root: Path, model: str) -> list[tuple[str, str]] | None:
    """Give the functions from `train` to the library's fit, and their files; None if the model fits nothing."""
    return probe(root, "fit", f"model={model}")


def way_of_the_configuration(root: Path) -> dict[str, str]:
    """Give the files that a configuration passes through, in the order of their first call, with their callers."""
    return probe(root, "way")


def climbs(callers: Mapping[str, str], order: list[list[str]]) -> int:
    """Count the files that are called from a higher layer than that of the file before them.

    >>> way = {"train.py": "train.py", "cli.py": "train.py", "config/job.py": "train.py", "cv/cpcv.py": "config/job.py"}
    >>> climbs(way, [["train"], ["config"], ["cv"], ["cli"]])
    1
    """
    layer = {name: number for number, names in enumerate(order) for name in names}
    return sum(
        layer[room(caller)] < layer[room(before)]
        for before, caller in zip(callers, list(callers.values())[1:], strict=False)
    )


def room(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def probe(root: Path, what: str, *overrides: str) -> Any:
    """Carry out the small run in a process of its own, and return what was seen of it."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        command = [sys.executable, str(Path(__file__)), "--probe", what, str(answer), *RUN, *overrides]
        environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if not answer.is_file():
            raise RuntimeError(f"{' '.join(overrides)}: the run ended without an answer: {done.stderr}")
        return json.loads(answer.read_text())


def watch(what: str, answer: Path, overrides: list[str]) -> None:
    """Be the process of `probe`."""
    from smc.train import main

    package = Path(sys.modules["smc"].__path__[0])
    sys.argv = ["smc.train", *overrides]
    try:
        (watch_fit if what == "fit" else watch_way)(package, answer)
        main()
    finally:
        sys.setprofile(None)
        if not answer.is_file():
            answer.write_text("null")


def stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def watch_fit(package: Path, answer: Path) -> None:
    """Write the functions on the stack at the first fit of a library, and end the process there."""
    begin = sys.modules["smc.train"].train.__code__

    def look(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or frame.f_code.co_name not in ("fit", "train") or not is_fit_of_a_library(frame):
            return
        codes = [outer.f_code for outer in stack(frame) if is_of(outer, package)]
        if begin in codes:
            path = [code for code in codes[codes.index(begin) :: -1] if not code.co_name.startswith("<")]
            answer.write_text(json.dumps([(code.co_qualname, code.co_filename) for code in path]))
            os._exit(0)

    sys.setprofile(look)


def is_of(frame: FrameType, package: Path) -> bool:
    return frame.f_code.co_filename.startswith(f"{package}{os.sep}")


def is_fit_of_a_library(frame: FrameType) -> bool:
    library = frame.f_globals.get("__name__", "").partition(".")[0]
    if frame.f_code.co_name == "train":
        return library in ("xgboost", "lightgbm") and "self" not in frame.f_locals
    return library in LIBRARIES and hasattr(frame.f_locals.get("self"), "predict")


def watch_way(package: Path, answer: Path) -> None:
    """Write each file whose functions are given the configuration, and its caller, until the run is committed."""
    callers: dict[str, str] = {}
    parts: dict[int, object] = {}  # what the configuration and the components hold, by identity

    def carries(value: object) -> bool:
        if isinstance(value, dict) and value.keys() >= SECTIONS:
            held = [section for section in value.values() if isinstance(section, dict)]
        elif type(value).__name__ in CARRIERS:
            held = [part for part in vars(value).values() if type(part).__module__.startswith("smc.")]
        else:
            return id(value) in parts
        parts.update({id(part): part for part in held})
        return True

    def file(frame: FrameType) -> str:
        return Path(frame.f_code.co_filename).relative_to(package).as_posix()

    def look(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or not is_of(frame, package):
            return
        if True in [carries(value) for value in arguments(frame)]:  # each is asked: it tells what it holds
            caller = next((outer for outer in stack(frame.f_back) if is_of(outer, package)), frame)
            callers.setdefault(file(frame), file(caller))
        if frame.f_code.co_qualname.endswith(".commit"):
            answer.write_text(json.dumps(callers))
            os._exit(0)

    sys.setprofile(look)


def arguments(frame: FrameType) -> list[object]:
    """List what a function was called with, while it is being called."""
    code = frame.f_code
    starred = bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    n_arguments = code.co_argcount + code.co_kwonlyargcount + starred
    return [frame.f_locals.get(name) for name in code.co_varnames[:n_arguments]]


def p95(values: list[int]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def main() -> None:
    """Print every figure."""
    if sys.argv[1:2] == ["--probe"]:
        watch(sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--at", type=Path, default=REPOSITORY, help="another checkout")
    parser.add_argument("--static", action="store_true", help="carry out no run")
    given = parser.parse_args()
    root = given.at.resolve()
    for name, value in text_figures(root):
        say(name, value)
    if not given.static:
        for name, value in run_figures(root):
            say(name, value)


def say(name: str, value: object) -> None:
    sys.stdout.write(f"{name:<28} {value}\n")
    sys.stdout.flush()


def text_figures(root: Path) -> Iterator[tuple[str, object]]:
    length = lines(root)
    counts = bare_any(root)
    bare, total = (sum(values) for values in zip(*counts.values(), strict=True))
    circles = import_cycles(root)
    yield "modules at the root", modules_at_the_root(root)
    yield "rooms", len(rooms(root))
    yield "layers", len(layers(root))
    yield "import cycles", f"{len(circles)} {circles or ''}"
    yield "files", len(length.files)
    yield "lines of a file", f"median {median(length.files):.0f}, p95 {p95(length.files):.0f}"
    yield f"files up to {SMALL_FILE} lines", sum(n_lines <= SMALL_FILE for n_lines in length.files)
    yield "function bodies", f"median {median(length.bodies):.0f}, p95 {p95(length.bodies):.0f}"
    yield "bare Any", f"{bare} of {total} = {bare / total:.1%}"
    yield (
        "  by room",
        ", ".join(
            f"{name} {bare}"
            for name, (bare, _) in sorted(counts.items(), key=lambda item: -item[1][0])
            if bare
        ),
    )
    for folder, count in words(root).items():
        yield f"words in {folder}", ", ".join(f"{word} {count[word]}" for word in WORDS)


def run_figures(root: Path) -> Iterator[tuple[str, object]]:
    files = way_of_the_configuration(root)
    n_rooms = len({room(file) for file in files})
    n_climbs = climbs(files, layers(root))
    yield "the configuration's way", f"{len(files)} files, {n_rooms} rooms, {n_climbs} climbs"
    yield "", " > ".join(files)
    for path in sorted((root / "conf" / "model").glob("*.yaml")):
        frames = frames_to_the_fit(root, path.stem)
        if frames is None:
            yield f"frames to the fit, {path.stem}", "none"
            continue
        n_files = len({file for _, file in frames})
        names = " > ".join(name for name, _ in frames)
        yield f"frames to the fit, {path.stem}", f"{len(frames)} in {n_files} files: {names}"


if __name__ == "__main__":
    main()
