"""One process's part of a sweep: every run is in one part, and what is no part is refused with the rule."""

import pytest

from smc.config.command import Command
from smc.config.part import Part, read_part
from smc.errors import ConfigError


def slurm(place, *, first=0, last=15, count=16):
    named = {"ID": place, "MIN": first, "MAX": last, "COUNT": count}
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in named.items()}


def pod(index):
    return {"JOB_COMPLETION_INDEX": str(index)}


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
def test_every_run_is_in_one_part_whatever_the_order_and_parts_are_as_large_as_each_other(count):
    names = [f"{number * 7919 % 23:02x}" for number in range(23)]
    shares = [Part(number, count).of(names) for number in range(1, count + 1)]
    assert sorted(name for share in shares for name in share) == sorted(names)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert shares == [Part(number, count).of(names[::-1] + names) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("typed", "environment", "expected"),
    [
        (None, {}, None),
        ("all", slurm(3), None),
        ("3/16", {}, (3, 16)),
        ("3/16", slurm(0), (3, 16)),
        (None, slurm(0), (1, 16)),
        (None, slurm(15), (16, 16)),
        (None, slurm(16, first=1, last=16), (16, 16)),
        (None, slurm(5, first=1, last=7, count=4), (3, 4)),
        (None, slurm(9, first=4, last=9, count=2), (2, 2)),
        (None, slurm(4, first=4, last=4, count=1), None),
        ("auto/16", {"SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_MIN": "1"}, (4, 16)),
        ("auto/16", pod(0), (1, 16)),
        ("auto/16", pod(15), (16, 16)),
    ],
)
def test_a_part_is_typed_or_told_by_the_environment(typed, environment, expected):
    part = read_part(typed, environment)
    assert (part and (part.number, part.count)) == expected
    assert (part.source if part else None) in (None, *environment)


@pytest.mark.parametrize(
    ("typed", "environment", "message"),
    [
        ("0/16", {}, r"sweep.part=0/16: parts are counted from 1 to 16, got 0; sweep.part=auto/16 reads an"),
        ("17/16", {}, r"counted from 1 to 16, got 17$"),
        ("1/0", {}, r"counted from 1 to 0, got 1"),
        ("3of16", {}, r"sweep.part=3of16: is no part of a sweep; sweep.part=3/16 is part 3 of 16"),
        ("-1/16", {}, r"is no part"),
        ("1/2,2/2", {}, r"is no part"),
        ("", {}, r"is no part"),
        ("auto/16", {}, r"neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set here; type the part"),
        ("auto/16", pod(16), r"JOB_COMPLETION_INDEX=16 is index 17 of them, beyond the last"),
        ("auto/16", pod("x"), r"JOB_COMPLETION_INDEX is 'x', which is no index"),
        (None, pod(3), r"does not tell how many there are; type sweep.part=auto/n .* sweep.part=all"),
        (None, {"SLURM_ARRAY_TASK_ID": "3"}, r"SLURM_ARRAY_TASK_MIN is not; sweep.part=3/16"),
        (None, slurm(2, first=1, last=7, count=3), r"leave gaps"),
        (None, slurm(5, first=1, last=7, count=3), r"leave gaps"),
        (None, slurm(1, first=1, last=9, count=2) | {"SLURM_ARRAY_TASK_ID": "5"}, r"leave gaps"),
    ],
)
def test_what_tells_no_part_is_refused_with_the_remedy(typed, environment, message):
    with pytest.raises(ConfigError, match=message):
        read_part(typed, environment)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["sweep.prat=1/2"], "sweep.prat: no such key; did you mean sweep.part?"),
        (["sweep=1/2"], "sweep: no such key; did you mean sweep.part?"),
        (["sweep.part=1/2", "sweep.part=2/2"], "a process has one part, got 1/2 and 2/2"),
    ],
)
def test_a_part_by_another_name_and_two_parts_are_refused(typed, message):
    with pytest.raises(ConfigError) as refused:
        Command(typed, multirun=True)
    assert message in str(refused.value)


def test_a_part_of_one_run_is_refused_and_an_array_around_one_run_is_none(monkeypatch):
    with pytest.raises(ConfigError, match=r"sweep.part=1/2: shares out the runs of a sweep; add -m"):
        Command(["sweep.part=1/2"]).job()
    for name, value in slurm(3).items():
        monkeypatch.setenv(name, value)
    assert Command([]).job().overrides == []


def test_the_part_is_no_setting_of_any_run():
    swept = ["model=baseline,logistic", "seed=0,1"]
    whole, part = Command(swept, multirun=True), Command([*swept, "sweep.part=2/3"], multirun=True)
    assert (part.part, whole.part) == (Part(2, 3), None)
    assert part.shown_overrides == whole.shown_overrides
    assert [job.config for job in part.jobs()[0]] == [job.config for job in whole.jobs()[0]]
