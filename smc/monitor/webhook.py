"""Tell a chat or another service what happened to a run."""

import json
import threading
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from smc.arguments import check_positive

SCHEMES = ("http", "https")
#: Timeouts that a text may take in all; a little more than one, so that the socket's own comes first.
PATIENCE = 1.2


def check_webhook(url: str | None) -> None:
    """Raise ValueError unless it is None or the address of a web server; it is a secret, so never shown."""
    if url is None:
        return
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_web = False
    if not is_web:
        raise ValueError(
            "`webhook` must be an http or https address with a host, such as https://hooks.example/T0"
        )


class Webhook:
    """Post a text to a webhook, as Slack and those that follow it take it: ``{"text": ...}``.

    Nothing that goes wrong there ends a run: `send` says what it was. It waits for the timeout in all,
    however slowly an answer drips, follows no redirect, and tries once. Whoever has the address can post
    there, so no message and no error of this class contains it.

    Parameters
    ----------
    url
        http or https address; None: nothing is sent.
    timeout
        Seconds.

    References
    ----------
    Slack, Sending messages using incoming webhooks, https://docs.slack.dev/messaging
    """

    def __init__(self, url: str | None = None, *, timeout: float = 5.0) -> None:
        check_webhook(url)
        check_positive("timeout", timeout)
        self.url = url
        self.timeout = timeout

    def send(self, text: str) -> str | None:
        """Post a text; return None, or why it did not arrive."""
        if self.url is None:
            return None
        said: list[str | None] = []
        sender = threading.Thread(target=lambda: said.append(self._post(text)), daemon=True)
        sender.start()
        sender.join(self.timeout * PATIENCE)
        return said[0] if said else f"no answer within {self.timeout:g} s"

    def _post(self, text: str) -> str | None:
        """Post a text, with the timeout for the connection and for each part of the answer."""
        request = urllib.request.Request(  # noqa: S310 - `check_webhook` let http and https through alone
            self.url or "",
            data=json.dumps({"text": text}).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "smc"},
        )
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=self.timeout):
                return None
        except urllib.error.HTTPError as error:
            error.close()
            return f"the server answered {error.code} {error.reason}"
        except TimeoutError:
            return f"no answer within {self.timeout:g} s"
        except (OSError, HTTPException, ValueError) as error:  # ValueError: an address that HTTP cannot carry
            return _reason(error, self.timeout)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Take a redirect for the error that it is for a POST."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow none."""


def _reason(error: Exception, timeout: float) -> str:
    """Say what failed, without the address."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"no connection within {timeout:g} s"
    text = getattr(cause, "strerror", None) or type(cause).__name__
    return f"no answer: {text}"
