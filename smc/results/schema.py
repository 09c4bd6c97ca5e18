"""The JSON schema of run.json, made from its types, and what becomes of a field that does not fit."""

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, Union, get_args, get_origin, get_type_hints, is_typeddict

from smc.results.record import RunRecord

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

NAMES: dict[Any, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    types.NoneType: "null",
}
#: Types of plain data that are let by for each of those names.
KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "null": (types.NoneType,),
    "object": (dict,),
    "array": (list,),
}
#: Says of a plain value that it surely fits.
Check: TypeAlias = Callable[[Any], bool]


def json_schema(hint: Any) -> dict[str, Any]:
    """Return the JSON schema of a type: a TypedDict, or what stands in one.

    Made here rather than by pydantic, which would be a dependency for these lines alone. Keys that a
    TypedDict does not name are let through: an evaluation of your own may add figures.

    >>> json_schema(dict[str, list[float] | None])
    {'type': 'object', 'additionalProperties': {'type': ['array', 'null'], 'items': {'type': 'number'}}}
    """
    if hint is Any:
        return {}
    if hint in NAMES:
        return {"type": NAMES[hint]}
    if is_typeddict(hint):
        fields = {name: json_schema(field) for name, field in get_type_hints(hint).items()}
        return {"type": "object", "properties": fields, "required": sorted(hint.__required_keys__)}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is list:
        return {"type": "array", "items": json_schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": json_schema(arguments[1])}
    if origin in (Union, types.UnionType) and types.NoneType in arguments and len(arguments) == 2:
        (schema,) = (json_schema(argument) for argument in arguments if argument is not types.NoneType)
        return {**schema, "type": [schema["type"], "null"]}
    raise TypeError(f"run.json: no schema for {hint}; add it to smc.results.schema")


def record_problems(record: Any) -> Iterator[str]:
    """Say where a record does not fit the schema of run.json, place by place.

    >>> next(record_problems({"symbol": 3}))
    "symbol: 3 is not of type 'string'"
    """
    yield from map(_sentence, _validator().iter_errors(record))


def record_misfits(record: Any) -> Iterator[str]:
    """Say which fields of a record are not what smc writes there; one of an older smc may lack some.

    >>> list(record_misfits({"history": None, "seed": 0}))
    ["history: None is not of type 'object'"]
    """
    yield from map(_sentence, _misfits(record))


def surely_fits(schema: Mapping[str, Any]) -> Check:
    """Return a check that lets by only what fits a schema of `json_schema`, whatever fields are missing.

    What it does not let by may fit all the same: a whole float where an integer stands does. It asks no more
    than a few type comparisons a value, where a validator of any schema takes 3 ms for a record.

    >>> check = surely_fits(json_schema(dict[str, list[float] | None]))
    >>> check({"a": [1, 0.5], "b": None}), check({"a": ["x"]}), check([])
    (True, False, False)
    """
    if not schema:
        return lambda _: True
    kinds = _kinds(schema)
    known = {name: field for name, field in schema.get("properties", {}).items() if field}
    scalars = {name: _kinds(field) for name, field in known.items() if _kinds(field).isdisjoint((dict, list))}
    fields = {name: surely_fits(field) for name, field in known.items() if name not in scalars}
    others = _all_fit(schema.get("additionalProperties", {}))
    items = _all_fit(schema.get("items", {}))

    def check(value: Any) -> bool:
        kind = type(value)
        if kind not in kinds:
            return False
        if kind is dict:
            return others(value.values())
        return items(value) if kind is list else True

    def check_fields(value: Any) -> bool:
        if type(value) is dict:
            for name in scalars.keys() & value.keys():
                if type(value[name]) not in scalars[name]:
                    return False
            for name in fields.keys() & value.keys():
                if not fields[name](value[name]):
                    return False
        return check(value)

    return check_fields if known else check


def _all_fit(schema: Mapping[str, Any]) -> Callable[[Iterable[Any]], bool]:
    """Return a check of many values; of scalars it compares no more than the types that there are."""
    if not schema:
        return lambda _: True
    kinds, check = _kinds(schema), surely_fits(schema)
    if kinds.isdisjoint((dict, list)):
        return lambda values: kinds.issuperset(map(type, values))
    return lambda values: all(map(check, values))


def _kinds(schema: Mapping[str, Any]) -> frozenset[type]:
    """Return the types of plain data that a schema lets by."""
    said = schema["type"]
    return frozenset(kind for name in ([said] if isinstance(said, str) else said) for kind in KINDS[name])


def leave_out_misfits(record: dict[str, Any]) -> list[dict[str, str]]:
    """Take the fields that do not fit the schema out of a plain record, in place; return a warning of each.

    A run always ends in a saved result, whatever a class of your own puts into its record, and what is saved
    can be read by its types. Of a list the whole field goes. What is missing stays so: that a run writes
    every field is for the type checker to see.

    >>> record = {"seed": 0, "history": {"val_accuracy": 0.5, "cv_fold_accuracies": [1, "x"]}}
    >>> leave_out_misfits(record)
    [{'reason': 'not_saved', 'field': 'history.cv_fold_accuracies',
      'sentence': "`history.cv_fold_accuracies` is left out: 'x' is not of type 'number', 'null'"}]
    >>> record
    {'seed': 0, 'history': {'val_accuracy': 0.5}}
    """
    warnings: dict[str, dict[str, str]] = {}
    inner_first = sorted(_misfits(record), key=lambda problem: -len(problem.absolute_path))
    for problem in inner_first:
        *parents, key = _field(problem)
        field = ".".join(map(str, (*parents, key)))
        holder: Any = record
        for parent in parents:
            holder = holder[parent]
        holder.pop(key, None)
        sentence = f"`{field}` is left out: {_message(problem)}"
        warnings.setdefault(field, {"reason": "not_saved", "field": field, "sentence": sentence})
    return list(warnings.values())


@cache
def _is_sound() -> Check:
    return surely_fits(json_schema(RunRecord))


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json_schema(RunRecord))


def _misfits(record: Any) -> Iterator["ValidationError"]:
    """Give what is wrong with the fields that are there."""
    if _is_sound()(record):
        return iter(())
    return (problem for problem in _validator().iter_errors(record) if problem.validator != "required")


def _sentence(problem: "ValidationError") -> str:
    place = ".".join(map(str, problem.absolute_path)) or "run.json"
    return f"{place}: {_message(problem)}"


def _message(problem: "ValidationError") -> str:
    return problem.message.splitlines()[0][:200]


def _field(problem: "ValidationError") -> list[str | int]:
    """Return the path of the innermost mapping's key that a problem stands under."""
    path = list(problem.absolute_path)
    while path and isinstance(path[-1], int):
        path.pop()
    return path
