"""Searches as a user starts them, ended wherever a test wants them to end."""

import contextlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smc.config.command import read_command
from smc.launcher.launcher import Task
from smc.sweeper import run_search
from smc.train import carry_out
from smc.trials import Ledger

pytest.importorskip("optuna", reason="Optuna is not installed: pip install 'smc[tune]'")

#: What makes a run quick, and a search over two of its parameters.
QUICK = (
    *("data=simulated", "data.n_bars=2700", "data.n_symbols=1", "symbol=S01", "model=logistic"),
    *("aug=none", "cv=holdout", "monitor=none", "keep_bars=false", "evaluation.n_bootstrap=20"),
)
SPACE = ("model.C=tag(log,interval(.001,10))",)
SEARCH = ("-m", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=4", "hydra.sweeper.batch_size=2")


@dataclass(frozen=True)
class Trial:
    """What a study and the ledger say of a trial; they were held against each other."""

    number: int
    state: str
    params: tuple[tuple[str, Any], ...]
    value: float | None
    run_id: str | None
    round: int | None


class Place:
    """An empty folder, searches in it, and what they leave behind."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.output = folder, folder / "outputs"
        patch.setenv("SMC_LEDGER", str(folder / "ledger.sqlite"))

    @property
    def ledger(self) -> Ledger:
        return Ledger(f"sqlite:///{self.folder}/ledger.sqlite")

    def search(self, *overrides: str, task: Task = carry_out) -> tuple[int, str]:
        """Search, and return the exit code with all that was said."""
        typed = [*SEARCH, *QUICK, *SPACE, f"paths.output={self.output}", *overrides]
        command = read_command(typed)
        assert command is not None
        with contextlib.redirect_stderr(io.StringIO()) as text:
            try:
                code = run_search(command, task)
            except KeyboardInterrupt as error:
                code, _ = 130, sys.stderr.write(f"interrupted: {error}")
        return code, text.getvalue()

    def search_in_child(self, prepare: Callable[[], object], *overrides: str) -> int:
        """Search in a process of its own, which `prepare` makes ready for its end; how it ended."""
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            try:
                prepare()
                code, _ = self.search(*overrides)
            except BaseException:  # noqa: BLE001 - the child must never go on with the tests
                traceback.print_exc()
                code = 99
            os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def optuna(self, url: str | None = None):
        """Return a copy of the one study."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage = optuna.storages.RDBStorage(url or f"sqlite:///{self.output}/tuning.sqlite")
        (name,) = optuna.get_all_study_names(storage)
        found = optuna.load_study(study_name=name, storage=storage)
        copy = optuna.create_study(direction=found.direction)
        copy.add_trials(found.trials)
        storage.remove_session()
        storage.engine.dispose()
        return copy

    def trials(self, url: str | None = None) -> list[Trial]:
        """List what the study and the ledger say of each trial, once they agree on every one."""
        trials = self.optuna(url).trials
        rows = self.ledger.trials().set_index("run_id")
        runs = {trial.user_attrs.get("smc_run") for trial in trials} - {None}
        assert runs == set(rows.index), "the study and the ledger count the same runs"
        assert self.ledger.verify() == []
        said = {"COMPLETE": "finished", "FAIL": "failed"}
        for trial in trials:
            run_id = trial.user_attrs.get("smc_run")
            if run_id and trial.state.name in said:
                assert rows["status"][run_id] == said[trial.state.name]
        return [
            Trial(
                each.number,
                each.state.name,
                tuple(sorted(each.params.items())),
                each.value,
                each.user_attrs.get("smc_run"),
                None if each.user_attrs.get("smc_run") is None else rows["round"][each.user_attrs["smc_run"]],
            )
            for each in trials
        ]


def end_at_call(owner: object, name: str, number: int) -> Callable[[], None]:
    """Return what makes a process end, as by kill -9, when something is called for the nth time."""

    def prepare() -> None:
        own, calls = getattr(owner, name), iter(range(1, 10**6))

        def ending(*arguments: Any, **named: Any) -> Any:
            if next(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return own(*arguments, **named)

        setattr(owner, name, ending)

    return prepare


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty folder for searches."""
    return Place(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Trial]]:
    """The trials of a search that nobody disturbs."""
    with pytest.MonkeyPatch.context() as patch:
        place = Place(tmp_path_factory.mktemp("undisturbed"), patch)
        code, said = place.search()
        assert code == 0, said
        yield place.trials()
