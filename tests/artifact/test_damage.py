"""Damaged and hostile models: every one an ArtifactError, none a crash, nothing executed."""

import io
import json
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from smc import artifact
from smc.artifact import manifest, skops_file, trusted
from smc.aug.none import NoAugmentation
from smc.errors import ArtifactError
from smc.model.flat_trees import KINDS
from smc.model.lightgbm import LightGBM
from smc.model.logistic import Logistic
from smc.model.random_forest import RandomForest
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline

ESTIMATORS = {
    "xgboost": XGBoost(n_estimators=5),
    "lightgbm": LightGBM(n_estimators=5),
    "random_forest": RandomForest(n_estimators=3, max_depth=3),
    "logistic": Logistic(),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """One saved model of each format."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    root = tmp_path_factory.mktemp("models")
    for name, estimator in ESTIMATORS.items():
        model = FoldPipeline(estimator=estimator, sampler=NoAugmentation()).fit(X, (X[:, 0] > 0).astype(int))
        artifact.save(model, root / name)
    return root


@pytest.fixture
def altered(folders, tmp_path):
    """Copy a model with some files replaced (None: left out); `reseal` makes the hashes fit, as a forger would."""

    def alter(name: str, reseal: bool = False, **replaced: bytes) -> str:
        files = {path.name: path.read_bytes() for path in (folders / name).iterdir()}
        files.update({key.replace("__", "."): data for key, data in replaced.items()})
        if reseal:
            record = json.loads(files.pop("model.json"))
            record.pop("sha256")
            files["model.json"] = manifest.seal(record, files)
        for key, data in files.items():
            (tmp_path / key).write_bytes(data)
        return str(tmp_path)

    return alter


FILES = [
    ("xgboost", "estimator.ubj"),
    ("lightgbm", "estimator.txt"),
    ("random_forest", "estimator.npz"),
    ("logistic", "estimator.skops"),
    ("xgboost", "preprocess.skops"),
    ("xgboost", "golden.npz"),
    ("xgboost", "model.json"),
]


@pytest.mark.parametrize(("name", "file"), FILES)
def test_one_flipped_bit_anywhere_is_found(folders, altered, name, file):
    data = (folders / name / file).read_bytes()
    rng = np.random.default_rng(0)
    for position in rng.integers(0, len(data), 60):
        flipped = bytearray(data)
        flipped[position] ^= 1 << int(rng.integers(8))
        with pytest.raises(ArtifactError, match=r"wrong hash|damaged|missing file|extra file"):
            artifact.load(altered(name, **{file.replace(".", "__"): bytes(flipped)}))


@pytest.mark.parametrize(("name", "file"), FILES)
def test_a_truncated_file_is_found(folders, altered, name, file):
    data = (folders / name / file).read_bytes()
    for length in np.linspace(0, len(data) - 2, 30).astype(int):
        with pytest.raises(ArtifactError, match=r"wrong hash|damaged"):
            artifact.load(altered(name, **{file.replace(".", "__"): data[:length]}))


def test_no_parser_sees_a_file_whose_hash_is_wrong(altered, monkeypatch):
    def parser(*_):
        raise AssertionError("parsed before it was checked")

    monkeypatch.setattr(XGBoost, "from_bytes", parser)
    monkeypatch.setattr(skops_file, "load", parser)
    monkeypatch.setattr(np, "load", parser)
    with pytest.raises(ArtifactError, match=r"wrong hash: estimator.ubj is not the file that was written"):
        artifact.load(altered("xgboost", estimator__ubj=b"{}"))


@pytest.mark.parametrize(
    "record", [b"", b"[]", b"{}", b"null", b"\xff\xfe", b"[" * 100_000, b'{"sha256": 1}']
)
def test_a_record_that_is_none_is_damaged(altered, record):
    with pytest.raises(ArtifactError, match=r"model.json is damaged|wrong hash"):
        artifact.load(altered("xgboost", model__json=record))


@pytest.mark.parametrize("change", [{"steps": {}}, {"params": {}}, {"feature_names": 7}, {"n_features": "x"}])
def test_a_forged_record_is_refused(folders, altered, change):
    record = json.loads((folders / "xgboost/model.json").read_text()) | change
    with pytest.raises(ArtifactError):
        artifact.load(altered("xgboost", reseal=True, model__json=json.dumps(record).encode()))


@pytest.mark.parametrize("data", [b"", b"tree\n", b"not a model", b"{" * 50])
def test_a_forged_text_that_the_library_refuses_is_an_artifact_error(altered, data):
    with pytest.raises(ArtifactError):
        artifact.load(altered("lightgbm", reseal=True, estimator__txt=data))


@pytest.mark.parametrize("data", [b"", b"{}", b"not a model", pickle.dumps([1])])
def test_a_forged_array_or_archive_is_an_artifact_error(altered, data):
    for file in ("preprocess__skops", "golden__npz"):
        with pytest.raises(ArtifactError):
            artifact.load(altered("xgboost", reseal=True, **{file: data}))


@pytest.mark.parametrize("change", ["cut", "flipped", "other arrays"])
def test_a_forged_forest_is_an_artifact_error_or_answers_as_it_did(folders, altered, change):
    data = (folders / "random_forest/estimator.npz").read_bytes()
    rng, refused = np.random.default_rng(0), 0
    for position in rng.integers(0, len(data), 40):
        forged = bytearray(data)
        if change == "cut":
            forged = forged[:position]
        elif change == "flipped":
            forged[position] ^= 1 << int(rng.integers(8))
        else:
            forged = bytearray((folders / "random_forest/golden.npz").read_bytes())
        try:
            artifact.load(altered("random_forest", reseal=True, estimator__npz=bytes(forged)))
        except ArtifactError as error:
            refused += "a saved model" in str(error)
    assert refused > 20


@pytest.mark.parametrize("file", ["preprocess.skops", "golden.npz"])
def test_a_forged_archive_is_an_artifact_error_or_answers_as_it_did(folders, altered, file):
    data = (folders / "xgboost" / file).read_bytes()
    rng, refused = np.random.default_rng(0), 0
    for position in rng.integers(0, len(data), 80):
        forged = bytearray(data)
        forged[position] ^= 1 << int(rng.integers(8))
        try:
            artifact.load(altered("xgboost", reseal=True, **{file.replace(".", "__"): bytes(forged)}))
        except ArtifactError:
            refused += 1
    assert refused > 40


def test_an_array_of_more_rows_than_there_is_memory_for_is_an_artifact_error(folders, altered):
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (10**15, 3)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(folders / "xgboost/golden.npz") as archive:
        arrays = {name: archive.read(name) for name in archive.namelist()}
    forged = io.BytesIO()
    with zipfile.ZipFile(forged, "w") as archive:
        for name in arrays:
            archive.writestr(name, header.getvalue() + bytes(64))
    with pytest.raises(ArtifactError):
        artifact.load(altered("xgboost", reseal=True, golden__npz=forged.getvalue()))


def test_a_pickle_in_the_place_of_a_tree_is_not_read(altered, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    buffer = io.BytesIO()
    np.savez(buffer, **dict.fromkeys(KINDS, np.array([Evil()], dtype=object)))
    with pytest.raises(ArtifactError, match="allow_pickle"):
        artifact.load(altered("random_forest", reseal=True, estimator__npz=buffer.getvalue()))
    assert not (tmp_path / "ran").exists()


def skops(state: dict, **members: bytes) -> bytes:
    """Write a skops file by hand."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", json.dumps(state | {"protocol": 2, "_skops_version": "0.16.0"}))
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def node(loader: str, module: str, cls: str, content=None, **more) -> dict:
    return {"__loader__": loader, "__module__": module, "__class__": cls, "content": content, **more}


def text(value: str) -> dict:
    return node("JsonNode", "builtins", "str", json.dumps(value), is_json=True)


def items(loader: str, cls: str, *values: dict) -> dict:
    return node(loader, "builtins", cls, list(values))


def arguments(path) -> dict:
    return items("TupleNode", "tuple", text(f"touch {path}"))


def hostile(path) -> dict[str, dict]:
    """Files that would run a command if their content were trusted."""
    empty = node("DictNode", "builtins", "dict", {}, key_types=items("ListNode", "list"))
    system = node("FunctionNode", "os", "system")
    partial = {"func": system, "args": arguments(path), "kwds": empty, "namespace": empty}
    return {
        "call": node("ConstructorFromReduceNode", "os", "system", arguments(path)),
        "popen": node("ConstructorFromReduceNode", "subprocess", "Popen", arguments(path)),
        "partial": node("PartialNode", "functools", "partial", partial),
        "operator": node("OperatorFuncNode", "operator", "methodcaller", None, attrs=arguments(path)),
        "function": system,
        "type": node("TypeNode", "subprocess", "Popen"),
        "object": node("ObjectNode", "subprocess", "Popen", empty),
        "ours, not its own": node("ConstructorFromReduceNode", "smc.fingerprint", "Path", arguments(path)),
        "ours, no estimator": node(
            "ConstructorFromReduceNode", "smc.fingerprint", "content_hash", arguments(path)
        ),
        "library function": node("ConstructorFromReduceNode", "sklearn.utils", "shuffle", arguments(path)),
        "evaluated": node("ConstructorFromReduceNode", "builtins", "eval", arguments(path)),
        "reduced": node("TreeNode", "os", "system", empty, __reduce__={"args": arguments(path)}),
    }


@pytest.mark.parametrize("attack", hostile("x"))
def test_a_hostile_file_is_refused_and_executes_nothing(altered, tmp_path, attack):
    mark = tmp_path.parent / f"{attack.replace(' ', '')}_ran"
    data = skops(hostile(mark)[attack])
    for file in ("estimator__skops", "preprocess__skops"):
        with pytest.raises(ArtifactError):
            artifact.load(altered("logistic", reseal=True, **{file: data}))
    assert not mark.exists()


def test_the_attack_would_work_on_a_reader_that_trusts(tmp_path):
    from skops.io import loads

    mark = tmp_path / "ran"
    assert loads(skops(hostile(mark)["call"]), trusted=["os.system"]) == 0
    assert mark.exists()


def test_an_array_that_holds_a_pickle_is_refused(altered, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    buffer = io.BytesIO()
    np.savez(buffer, inputs=np.array([Evil()], dtype=object), outputs=np.zeros(1))
    with pytest.raises(ArtifactError, match="allow_pickle"):
        artifact.load(altered("xgboost", reseal=True, golden__npz=buffer.getvalue()))
    assert not (tmp_path / "ran").exists()


def test_nothing_is_pickled(folders):
    script = (
        "import pickle, sys\n"
        "def refuse(*a, **k): raise AssertionError('pickle')\n"
        "pickle.load = pickle.loads = pickle.Unpickler = refuse\n"
        "from smc import artifact\n"
        "[artifact.load(folder) for folder in sys.argv[1:]]\n"
    )
    command = [sys.executable, "-c", script, *(str(folders / name) for name in ESTIMATORS)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    "cls", ["os.system", "subprocess.Popen", "smcx.models.Model", "sklearnx.Tree", "Path", ""]
)
def test_a_class_outside_the_list_is_refused(folders, altered, cls):
    record = json.loads((folders / "xgboost/model.json").read_text())
    record["steps"]["estimator"]["class"] = cls
    with pytest.raises(ArtifactError, match="unknown class: the model names"):
        artifact.load(altered("xgboost", reseal=True, model__json=json.dumps(record).encode()))


@pytest.mark.parametrize(
    ("cls", "why"),
    [
        ("smc.fingerprint.Path", "is no class of an allowed module"),
        ("smc.fingerprint.content_hash", "is no class of an allowed module"),
        ("smc.errors.ArtifactError", "is no scikit-learn estimator"),
        ("smc.nowhere.Model", "cannot be imported"),
        ("sklearn.utils.shuffle", "is no class of an allowed module"),
    ],
)
def test_only_estimators_defined_in_an_allowed_module_are_built(cls, why):
    with pytest.raises(ArtifactError, match=why):
        trusted.locate(cls)


def test_another_class_than_the_recorded_one_is_refused(folders, altered):
    other = (folders / "xgboost/preprocess.skops").read_bytes()
    with pytest.raises(
        ArtifactError, match=r"holds a smc.pipeline.preprocess.Preprocess, but model.json names"
    ):
        artifact.load(altered("logistic", reseal=True, estimator__skops=other))
