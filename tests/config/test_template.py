"""Marks in the place of values: what is filled in is what OmegaConf makes of the values themselves."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from smc.config.template import Template, hands_on, mark_of

#: What a file may hold: values, and what reads them in every form that hands them on.
LEAVES = st.one_of(
    st.none(),
    st.integers(0, 3),
    st.sampled_from(["text", True, 0.5, [1, 2], [], {"deep": "${a}"}]),
    st.sampled_from(["${a}", "${s.x}", "${.b}", "${s}", "x-${a}", "${a}-${s.x}", "${l}", "[${l}]", "${l.0}"]),
    st.sampled_from(["${oc.select:a,7}", "${oc.select:s.z,7}", "${oc.select:l.1,7}", "${oc.select:s.x,[1]}"]),
    st.sampled_from([["${a}", 2], ["${a}"], ["${l}"], {"inner": {"y": "${s.y}", "l": "${l}"}}]),
)
TREES = st.fixed_dictionaries(
    {"a": LEAVES, "b": LEAVES, "l": LEAVES, "s": st.dictionaries(st.sampled_from("xyz"), LEAVES)}
)
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text("ab {}\\'[$", max_size=4)
)
VALUES = st.dictionaries(
    st.sampled_from(["a", "b", "l", "s.x", "s.z", "s.x.deep", "new.key"]),
    st.one_of(PLAIN, st.lists(PLAIN, max_size=3)),
    max_size=4,
)


def resolved(tree, values):
    config = OmegaConf.create(tree)
    for key, value in values.items():
        OmegaConf.update(config, key, value, force_add=True)
    return config


def written(config) -> str:
    return json.dumps(config)


@settings(max_examples=100)
@given(TREES, VALUES)
def test_filled_marks_are_what_the_values_are_resolved_to(tree, values) -> None:
    assume(not any("${" in str(value) for value in values.values()))
    marks = {
        key: [mark_of(number)] if isinstance(value, list) else mark_of(number)
        for number, (key, value) in enumerate(values.items())
    }
    try:
        marked = resolved(tree, marks)
        assume(hands_on(OmegaConf.to_container(marked, resolve=False)))
        plain = OmegaConf.to_container(marked, resolve=True)
        template = Template(plain, [isinstance(value, list) for value in values.values()])
    except (OmegaConfBaseException, ValueError, RecursionError):
        assume(False)
    before = written(plain)
    asked = OmegaConf.to_container(resolved(tree, values), resolve=True)
    assert written(template.filled(list(values.values()))) == written(asked)
    assert written(plain) == before, "the template itself was written into"


def test_jobs_share_what_no_value_stands_in_and_no_list_stands_twice_in_one() -> None:
    template = Template({"a": [mark_of(0)], "b": {"c": [mark_of(0)], "d": {}}, "e": {"f": 1}}, [True])
    one, other = template.filled([[1]]), template.filled([[2]])
    assert (one, other["b"]["c"]) == ({"a": [1], "b": {"c": [1], "d": {}}, "e": {"f": 1}}, [2])
    assert one["e"] is other["e"]
    assert one["b"]["d"] is other["b"]["d"]
    assert one["a"] is not one["b"]["c"]


def test_a_value_that_reads_as_a_mark_is_left_as_it_is() -> None:
    template = Template({"a": f"{mark_of(0)}{mark_of(1)}", "b": mark_of(1)}, [False, False])
    assert template.filled([mark_of(1), 2]) == {"a": f"{mark_of(1)}2", "b": 2}


@pytest.mark.parametrize("text", [f"x-['{mark_of(1)}']", mark_of(0), f"x-{{'a': {mark_of(1)}}}"])
def test_a_container_as_part_of_a_text_is_refused(text) -> None:
    with pytest.raises(ValueError, match="a list or a section came out as part of the text at "):
        Template({"a": {"b": text}}, [True, False])


@pytest.mark.parametrize(
    "text",
    [
        "${oc.decode:${a}}",
        "${a[0]}",
        "${hydra:job.num}",
        "${oc.select:l.0,3}",
        "${oc.dict.keys:s}",
        "${s.${a}}",
    ],
)
def test_an_interpolation_that_computes_is_told(text) -> None:
    assert not hands_on({"a": [{"b": text}]})
