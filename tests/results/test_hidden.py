"""Secrets are told by their key: laws over every tree of values, and hand-made cases."""

import json
from functools import partial
from urllib.parse import quote

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smc.config.compose import compose
from smc.errors import ConfigError, ResultsError
from smc.outside import secrets
from smc.results.identity import config_hash, run_id, seedless_hash, trial_hash
from smc.results.status import failure

PASSWORD = "p4Ss-w0rd_of/a@long:kind"
KEYS = st.sampled_from(
    ["url", "note", "depth", "password", "api_key", "Authorization", "webhook", "token_file"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(
    [f"postgresql://me:{PASSWORD}@host/smc", f"https://host/x?token={PASSWORD}", "a b"]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "key",
    ["password", "db_password", "PASSWORD", "dbPassword", "token", "accessToken", "api_key", "api-key", "apikey",
     "aws_secret_access_key", "client_secret", "Authorization", "auth", "credentials", "webhook", "slack_webhook_url",
     "dsn", "connection_string", "cookie", "private_key"],
)  # fmt: skip
def test_a_key_names_a_secret(key):
    assert secrets.is_secret(key)


@pytest.mark.parametrize(
    "key",
    ["max_tokens", "n_tokens", "key", "keys", "hidden_dim", "author", "low_pass", "token_pattern", "seed"],
)
def test_a_key_that_names_none(key):
    assert not secrets.is_secret(key)


def test_no_value_that_a_run_computes_with_is_taken_for_a_secret():
    """What is hidden is no part of a run's id: an argument of a model there would be a trial uncounted."""
    from imblearn.pipeline import Pipeline
    from lightgbm import LGBMClassifier
    from sklearn.utils import all_estimators
    from xgboost import XGBClassifier

    classes = [cls for _, cls in all_estimators()] + [Pipeline, LGBMClassifier, XGBClassifier]
    names = {name for cls in classes for name in cls._get_param_names()}
    assert [name for name in names if secrets.is_secret(name)] == []
    assert secrets.hidden(compose()) == compose()


@given(TREES)
def test_what_is_hidden_stays_as_it_is(tree):
    once = secrets.hidden({"root": tree})
    assert secrets.hidden(once) == once
    assert PASSWORD not in json.dumps(once)


@given(TREES)
def test_no_hash_depends_on_a_secret_of_data_or_ledger(tree):
    config = {"seed": 0, "data": {"of_mine": tree}, "ledger": {"of_mine": tree}}
    for digest in (config_hash, seedless_hash, trial_hash, lambda c: run_id(c, data_hash="d", seed=0)):
        assert digest(config) == digest(secrets.hidden(config))


@pytest.mark.parametrize("group", ["model", "features", "labels", "events", "aug", "cv"])
def test_what_a_class_computes_with_is_a_trial_whatever_it_is_called(group):
    configs = [{"seed": 0, group: {"of_mine": {"token": value}}} for value in ("a", "b", 3, 4)]
    for digest in (config_hash, seedless_hash, trial_hash, lambda c: run_id(c, data_hash="d", seed=0)):
        assert len({digest(config) for config in configs}) == len(configs)


@given(st.text(min_size=4, max_size=30).filter(lambda text: text.isprintable() and text.strip() == text))
def test_a_secret_is_found_however_a_text_quotes_it(password):
    secrets.forget()
    secrets.meet({"tracker": {"token": password}})
    for text in (password, repr(password), json.dumps(password), f"Bearer {password}"):
        assert secrets.hidden_text(f"no answer for {text}.").count(secrets.HIDDEN) >= 1


@pytest.mark.parametrize("write", [str, repr, json.dumps, quote, partial(quote, safe="")])
def test_no_form_of_a_secret_is_left(write):
    password = "p4\\S/s'w\"0 rdü-long"
    secrets.meet({"token": password})
    assert "rd" not in secrets.hidden_text(f"no answer for <{write(password)}>")


@pytest.mark.parametrize(
    ("override", "shown"),
    [
        ("ledger.url='postgresql://me:abc@host/smc'", "ledger.url='postgresql://me:***@host/smc'"),
        ("ledger.url=postgresql://host/smc?user=me&password=abc", "ledger.url=(hidden)"),
        ("ledger.url=me:abc@host/smc", "ledger.url=(hidden)"),
        ("+tracker.trackers.x={_target_: a.B, api_key: abc}", "+tracker.trackers.x=(hidden)"),
        (
            "+tracker.trackers.x.headers={'Authorization':'Bearer abc'}",
            "+tracker.trackers.x.headers=(hidden)",
        ),
        ("monitor.webhook=${oc.env:HOOK,https://a/abc}", "monitor.webhook=(hidden)"),
        ("hydra.launcher.address=ray://abc@host:1", "hydra.launcher.address=ray://***@host:1"),
        ("data.root='https://host/abc?x=1'", "data.root='https://host/***'"),
        ("paths.output=abc", "paths.output=abc"),
        ("model.members=[xgboost,lightgbm]", "model.members=[xgboost,lightgbm]"),
    ],
)
def test_an_override_is_shown_without_its_secrets(override, shown):
    assert secrets.hidden_override(override) == shown
    assert secrets.hidden_override(shown) == shown


def test_an_everyday_word_is_found_as_a_word_alone():
    secrets.meet("postgresql://postgres:postgres@host/smc", "url")
    assert secrets.hidden_text("postgresql refuses postgres") == f"postgresql refuses {secrets.HIDDEN}"


def test_errors_of_smc_and_records_of_failures_name_no_secret():
    secrets.meet({"api_key": PASSWORD})
    assert PASSWORD not in str(ConfigError(f"model.api_key: got {PASSWORD!r}"))
    try:
        raise RuntimeError(f"401 {PASSWORD}") from ResultsError("https://me:another@host/x")
    except RuntimeError as error:
        record = json.dumps(failure(error))
    assert PASSWORD not in record
    assert "another" not in record
    assert "401" in record


def test_a_hidden_configuration_can_be_read_again():
    config = {"monitor": {"webhook": "https://a/b"}, "data": {"password": 1234}}
    assert yaml.safe_load(yaml.safe_dump(secrets.hidden(config))) == {
        "monitor": {"webhook": secrets.HIDDEN},
        "data": {"password": secrets.HIDDEN},
    }
