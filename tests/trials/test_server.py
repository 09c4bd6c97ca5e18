"""A database server that is not there, does not answer, or goes away: a named error, and nothing hangs."""

import contextlib
import gc
import socket
import subprocess
import sys
import threading

import pytest

from smc.errors import ResultsError
from smc.trials import Ledger, database, view
from tests.trials.runs_to_count import bars_of, registration

pytest.importorskip("pg8000", reason="PostgreSQL's driver is not installed: pip install 'smc[postgres]'")
#: pg8000 leaves the socket of a lost connection to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def collected():
    """Collect such sockets in this file, for the others tolerate none."""
    yield
    gc.collect()


class Line:
    """A loopback line to a server, which a test can cut or freeze."""

    def __init__(self, reach):
        self._reach, self._ends = reach, []
        self._frozen = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self):
        self._frozen.set()

    def thaw(self):
        self._frozen.clear()

    def cut(self):
        while self._ends:
            with contextlib.suppress(OSError), self._ends.pop() as end:
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = self._reach()
            self._ends += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source, target):
        try:
            while data := source.recv(65536):
                if not self._frozen.is_set():
                    target.sendall(data)
        except OSError:
            return


@pytest.fixture
def line(postgres):
    def reach():
        if path := postgres.query.get("unix_sock"):
            far = socket.socket(socket.AF_UNIX)
            far.connect(path)
            return far
        return socket.create_connection((postgres.host or "127.0.0.1", postgres.port or 5432))

    line = Line(reach)
    near = postgres.difference_update_query(["unix_sock"]).set(host="127.0.0.1", port=line.port)
    line.url = near.render_as_string(hide_password=False)
    yield line
    line.close()


@pytest.fixture
def ledger(line):
    ledger = Ledger(line.url)
    yield ledger
    ledger.close()


def start(ledger, run_id="aa", symbols=("A", "B")):
    return ledger.start(registration(run_id, symbols=symbols), bars_of())


def refused(cause):
    return pytest.raises(ResultsError, match=rf"the ledger postgresql.* cannot be used: .*{cause}")


def test_a_server_that_is_not_there_is_named():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with refused("Connection refused.*`ledger.url=`") as raised:
        start(Ledger(f"postgresql://me:secret@127.0.0.1:{port}/smc"))
    assert "secret" not in str(raised.value)


def test_a_server_that_cannot_be_reached_is_waited_for_once(monkeypatch):
    waits = []

    def wait(address, timeout, source_address):
        waits.append(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", wait)
    with refused("timed out"):
        start(Ledger("postgresql://me@far.example/smc"))
    assert waits == [database.BUSY_TIMEOUT]


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, refused("timed out"):
        start(Ledger(f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/smc"))


def test_a_server_that_comes_back_is_used_again(line, ledger):
    start(ledger)
    line.cut()
    ledger.end("aa", "finished")
    assert ledger.trials().status.tolist() == ["finished", "finished"]


def test_a_run_is_counted_for_none_of_its_symbols_when_the_server_goes_midway(line, ledger, monkeypatch):
    start(ledger, "before")
    head, apply = ledger.head(), view.apply

    def cut(connection, event):
        line.cut()
        apply(connection, event)

    with monkeypatch.context() as patch:
        patch.setattr(view, "apply", cut)
        with refused("network error"):
            start(ledger)
    assert set(ledger.trials().run_id) == {"before"}
    assert ledger.head() == head
    assert ledger.verify() == []


def test_a_server_that_falls_silent_midway_is_named(line, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.3)
    ledger = Ledger(line.url)
    start(ledger)
    line.freeze()
    with refused("timed out"):
        ledger.end("aa", "finished")
    line.thaw()
    ledger.end("aa", "finished")
    ledger.close()


def test_a_missing_driver_says_how_to_install_it():
    code = (
        "import sys; sys.modules['pg8000'] = None; from smc.trials import Ledger;"
        "Ledger('postgresql://me:secret@127.0.0.1/smc').trials()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("smc.errors.ResultsError: the ledger postgresql://me:***@127.0.0.1/smc")
    assert last.endswith("pip install 'smc[postgres]' (in a checkout: pip install -e '.[postgres]')")
