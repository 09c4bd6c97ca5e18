"""From an empty folder to a finished run with a part of one's own: python tests/bench/bench_parts.py [KIND ...]

Each command is started as a user types it, and its seconds are those of the clock and of the processor.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from smc.cli import say
from smc.parts.kinds import kind_of
from smc.parts.written import NewPart

KINDS = ("feature", "label", "splitter", "sampler", "watch", "model")


def timed(command: str, folder: Path) -> tuple[float, float]:
    """Return the seconds of a command: of the clock, and of the processor."""
    env = {**os.environ, "SMC_LEDGER": str(folder / "ledger.sqlite"), "OMP_NUM_THREADS": "1"}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    typed = command.replace("python ", f"{sys.executable} ", 1)
    done = subprocess.run(typed, shell=True, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}\n{done.stdout}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    say(f"{'kind':<12}{'command':<28}{'s':>8}{'CPU s':>8}")
    for name in sys.argv[1:] or KINDS:
        with tempfile.TemporaryDirectory() as place:
            part = NewPart.called(kind_of(name), f"own_{name}", "conf")
            commands = {"write it": f"python -m smc.new {name} own_{name}", **part.commands}
            figures = {what: timed(command, Path(place)) for what, command in commands.items()}
        for what, (clock, processor) in figures.items():
            say(f"{name:<12}{what:<28}{clock:>8.1f}{processor:>8.1f}")
        clock, processor = map(sum, zip(*figures.values(), strict=True))
        say(f"{name:<12}{'all':<28}{clock:>8.1f}{processor:>8.1f}")


if __name__ == "__main__":
    main()
