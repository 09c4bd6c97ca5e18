"""Children that write runs and die, for the tests beside this file: python crash_runs.py MODE OUTPUT [N].

calls, failing-calls   one child dies at each system call of the protocol (of a run that fails), N = first
lines                  one child dies at each line of `smc.results`
moments                N children are killed at random moments, all under one output
race                   N children claim one run at once; prints what each was told
looking                one child claims a run N times while others ask for its state
orphan                 a child claims, forks and is killed while its own child lives on; prints that child
"""

import fcntl
import io
import itertools
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import smc.results
from smc.errors import RunBusyError
from smc.results import RunStore
from smc.results.schema import record_problems

RUN_ID = "00000000000000aa"
CALLS = ("open", "close", "fsync", "replace", "rename", "mkdir", "rmdir", "unlink", "ftruncate", "pwrite")


def write_run(output, run_id=RUN_ID, *, fail=False, hold=0.0):
    """Write a run of eight files; return why it was skipped, if it was."""
    with RunStore(output, min_free_mb=0).claim(run_id) as claim:
        if claim.skip:
            return claim.skip
        (claim.staging / "model").mkdir()
        for name in ("a.parquet", "b.parquet", "c.png", "d.md", "model/weights.bin", "model/golden.npy"):
            (claim.staging / name).write_bytes(name.encode() * 2000)
        (claim.scratch / "checkpoint").write_bytes(b"0" * 5000)
        (claim.staging / "config.yaml").write_text("seed: 0")
        claim.save_record({"symbol": "EURUSD", "history": {"val_accuracy": float("nan")}})
        time.sleep(hold)
        if fail:
            raise ValueError("no fit")
        claim.commit()
    return None


def child(work):
    """Fork a child for `work`; its exit status is 0 only if the work ends by itself."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except ValueError:
            os._exit(1)
        os._exit(0)
    return pid


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def dying(call, counter, last):
    def wrapped(*args, **kwargs):
        if next(counter) == last:
            die()
        result = call(*args, **kwargs)
        if next(counter) == last:
            die()
        return result

    return wrapped


def die_at_call(last):
    counter = itertools.count()
    for name in CALLS:
        setattr(os, name, dying(getattr(os, name), counter, last))
    fcntl.flock = dying(fcntl.flock, counter, last)
    io.open = dying(io.open, counter, last)


def die_at_line(last):
    package, counter = str(Path(smc.results.__file__).parent), itertools.count()
    checks = f"{package}/schema.py"  # thousands of lines that look at plain data, and write nothing

    def trace(frame, event, _):
        if not frame.f_code.co_filename.startswith(package) or frame.f_code.co_filename == checks:
            return None
        if event == "line" and next(counter) == last:
            die()
        return trace

    threading.settrace(trace)
    sys.settrace(trace)


def die_everywhere(output, prepare, *, fail=False):
    """One folder under `output` for each point of death, until a child survives."""
    for point in itertools.count():
        folder = output / str(point)

        def work(point=point, folder=folder):
            prepare(point)
            write_run(folder, fail=fail)

        _, status = os.waitpid(child(work), 0)
        if not os.WIFSIGNALED(status):
            sys.stdout.write(str(point))
            return


def die_at_moments(output, count):
    started = time.perf_counter()
    os.waitpid(child(lambda: write_run(output, "warm-up")), 0)
    longest = 1.5 * (time.perf_counter() - started)
    for number in range(count):
        pid = child(lambda number=number: write_run(output, f"run-{number}"))
        time.sleep(random.uniform(0, longest))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def race(output, count):
    go = time.time() + 0.2

    def work():
        time.sleep(max(0.0, go - time.time()))
        try:
            told = write_run(output, hold=0.3) or "ran"
        except RunBusyError:
            told = "busy"
        os.write(1, f"{told}\n".encode())

    for pid in [child(work) for _ in range(count)]:
        os.waitpid(pid, 0)


def look(output, count):
    """Fail where a claim is told that the run is busy because somebody asks for its state."""

    def ask():
        while True:
            RunStore(output).state(RUN_ID)

    os.waitpid(child(lambda: write_run(output, fail=True)), 0)
    askers = [child(ask) for _ in range(3)]
    store = RunStore(output, min_free_mb=0)
    try:
        for _ in range(count):
            try:
                with store.claim(RUN_ID, retry="failed"):
                    raise KeyError
            except KeyError:
                continue
    finally:
        for asker in askers:
            os.kill(asker, signal.SIGKILL)
            os.waitpid(asker, 0)


def orphan(output):
    def work():
        with RunStore(output, min_free_mb=0).claim(RUN_ID):
            os.write(1, f"{child(lambda: time.sleep(60))}\n".encode())
            time.sleep(0.2)  # the worker has let go of the lock by then
            die()

    os.waitpid(child(work), 0)


def main(mode, output, count=0):
    list(record_problems({}))  # so that the schema of run.json is made once, and not in each child
    if mode in ("calls", "failing-calls"):
        die_everywhere(output, die_at_call, fail=mode == "failing-calls")
    elif mode == "lines":
        die_everywhere(output, die_at_line)
    elif mode == "moments":
        die_at_moments(output, count)
    elif mode == "race":
        race(output, count)
    elif mode == "looking":
        look(output, count)
    else:
        orphan(output)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
