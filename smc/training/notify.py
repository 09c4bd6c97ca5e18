"""Tell the webhook what a person should look at."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from smc.blame import described
from smc.errors import SmcError, was_interrupted
from smc.monitor.webhook import Webhook
from smc.outside.secrets import hidden_text
from smc.report.notices import UNDEFINED, notices
from smc.results.record import RunRecord, Warned
from smc.results.status import reason_of

log = logging.getLogger("smc")


def tell_warnings(webhook: Webhook, record: RunRecord) -> list[Warned]:
    """Send the warnings of a run, all in one message, and none if there are none.

    It is told before the run is saved, so that what goes wrong here can stand in its record: a list with that
    warning is returned, or an empty one.
    """
    lines = [f"- {reason}: {sentence}" for reason, sentence in notices(record) if reason != UNDEFINED]
    if not lines:
        return []
    title = f"{record['symbol']} {record['model_name']}, run {record['run_id']}: {len(lines)} warnings"
    return _failed(webhook.send(hidden_text("\n".join([title, *lines]))))


@contextmanager
def tell_failure(webhook: Webhook, run_id: str, about: Mapping[str, Any]) -> Iterator[None]:
    """Send why a run failed, if it does; a run that a person ended is no news."""
    try:
        yield
    except Exception as error:
        if not was_interrupted(error):
            run = f"{about['symbol']} {about['model']}, run {run_id}"
            _failed(webhook.send(hidden_text(f"{run} failed: {reason_of(error)}: {_said(error)}")))
        raise


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, SmcError) else described(error)


def _failed(problem: str | None) -> list[Warned]:
    if problem is None:
        return []
    sentence = f"The webhook was not told: {problem}."
    log.warning("webhook_failed: %s", sentence)
    return [{"reason": "webhook_failed", "sentence": sentence}]
