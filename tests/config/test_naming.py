"""What people call a run: typed on the command line, data wherever it goes, and no part of the run's id."""

import pytest

from smc.config.compose import compose
from smc.config.schema import MAX_TAGS, Naming
from smc.errors import ConfigError
from smc.results import about, config_hash, run_id, seedless_hash

NAMED = ["run.name=idea-3", "run.tags=[momentum,h4]", 'run.note="half the lookback, as of May"']


def test_name_tags_and_note_are_typed_and_change_no_id():
    plain, named = compose([]), compose(NAMED)
    assert plain["run"] == {"name": None, "tags": [], "note": None}
    assert named["run"] == {
        "name": "idea-3",
        "tags": ["momentum", "h4"],
        "note": "half the lookback, as of May",
    }
    assert run_id(plain, data_hash="d", seed=0) == run_id(named, data_hash="d", seed=0)
    assert config_hash(plain) == config_hash(named)
    assert seedless_hash(plain) == seedless_hash(named)


def test_the_status_of_a_named_run_says_its_name_and_another_says_nothing():
    assert about(compose(NAMED))["run"]["tags"] == ["momentum", "h4"]
    assert "run" not in about(compose([]))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("run.name=3", "run.name: must be str or null, got 3; as text: 'run.name=\"3\"'"),
        ("run.tags=h4", r"run\.tags: must be list\[str\], got 'h4'"),
        ("run.title=x", r"run\.title: no such key"),
        ("run.name=''", "run: `name` must not be empty, got ''; null is none"),
        ("run.note='   '", "run: `note` must not be empty"),
        (
            f"run.name={'x' * 65}",
            "run: `name` must have 64 characters at most, got 65: 'xxxxxxxxxxxxxxxxxxxx'...",
        ),
        (f"run.note={'x' * 501}", "`note` must have 500 characters at most, got 501"),
        (f"run.tags=[{'x' * 33}]", "`tags` must have 32 characters at most, got 33"),
        ("run.tags=[a,b,a]", "`tags` must each be given once, got a, b, a"),
        (f"run.tags={list(range(9))}".replace(", ", ","), r"run\.tags: must be list\[str\]"),
        (
            "run.tags=[" + ",".join(f"t{number}" for number in range(MAX_TAGS + 1)) + "]",
            f"`tags` must be {MAX_TAGS} at most, got {MAX_TAGS + 1}",
        ),
    ],
)
def test_what_is_no_name_is_refused_with_the_rule(typed, message):
    with pytest.raises(ConfigError, match=message):
        compose([typed])


@pytest.mark.parametrize("wrong", ["\x1b[2J", "\n", "\t", "\r", "\x00", "\x7f", "\u202e", "\u2028", "\u200b"])
@pytest.mark.parametrize("key", ["name", "note", "tags"])
def test_no_control_character_passes(key, wrong):
    text = f"idea{wrong}3"
    values = {"name": None, "tags": [], "note": None, key: [text] if key == "tags" else text}
    with pytest.raises(ValueError, match=f"`{key}` must be of characters that can be printed"):
        Naming(**values)


def test_longest_texts_and_any_script_pass():
    Naming(
        name="é" * 64, tags=[f"標籤{number}" for number in range(MAX_TAGS)], note="| <b> *x* [a](b) \\" * 27
    )
