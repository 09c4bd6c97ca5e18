"""Train, validate and save one model: python -m smc.train model=xgboost cv=cpcv reg=tiny"""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smc.cli import EXIT_FAILED, EXIT_OK, Progress, end_on_ctrl_c, exits, say, with_output_override

if __name__ == "__main__":
    end_on_ctrl_c()  # importing takes a while

from smc.blame import culprit_of, described
from smc.config.command import read_command
from smc.config.job import Job
from smc.errors import RunBusyError, SmcError, was_interrupted
from smc.typing import Config

if TYPE_CHECKING:
    from smc.config.command import Command
    from smc.launcher import JobResult
    from smc.training.outcome import Outcome


def attempt(job: Job, progress: Progress) -> "Outcome":
    """Carry out one job; what a run needs is imported for it alone, and for neither help nor a typo."""
    from smc.training.run import train

    return train(job.config, job.sources, progress, choices=job.choices, list_name=job.list_name)


def carry_out(job: Job, progress: Progress) -> "JobResult":
    """Carry out one job of a sweep; whatever ends it is told, not raised, but for Ctrl-C."""
    from smc.launcher import JobResult
    from smc.results.status import reason_of
    from smc.training.outcome import say_outcome_briefly

    try:
        outcome = attempt(job, progress)
    except SmcError as error:
        end_if_interrupted(error)
        status = "busy" if isinstance(error, RunBusyError) else "failed"
        return JobResult(status, "; ".join(str(error).splitlines()), reason=error.reason)
    except Exception as error:  # noqa: BLE001 - whatever ends a run, the others go on
        end_if_interrupted(error)
        return JobResult("failed", described(error), reason=reason_of(error))
    status = "finished" if outcome.status == "finished" else "failed"
    text = say_outcome_briefly(outcome)
    return JobResult(status, text, outcome.run_id, is_new=outcome.is_new)


def end_if_interrupted(error: Exception) -> None:
    """Raise KeyboardInterrupt where Ctrl-C is what an error came of."""
    if was_interrupted(error):
        raise KeyboardInterrupt from error


def run_one(job: Job) -> int:
    """Carry out the one job of a command line, and return its exit code.

    A surprise, such as a bug in a class of your own, is a failed run, as it is in a sweep: what it was
    is said, and where its traceback is recorded. One that could not be recorded is raised.
    """
    from smc.training.evidence import looks_ahead
    from smc.training.outcome import say_outcome

    for sentence in looks_ahead([job.config]):
        say(f"looks: {sentence}")
    try:
        with Progress(f"{job.name}: ") as progress:
            outcome = attempt(job, progress)
    except SmcError:
        raise
    except Exception as error:
        recorded = getattr(error, "__notes__", ())
        if not recorded or was_interrupted(error):
            raise
        say("\n  ".join([f"failed: {described(error)}", *_fault_of_smc(error, job.config), *recorded]))
        return EXIT_FAILED
    say(say_outcome(outcome))
    return EXIT_OK if outcome.status == "finished" else EXIT_FAILED


def _fault_of_smc(error: Exception, config: Config) -> Iterator[str]:
    """Say which line of smc was at work, where no class of one's own was, and how those are checked."""
    culprit = culprit_of(error)
    if culprit and not culprit.is_own:
        yield f"in smc's own code, {culprit}: a bug, unless a class of your own gave it what it cannot use"
        from smc.results.own_code import own_targets

        for target in dict.fromkeys(own_targets(config)):
            yield f"python -m smc.check {target} tells whether it keeps its contract"


def _sweep(command: "Command") -> int:
    """Carry out the runs that a command line lists, or searches for, and return the exit code."""
    if command.is_search:
        from smc.sweeper import run_search

        return run_search(command, carry_out)
    from smc.launcher import run_sweep

    return run_sweep(command, carry_out)


def main() -> None:
    """Run the command line."""
    with exits():
        command = read_command(with_output_override(None))
        if command is None:
            return
        for sentence in command.replaced:
            say(f"note: {sentence}")
        if command.is_sweep:
            sys.exit(_sweep(command))
        sys.exit(run_one(command.job()))


if __name__ == "__main__":
    from smc.train import main  # the functions by their own names, by which other processes import them

    main()
