"""What is live follows from the rows, and from nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.errors import ConfigError
from smc.registry import Entry, Standing


def entry(number: int, action: str, stage: str, version: str) -> Entry:
    words = {name: name for name in ("run_id", "trial", "manifest", "who", "why", "output", "time")}
    return Entry(
        "S01", number, action, stage, version,
        last_training_bar="2020", rung=100, override=None, evidence={}, folder=Path("v"), **words,
    )  # fmt: skip


def standing(*steps: str) -> Standing:
    """Rows written as ``promote live a``."""
    return Standing.of("S01", [entry(number, *step.split()) for number, step in enumerate(steps, start=1)])


PROMOTED = ("propose proposed a", "promote live a", "propose proposed b", "promote live b")


@pytest.mark.parametrize(
    ("steps", "live", "before", "waiting"),
    [
        ((), None, None, []),
        (("propose proposed a",), None, None, ["a"]),
        (("propose proposed a", "promote shadow a"), None, None, ["a"]),
        (("propose proposed a", "promote live a"), "a", None, []),
        (PROMOTED, "b", "a", []),
        ((*PROMOTED, "propose proposed c"), "b", "a", ["c"]),
        ((*PROMOTED, "propose proposed c", "retire retired c"), "b", "a", []),
        ((*PROMOTED, "rollback live a"), "a", None, []),
        ((*PROMOTED, "rollback retired b"), None, None, []),
        ((*PROMOTED, "rollback retired b", "rollback live a"), "a", None, []),
        ((*PROMOTED, "retire retired a"), "b", None, []),
        ((*PROMOTED, "retire retired b", "promote live c"), "c", "a", []),
        ((*PROMOTED, "promote live c", "rollback live b"), "b", "a", []),
        ((*PROMOTED, "promote live c", "promote live a"), "a", "c", []),
        ((*PROMOTED, "promote live b"), "b", "a", []),
        ((*PROMOTED, "rollback live a", "propose proposed b", "promote live b"), "b", "a", []),
    ],
)
def test_hand_written_journals(steps, live, before, waiting):
    found = standing(*steps)
    assert (found.live and found.live.version, found.before and found.before.version) == (live, before)
    assert [each.version for each in found.waiting] == waiting
    assert found.number == len(steps)


ACTIONS = st.sampled_from(
    ["propose proposed", "promote shadow", "promote live", "rollback live", "retire retired"]
)


@given(st.lists(st.tuples(ACTIONS, st.sampled_from("abcd"))))
def test_laws_of_any_journal(steps):
    found = standing(*(f"{action} {version}" for action, version in steps))
    said = [(action.split()[1], version) for action, version in steps]
    lives = [version for stage, version in said if stage == "live"]
    if found.live is not None:
        assert found.live.version == lives[-1]
        assert ("retired", lives[-1]) not in said[len(said) - 1 - said[::-1].index(("live", lives[-1])) :]
    if found.before is not None:
        assert found.live is not None
        assert found.before.version != found.live.version
        assert found.before.version in lives
        again = Standing.of("S01", [*found.entries, entry(99, "rollback", "live", found.before.version)])
        assert again.live is not None
        assert again.live.version == found.before.version
    assert {each.stage for each in found.waiting} <= {"proposed", "shadow"}
    flat = Standing.of("S01", [*found.entries, entry(99, "rollback", "retired", lives[-1] if lives else "a")])
    assert flat.live is None


def test_a_version_is_named_by_the_beginning_of_its_id():
    found = standing("propose proposed abc", "propose proposed abd", "propose proposed x")
    assert found.named("x", found.waiting, "waiting").version == "x"
    assert found.named("abc", found.waiting, "waiting").version == "abc"
    with pytest.raises(ConfigError, match="abc, abd begin with it"):
        found.named("ab", found.waiting, "waiting")
    with pytest.raises(ConfigError, match="no one version 'q'; abc, abd, x are waiting"):
        found.named("q", found.waiting, "waiting")
    with pytest.raises(ConfigError, match="no one version ''"):
        found.named("", found.waiting, "waiting")
