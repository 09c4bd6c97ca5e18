"""Messages to a real server on this machine, which answers, refuses, hangs, or is not there."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from smc.monitor.webhook import Webhook

SECRET = "T000/B000/verysecret"


class Server(ThreadingHTTPServer):
    """Keep what was posted, and answer as told."""

    daemon_threads = True

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.seconds = status, seconds
        self.posts: list[tuple[str, str, bytes]] = []
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{SECRET}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, self.headers["Content-Type"], body))
        self.server.released.wait(self.server.seconds)
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server."""
    started = []

    def start(status: int = 200, *, seconds: float = 0.0) -> Server:
        started.append(Server(status, seconds))
        return started[-1]

    yield start
    for server in started:
        server.released.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [200, 204])
def test_a_text_arrives_once_in_the_form_that_slack_takes(serve, status):
    server = serve(status)
    assert Webhook(server.url).send('3 warnings: "ä", 中\n- one') is None
    ((path, kind, body),) = server.posts
    assert (path, kind) == (f"/{SECRET}", "application/json")
    assert json.loads(body) == {"text": '3 warnings: "ä", 中\n- one'}


@pytest.mark.parametrize(("status", "said"), [(500, "500 Internal Server Error"), (404, "404 Not Found")])
def test_a_server_that_refuses_is_named_without_its_address(serve, status, said):
    server = serve(status)
    problem = Webhook(server.url).send("text")
    assert problem == f"the server answered {said}"
    assert len(server.posts) == 1, "once, whatever comes back"


def test_no_redirect_is_followed(serve):
    server = serve(302)
    assert Webhook(server.url).send("text") == "the server answered 302 Found"
    assert len(server.posts) == 1


def test_a_server_that_hangs_costs_no_more_than_the_timeout(serve):
    server = serve(seconds=30.0)
    started = time.perf_counter()
    assert Webhook(server.url, timeout=0.2).send("text") == "no answer within 0.2 s"
    assert time.perf_counter() - started < 5


def test_a_port_where_nobody_listens_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    problem = Webhook(f"http://127.0.0.1:{port}/{SECRET}").send("text")
    assert problem == "no answer: Connection refused"


@pytest.mark.parametrize("path", ["ä", "a b", "a\nb"])
def test_an_address_that_http_cannot_carry_is_named(serve, path):
    server = serve()
    problem = Webhook(f"{server.url}/{path}").send("text")
    assert problem is not None
    assert problem.startswith("no answer: ")
    assert SECRET not in problem
    assert server.posts == []


def test_a_host_that_does_not_exist_is_named():
    problem = Webhook(f"http://nowhere.invalid/{SECRET}").send("text")
    assert problem is not None
    assert problem.startswith("no answer: ")
    assert SECRET not in problem
    assert "nowhere" not in problem


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 999999 ?\r\n\r\n"])
def test_what_is_no_web_server_is_named(answer):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def say() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(65536)
                client.sendall(answer)

        thread = threading.Thread(target=say, daemon=True)
        thread.start()
        problem = Webhook(f"http://127.0.0.1:{listening.getsockname()[1]}/{SECRET}", timeout=5).send("text")
        thread.join()
    assert problem is not None
    assert problem.startswith("no answer: ")
    assert SECRET not in problem


def test_without_an_address_nothing_is_sent():
    assert Webhook(None).send("text") is None


@pytest.mark.parametrize(
    "url", ["ftp://host/x", "file:///etc/passwd", "hooks.example/secret", "https:///x", ""]
)
def test_an_address_that_is_none_is_refused_and_not_shown(url):
    with pytest.raises(ValueError, match="`webhook` must be an http or https address with a host") as refused:
        Webhook(url)
    assert not url or url not in str(refused.value)


def test_the_timeout_is_checked():
    with pytest.raises(ValueError, match="`timeout` must be positive, got 0"):
        Webhook(None, timeout=0)


def test_a_server_that_drips_costs_no_more_than_the_timeout():
    def drip(listening):
        client, _ = listening.accept()
        with client, contextlib.suppress(OSError):
            client.sendall(b"HTTP/1.1 200 OK\r\n")
            for number in range(60):
                client.sendall(b"X-%d: y\r\n" % number)
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        started = time.perf_counter()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/{SECRET}"
        assert Webhook(url, timeout=0.3).send("text") == "no answer within 0.3 s"
        assert time.perf_counter() - started < 2
