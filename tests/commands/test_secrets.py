"""Passwords, tokens and webhooks typed wherever one can be: they work, and nothing that smc writes has them."""

import importlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from smc.outside import secrets
from smc.results import list_runs, load_run

#: By where it is typed; none is part of another, nor of any path.
SECRETS = {
    "ledger": "Lw7zQ-ledger",
    "webhook": "Hk3vT-webhook",
    "environment": "En9rX-environment",
    "feed": "Fd2mB-feed",
    "root": "Rt8pC-root",
    "model": "Md5kJ-model",
    "tracker": "Tr6nV-tracker",
    "file": "Fi4sW-file",
    "launcher": "La1gY-launcher",
    "malformed": "Mf0cU-malformed",
    "mistyped": "Mi5dE-mistyped",
}
PARTS = '''
from smc.data.simulated import Simulated
from smc.model.logistic import Logistic


class Feed(Simulated):
    """Bars behind a password."""

    def __init__(self, password: str, root: str, n_bars: int = 4000, n_symbols: int = 1) -> None:
        super().__init__(n_bars=n_bars, n_symbols=n_symbols)
        self.password, self.root = password, root
        if not password.startswith("Fd2mB"):
            raise ValueError(f"the feed does not know {password} at {root}")


class Remote(Logistic):
    """A model that asks a server, which refuses."""

    def __init__(self, api_key: str = "", task: str = "auto", seed: int = 0) -> None:
        super().__init__(task=task, seed=seed)
        self.api_key = api_key

    def fit(self, X, y, sample_weight=None, **others):
        raise RuntimeError(f"401: {self.api_key!r} is no key; https://me:{self.api_key}@api.example/v1")


class Teller:
    """A tracker that finds nobody."""

    def __init__(self, token: str, headers: dict[str, str] | None = None) -> None:
        self.token, self.headers = token, headers

    def log(self, run) -> None:
        raise ConnectionError(f"no answer for {self.token}, {self.headers}")
'''


OPTIONS = {
    "data/feed": "_target_: parts_of_mine.Feed\npassword: ???\nroot: ???\n",
    "model/remote": "_target_: parts_of_mine.Remote\napi_key: ''\nseed: ${seed}\n",
    "experiment/told": "# @package _global_\ntracker:\n  trackers:\n    file:\n"
    f"      _target_: parts_of_mine.Teller\n      token: {SECRETS['file']}\n",
}


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    text: str


class Place:
    """A folder in which commands are typed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.output = folder, folder / "outputs"
        (folder / "parts_of_mine.py").write_text(PARTS)
        for name, content in OPTIONS.items():
            path = folder / "conf" / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    @property
    def variables(self) -> dict[str, str]:
        search = os.pathsep.join([str(self.folder), os.environ.get("PYTHONPATH", "")])
        return {
            "SMC_ALLOW": "parts_of_mine",
            "PYTHONPATH": search,
            "HOOK": SECRETS["environment"],
            "SMC_LEDGER": str(self.folder / "home.sqlite"),
        }

    def process(self, command: str, *arguments: str) -> Said:
        """Type a command."""
        words = [sys.executable, "-m", f"smc.{command}", *arguments]
        variables = {**os.environ, **self.variables}
        done = subprocess.run(words, cwd=self.folder, env=variables, capture_output=True, text=True)
        return Said(done.returncode, done.stdout + done.stderr)

    def run(self, command: str, *arguments: str) -> Said:
        """Do what a command does, in this process, which knows no secret yet."""
        secrets.forget()
        text, code = io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(text), redirect_stderr(text):
            patch.chdir(self.folder)
            patch.syspath_prepend(str(self.folder))
            patch.setattr(sys, "argv", [f"smc.{command}", *arguments])
            for name, value in self.variables.items():
                patch.setenv(name, value)
            try:
                importlib.import_module(f"smc.{command}").main()
            except SystemExit as end:
                code = int(end.code or 0)
        return Said(code, text.getvalue())


QUICK = ("model=logistic", "aug=none", "evaluation.n_bootstrap=20", "symbol=S01")
FEED = (
    "data=feed",
    f"data.password={SECRETS['feed']}",
    f"data.root='https://me:{SECRETS['root']}@feed.example/v1'",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("secrets"))


@pytest.fixture(scope="module")
def ledger(place: Place) -> str:
    """Return the argument that names a ledger of this folder, behind a password as a server's would be."""
    return f"ledger.url='sqlite:///file:{place.folder}/ledger.sqlite?uri=true&password={SECRETS['ledger']}'"


@pytest.fixture(scope="module")
def said(place: Place, ledger: str) -> dict[str, Said]:
    """Type secrets everywhere, and return what the commands said."""
    hook = f"monitor.webhook='http://127.0.0.1:9/{SECRETS['webhook']}?token={SECRETS['webhook']}'"
    tracker = f"+tracker.trackers.mine={{_target_: parts_of_mine.Teller, token: {SECRETS['tracker']}, "
    tracker += f"headers: {{Authorization: 'Bearer {SECRETS['tracker']}'}}}}"
    own = "--config-dir=conf"
    common = (*QUICK, *FEED, ledger)
    malformed = SECRETS["malformed"]
    return {
        "sweep": place.process(
            "train", "-m", own, "hydra/launcher=processes", "hydra.launcher.jobs=2", *common, hook, "seed=0,1"
        ),
        "failing": place.run(
            "train", own, *common, "model=remote", f"model.api_key={SECRETS['model']}",
            "monitor.webhook='http://127.0.0.1:9/${oc.env:HOOK}'",
        ),
        "untold": place.run("train", own, *common, tracker, "experiment=told", "seed=2"),
        "unknown feed": place.run("train", own, *QUICK, FEED[0], FEED[1].replace("Fd2mB", "no-Fd2mB"), FEED[2], ledger),
        "malformed hook": place.run("train", own, *QUICK, f"monitor.webhook='https://[{malformed}/x'"),
        "malformed ledger": place.run("train", own, *common, f"ledger.url='me:{malformed}@host/smc'"),
        "two ats": place.run("train", own, *common, f"ledger.url='postgresql://me:{malformed}@{malformed}@host/smc'"),
        "unreadable": place.run("train", f"monitor.webhook=https://h/{malformed}{{", "seed=x"),
        "mistyped": place.run("train", "-m", f"monitor.webhok=https://h/{SECRETS['mistyped']}", "seed=0,1"),
        "launcher": place.run(
            "train", "-m", own, *common, "hydra/launcher=processes", "seed=0,1",
            f"+hydra.launcher.address=ray://me:{SECRETS['launcher']}@127.0.0.1:9",
        ),
        "unknown flag": place.run("train", *common, "--fast", hook),
        "selection flag": place.run("select", "--fast", ledger),
        "selection": place.process("select", ledger),
        "bad selection": place.run("select", f"ledger.url='me:{malformed}@host/smc'"),
        "show": place.run("show", "--config"),
        "list": place.run("show", "--list"),
    }  # fmt: skip


def written(place: Place) -> Iterator[tuple[str, bytes]]:
    """Give every file under the folder but for those that the user wrote, the ledger included."""
    own = {place.folder / "parts_of_mine.py", *place.folder.glob("conf/*/*.yaml")}
    for path in sorted(place.folder.rglob("*")):
        if path.is_file() and path not in own and "__pycache__" not in path.parts:
            yield str(path.relative_to(place.folder)), path.read_bytes()


def found(text: bytes) -> list[str]:
    return [where for where, secret in SECRETS.items() if secret.encode() in text]


def test_the_commands_did_what_they_should(said, place):
    codes = {what: done.code for what, done in said.items()}
    fine = {"sweep", "selection", "show", "list"}
    assert codes == {what: 0 if what in fine else 2 for what in said}, said
    assert len(list_runs(place.output)) == 3
    assert (place.output / "manifest.json").is_file()


def test_no_file_holds_a_secret(said, place):
    files = dict(written(place))
    assert {"outputs/manifest.json", "ledger.sqlite"} <= files.keys()
    for kind in ("config.yaml", "sources.json", "run.json", "report.md", "run.log", "multirun.yaml"):
        assert any(name.endswith(kind) for name in files), kind
    assert any(re.fullmatch(r"outputs/sweeps/.*\.json", name) for name in files)
    leaks = {name: secret for name, content in files.items() if (secret := found(content))}
    assert leaks == {}


def test_no_command_says_a_secret(said):
    leaks = {(what, secret): done.text for what, done in said.items() for secret in found(done.text.encode())}
    assert leaks == {}


def test_an_error_names_the_key_and_the_rule(said):
    assert "`webhook` must be an http or https address with a host" in said["malformed hook"].text
    assert "ledger.url: it is no file and no URL" in said["malformed ledger"].text
    assert "monitor.webhok: no such key" in said["mistyped"].text


def test_what_is_no_secret_is_told(said, place):
    """Host and name of a database, keys and classes stay: they are what a reader needs."""
    run = next(run for run in map(load_run, list_runs(place.output)) if run.record["seed"] == 0)
    assert run.config["data"]["password"] == secrets.HIDDEN
    assert run.config["data"]["root"] == "https://me:***@feed.example/v1"
    assert run.config["ledger"]["url"].endswith("ledger.sqlite?uri=true&password=***")
    assert "Teller was not told (Teller.log (parts_of_mine.py" in said["untold"].text
    assert "401" in said["failing"].text


def test_a_secret_makes_no_other_run(said, place, ledger):
    feed = (FEED[0], FEED[1].replace("-feed", "-new"), FEED[2].replace(SECRETS["root"], "another"))
    again = place.run("train", "--config-dir=conf", *QUICK, *feed, ledger, "seed=0")
    assert "finished already" in again.text
    assert len(list_runs(place.output)) == 3
