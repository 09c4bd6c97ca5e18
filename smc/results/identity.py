"""What makes two runs the same run: the id, and the hashes that it is built from."""

from collections.abc import Iterator
from typing import Any

from smc.errors import ConfigError
from smc.fingerprint import code_version, content_hash
from smc.outside.secrets import hidden
from smc.results.own_code import LIBRARIES, own_code
from smc.results.packages import versions_of
from smc.typing import Config

#: Dotted keys that say where and how a run is carried out, not what it computes.
#: A profile's values stand where the model reads them, those of `structure` where features and labels do.
NOT_OF_RUN = (
    *("hydra", "paths", "ledger", "launcher", "monitor", "tracker", "trainer"),
    *("retry", "bad_jobs", "keep_bars", "explain", "reg", "structure", "run", "tune.storage"),
)
#: The same, wherever they stand: fits do not depend on them, or on `device` in the last digits alone. How
#: many devices fit a network is not among them: each takes its share of a batch, and the weights differ.
NOT_OF_FIT = ("n_jobs", "n_threads", "device")
#: Where the data lie is replaced by what they hold, once they could be loaded.
PLACE_OF_DATA = ("data.root",)
#: Keys that change nothing while nothing is in them; runs of older versions have none.
NOT_WHEN_EMPTY = ("callbacks", "columns", "stamps", "start_from")
#: What a run tells of its fits, not the fits: a sealed run is no further trial beside the one that is not.
NOT_OF_TRIAL = ("evaluation.test",)
#: Groups whose seed changes what a run is judged on.
EVIDENCE = ("data", "cv", "tune")
#: A search that is off, and where it would look: no part of a run.
NO_SEARCH, SEARCH = {"_target_": "smc.tune.none.NoTuning"}, ("tune", "space")


def run_id(config: Config, *, data_hash: str | None, seed: int) -> str:
    """Return the name of a run: 16 hex digits of a hash over everything that its figures depend on.

    These are the resolved config without `NOT_OF_RUN` and `NOT_OF_FIT`, the content of the data, the seed,
    the package's own sources, those of your own classes with all of yours that they import
    (`smc.results.own_code`), and the versions of `package_versions`.

    Parameters
    ----------
    config
        Composed and resolved, plain containers.
    data_hash
        `smc.fingerprint.bars_fingerprint` of the bars, or None where they could not be loaded; the place
        of the data then stands for them, so that a run of other or mended data is another run.

    Raises
    ------
    ConfigError
        The config holds what JSON cannot write.

    >>> one = run_id({"model": {"depth": 3, "n_jobs": 1}, "paths": {"output": "a"}}, data_hash="d", seed=0)
    >>> two = run_id({"model": {"depth": 3, "n_jobs": 2}, "paths": {"output": "b"}}, data_hash="d", seed=0)
    >>> one == two, len(one)
    (True, 16)
    """
    paths = NOT_OF_RUN if data_hash is None else (*NOT_OF_RUN, *PLACE_OF_DATA)
    identity = {
        "config": _without(_computed(config), paths, NOT_OF_FIT),
        "data": data_hash,
        "seed": seed,
        "code": [code_version(), *own_code(config).items()],
        "packages": package_versions(config),
    }
    return _hash(identity)[:16]


def package_versions(config: Config) -> dict[str, str]:
    """Return the versions of the packages that a run computes with; trackers and watches are no part of it.

    Another package, or another version of one that the run does not use, leaves its id what it was.
    """
    return versions_of(_without(config, NOT_OF_RUN, NOT_OF_FIT))


def config_hash(config: Config) -> str:
    """Hash what a config asks to compute (SHA-256, hex), wherever and on whatever it runs."""
    return _hash(_without(_computed(config), (*NOT_OF_RUN, *PLACE_OF_DATA), NOT_OF_FIT))


def seedless_hash(config: Config) -> str:
    """Hash a config without its seeds and its seal: repeats of one configuration share it.

    The seed of a simulated market stays, since it makes other data, and so does that of a splitter
    (``cv=monte_carlo``), since it makes other folds: their figures are no repeats on the same evidence.
    """
    kept = {
        key: value if key in EVIDENCE else _without(value, (), ("seed",)) for key, value in config.items()
    }
    return config_hash(
        _without({key: value for key, value in kept.items() if key != "seed"}, NOT_OF_TRIAL, ())
    )


def trial_hash(config: Config) -> str:
    """Hash what is counted as one trial: a configuration without its seeds, and the code of one's own.

    smc's own sources and the versions of packages are no part of it. A class of one's own is another trial
    under each seed that is not the run's, since nothing says what its seed stands for.
    """
    asked = _without(config, NOT_OF_RUN, NOT_OF_FIT)
    seeds = dict(_own_seeds(asked, config.get("seed")))
    return _hash({"config": seedless_hash(config), "own_code": own_code(asked), "own_seeds": seeds})


def question_hash(config: Config) -> str:
    """Hash what a model is asked: labels, events and side, with what these read of `structure`."""
    asked = {group: config[group] for group in ("labels", "events")}
    read = config.get("structure") if config["side"] == "structure" else None
    parts = {**asked, "side": config["side"], "structure": read}
    return _hash({"question": _without(parts, (), NOT_OF_FIT), "own_code": own_code(asked)})


def class_hash(node: Config) -> str:
    """Hash a class of one's own as its laws know it: what it is given, but for its seeds, and its code."""
    return _hash({"node": _without(node, (), (*NOT_OF_FIT, "seed")), "own_code": own_code(node)})


def _computed(config: Config) -> Config:
    """Leave out a search that is off, and hide the secrets of the data: a new password makes no other run.

    Those of every other group stay, for what a model is given is a trial, whatever its name.
    """
    is_off = config.get("tune") == NO_SEARCH
    kept = {key: value for key, value in config.items() if not (is_off and key in SEARCH)}
    return {**kept, "data": hidden(kept["data"])} if "data" in kept else kept


def _own_seeds(value: Any, seed: Any, path: str = "", *, is_own: bool = False) -> Iterator[tuple[str, Any]]:
    """Give each seed of a class of one's own that is not the run's, by its place."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, dict) and "_target_" in value:
        is_own = str(value["_target_"]).partition(".")[0] not in LIBRARIES
    for key, item in items:
        if is_own and key == "seed" and item != seed:
            yield f"{path}.{key}", item
        yield from _own_seeds(item, seed, f"{path}.{key}", is_own=is_own)


def _without(value: Any, paths: tuple[str, ...], names: tuple[str, ...], prefix: str = "") -> Any:
    """Copy plain data without the dotted `paths`, and without the keys called `names` anywhere."""
    if isinstance(value, dict):
        kept = {
            key: item
            for key, item in value.items()
            if key not in names and f"{prefix}{key}" not in paths and not _is_empty(key, item)
        }
        return {key: _without(item, paths, names, f"{prefix}{key}.") for key, item in kept.items()}
    if isinstance(value, list | tuple):
        return [_without(item, paths, names, prefix) for item in value]
    return value


def _is_empty(key: str, value: Any) -> bool:
    """Tell whether a map that counts when there is something in it holds nothing, or nothing but None."""
    return key in NOT_WHEN_EMPTY and not any(value.values() if isinstance(value, dict) else [value])


def _hash(value: Any) -> str:
    try:
        return content_hash(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"a resolved config is plain data, of text keys: {error}") from error
