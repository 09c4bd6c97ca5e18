"""Each value of a composed configuration is traced to the file or override that gave it."""

from pathlib import Path

from smc.config.provenance import sources


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def tree(root: Path) -> Path:
    write(
        root,
        "train.yaml",
        "defaults:\n  - _self_\n  - model: tree\n  - reg: strong\nseed: 0\nsplit:\n  frac: 0.2\n",
    )
    write(root, "model/tree.yaml", "depth: ${reg.tree.depth}\nleaf: 3\nfrac: ${oc.select:split.frac,0.5}\n")
    write(root, "model/deep.yaml", "defaults:\n  - tree\n  - _self_\nleaf: 1\n")
    write(root, "reg/strong.yaml", "tree:\n  depth: 4\n")
    write(root, "experiment/fast.yaml", "# @package _global_\nseed: 7\n")
    return root


def test_values_come_from_root_group_profile_and_parent(tmp_path: Path) -> None:
    found = sources([tree(tmp_path)], {"model": "deep", "reg": "strong"}, [])
    assert found == {
        "model.depth": "reg/strong.yaml",
        "model.frac": "train.yaml",
        "model.leaf": "model/deep.yaml",
        "reg.tree.depth": "reg/strong.yaml",
        "seed": "train.yaml",
        "split.frac": "train.yaml",
    }


def test_overrides_and_experiments_win(tmp_path: Path) -> None:
    found = sources(
        [tree(tmp_path)], {"model": "tree", "experiment": "fast"}, ["model=tree", "+model.depth=2"]
    )
    assert found["model.depth"] == "command line: +model.depth=2"
    assert found["seed"] == "experiment/fast.yaml"


def test_an_earlier_folder_wins(tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own, "model/tree.yaml", "depth: 9\n")
    found = sources([own, tree(tmp_path / "smc")], {"model": "tree"}, [])
    assert found["model.depth"] == "model/tree.yaml"
    assert "model.leaf" not in found
