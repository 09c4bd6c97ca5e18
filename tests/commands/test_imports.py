"""What a command imports before it knows that it has something to do."""

import subprocess
import sys

import pytest

from smc.fingerprint import PACKAGE

#: Libraries that take a tenth of a second or more to import.
SLOW = {
    "hydra",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "torch",
}
#: Run a command, and write the libraries that it imported as its last line.
SCRIPT = """
import runpy, sys

try:
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
finally:
    print()
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
COMMANDS = sorted(path.stem for path in (PACKAGE / "usage").glob("*.py") if path.stem != "__init__")


def run(*words: str) -> tuple[int, str, set[str]]:
    """Return exit code, what was said, and which slow libraries were imported."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, *words], capture_output=True, text=True, check=False)
    said, imported = done.stdout.rstrip().rsplit("\n", 1)
    return done.returncode, said + done.stderr, SLOW & set(imported.split())


def test_the_commands_are_found() -> None:
    assert COMMANDS == [
        "archive",
        "audit",
        "check",
        "clean",
        "diff",
        "explain",
        "ledger",
        "new",
        "registry",
        "reproduce",
        "runs",
        "select",
        "selftest",
        "show",
        "tag",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_imports_nothing_slow(command: str) -> None:
    code, said, slow = run(f"smc.{command}", "--help")
    assert (code, slow) == (0, set())
    assert said.startswith(f"usage: python -m smc.{command} ")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_typo_is_refused_before_anything_slow_is_imported(command: str) -> None:
    code, said, slow = run(f"smc.{command}", "--no-such-option", "--output=there")
    assert (code, slow) == (2, set())
    assert said.strip().startswith("error: --no-such-option: no such option")
    assert said.endswith(f"(python -m smc.{command} --help)\n")


#: What Hydra and the types of smc import; the libraries of a run take ten times as long.
LIGHT = {"hydra", "numpy"}


@pytest.mark.parametrize(
    ("word", "code", "told"),
    [
        ("--help", 0, "python -m smc.train [group=option ...]"),
        ("model=lsmt", 2, "error: model=lsmt: no such option; did you mean lstm?"),
        ("--cfg=job", 0, "_target_: smc.model.xgboost.XGBoost"),
        ("-m=1", 2, "error: "),
    ],
)
def test_train_imports_the_libraries_of_a_run_for_a_run_alone(word: str, code: int, told: str) -> None:
    found, said, slow = run("smc.train", word)
    assert (found, slow - LIGHT) == (code, set())
    assert told in said


def test_a_list_of_runs_imports_nothing_that_composes_or_fits(tmp_path) -> None:
    code, said, slow = run("smc.show", "--list", f"--output={tmp_path}")
    assert (code, slow & {"hydra", "matplotlib", "numba", "scipy", "sklearn", "torch"}) == (0, set())
    assert "No run has finished" in said


def test_the_statistics_of_a_selection_import_numba_only_where_they_draw() -> None:
    script = "import sys, smc.stats; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
