"""What a sweep costs beside its fits, against its goals: python tests/bench/bench_speed.py [PART ...]

Each file of `tests/bench/speed` holds the rows of one part; each part runs in a process of its own, in a folder of its
own, with a ledger of its own. CPU seconds unless the unit says otherwise.
"""

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PARTS = sorted(path.stem for path in (HERE / "speed").glob("*.py") if path.stem not in ("__init__", "row"))


def main() -> None:
    """Measure the parts that are asked for, one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all, if none is named")
    parser.add_argument("--row", default="", help="only rows whose name contains this")
    parser.add_argument("--here", action="store_true", help="in this process")
    asked = parser.parse_args()
    if asked.here:
        for part in asked.parts:
            measure(part, asked.row)
        return
    root = str(HERE.parents[1])
    for part in asked.parts or PARTS:
        with tempfile.TemporaryDirectory() as place:
            environment = {
                **os.environ,
                "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]),
                "SMC_LEDGER": f"sqlite:///{place}/ledger.sqlite",
                "OMP_NUM_THREADS": "1",
            }
            command = [sys.executable, __file__, part, "--here", "--row", asked.row]
            subprocess.run(command, cwd=place, env=environment, check=False)


def measure(part: str, chosen: str) -> None:
    """Print a line a row; one that fails is told, and the others go on."""
    for row in importlib.import_module(f"speed.{part}").ROWS:
        if chosen not in row.name:
            continue
        with tempfile.TemporaryDirectory() as place:
            try:
                figure = row.measure(Path(place))
            except Exception as error:  # noqa: BLE001 - the other rows are measured all the same
                sys.stdout.write(f"{part:<12} {row.name:<60} failed: {type(error).__name__}: {error}\n")
                continue
        goal = f"{'>=' if row.more_is_better else '<='} {row.goal:g}"
        verdict = "met" if row.meets(figure) else "MISSED"
        sys.stdout.write(f"{part:<12} {row.name:<60} {figure:>10.3g} {row.unit:<14} {goal:<10} {verdict}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
