"""Trees of scikit-learn as flat arrays: all nodes, tree after tree, checked when they are read.

scikit-learn follows whatever its nodes say, in C: a child that is no node of the tree, or a feature that is
no column, reads memory that is not its own. So nothing becomes a tree before every node is known to be
possible.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.tree._tree import NODE_DTYPE, Tree

from smc.errors import ModelError
from smc.typing import IntArray

#: One entry a tree, one a node, one a node that is split; columns of ``values`` are classes, or one number.
OF_TREES = {"n_nodes": "<i4", "seeds": "<i4"}
OF_NODES = {
    "is_split": "|u1",
    "missing_left": "|u1",
    "impurity": "<f8",
    "n_rows": "<i4",
    "weights": "<f8",
    "values": "<f8",
}
OF_SPLITS = {"left_steps": "<i4", "right_steps": "<i4", "features": "<i4", "thresholds": "<f8"}
KINDS = OF_TREES | OF_NODES | OF_SPLITS
#: What scikit-learn writes into the nodes that are not split.
LEAF = {"left_child": -1, "right_child": -1, "feature": -2, "threshold": -2.0}


def flatten(trees: Sequence[Any]) -> dict[str, np.ndarray]:
    """Return the arrays of `KINDS` of some fitted trees of one output each.

    A child is told by its distance from its parent, which scikit-learn numbers before it: so a tree needs no
    offset, and has no way back.
    """
    states = [tree.tree_.__getstate__() for tree in trees]
    nodes = np.concatenate([state["nodes"] for state in states])
    values = np.concatenate([state["values"] for state in states])
    n_nodes = np.array([state["node_count"] for state in states])
    own = np.arange(len(nodes)) - np.repeat(_starts(n_nodes), n_nodes)
    is_split = nodes["left_child"] != LEAF["left_child"]
    splits, place = nodes[is_split], own[is_split]
    arrays = {
        "n_nodes": n_nodes,
        "seeds": np.array([tree.random_state for tree in trees]),
        "is_split": is_split,
        "missing_left": nodes["missing_go_to_left"],
        "impurity": nodes["impurity"],
        "n_rows": nodes["n_node_samples"],
        "weights": nodes["weighted_n_node_samples"],
        "values": values[:, 0, :],
        "left_steps": splits["left_child"] - place,
        "right_steps": splits["right_child"] - place,
        "features": splits["feature"],
        "thresholds": splits["threshold"],
    }
    return {name: np.ascontiguousarray(arrays[name], dtype=kind) for name, kind in KINDS.items()}


def unflatten(arrays: Mapping[str, np.ndarray], n_features: int, n_values: int) -> list[Tree]:
    """Build the trees that `flatten` was given.

    Parameters
    ----------
    n_features
        Columns that the trees look at.
    n_values
        Classes, or 1 of numbers.

    Raises
    ------
    ModelError
        Arrays that are not of such trees.
    """
    _check_shapes(arrays, n_values)
    _check_cells(arrays, n_features)
    n_nodes = arrays["n_nodes"].astype(np.int64)
    starts, at = _starts(n_nodes), np.flatnonzero(arrays["is_split"])
    children = [at + arrays[side] for side in ("left_steps", "right_steps")]
    _check_children(children, at, starts, n_nodes)
    nodes = _nodes(arrays, at, [side - np.repeat(starts, n_nodes)[at] for side in children])
    values, depths = arrays["values"][:, None, :], _depths(children, at, starts, len(nodes))
    trees = []
    for start, count, depth in zip(starts.tolist(), n_nodes.tolist(), depths.tolist(), strict=True):
        own = slice(start, start + count)
        state = {"max_depth": depth, "node_count": count, "nodes": nodes[own], "values": values[own]}
        trees.append(Tree(n_features, np.array([n_values]), 1))
        trees[-1].__setstate__(state)
    return trees


def _starts(n_nodes: IntArray) -> IntArray:
    """Return the place of each tree's root among all nodes."""
    return np.cumsum(n_nodes) - n_nodes


def _nodes(arrays: Mapping[str, np.ndarray], at: IntArray, children: Sequence[IntArray]) -> np.ndarray:
    """Return the nodes as scikit-learn has them."""
    nodes: Any = np.zeros(len(arrays["is_split"]), dtype=NODE_DTYPE)
    for name, value in LEAF.items():
        nodes[name] = value
    nodes["impurity"], nodes["n_node_samples"] = arrays["impurity"], arrays["n_rows"]
    nodes["weighted_n_node_samples"], nodes["missing_go_to_left"] = arrays["weights"], arrays["missing_left"]
    nodes["left_child"][at], nodes["right_child"][at] = children
    nodes["feature"][at], nodes["threshold"][at] = arrays["features"], arrays["thresholds"]
    return nodes


def _depths(children: Sequence[IntArray], at: IntArray, starts: IntArray, n_nodes: int) -> IntArray:
    """Return the deepest level of each tree, by which scikit-learn reserves memory."""
    next_level = np.full((2, n_nodes), -1)
    next_level[:, at] = children
    tree, level = np.arange(len(starts)), starts
    depths, depth = np.zeros(len(starts), dtype=np.int64), 0
    while len(level):
        depths[tree] = depth
        below = next_level[:, level]
        is_node = below[0] >= 0
        tree, level, depth = np.tile(tree[is_node], 2), below[:, is_node].ravel(), depth + 1
    return depths


def _check_shapes(arrays: Mapping[str, np.ndarray], n_values: int) -> None:
    for name, kind in KINDS.items():
        array, n_axes = arrays[name], 2 if name == "values" else 1
        if array.dtype != np.dtype(kind) or array.ndim != n_axes:
            raise ModelError(
                f"a saved forest is damaged: {name} must be {np.dtype(kind).name} of {n_axes} dimension(s), "
                f"got {array.dtype} of {array.ndim}"
            )
    n_nodes, is_split = arrays["n_nodes"], arrays["is_split"]
    if not len(n_nodes) or n_nodes.min() < 1:
        raise ModelError("a saved forest is damaged: every tree must have a node")
    sizes = (
        (OF_TREES, len(n_nodes)),
        (OF_NODES, int(n_nodes.sum(dtype=np.int64))),
        (OF_SPLITS, int(np.count_nonzero(is_split))),
    )
    for names, size in sizes:
        for name in names:
            if len(arrays[name]) != size:
                raise ModelError(
                    f"a saved forest is damaged: {name} must have {size} entries, got {len(arrays[name])}"
                )
    if arrays["values"].shape[1] != n_values:
        raise ModelError(
            f"a saved forest is damaged: it answers with {arrays['values'].shape[1]} values, not {n_values}"
        )


def _check_cells(arrays: Mapping[str, np.ndarray], n_features: int) -> None:
    """A threshold may be infinite: then only missing values part from the others."""
    features = arrays["features"]
    possible = {
        "is_split": arrays["is_split"] <= 1,
        "missing_left": arrays["missing_left"] <= 1,
        "features": (features >= 0) & (features < n_features),
        "thresholds": ~np.isnan(arrays["thresholds"]),
        **{name: np.isfinite(arrays[name]) for name in ("impurity", "weights", "values")},
    }
    for name, is_possible in possible.items():
        if not is_possible.all():
            wrong = arrays[name][~is_possible][0]
            raise ModelError(f"a saved forest is damaged: {name} holds {wrong}, for {n_features} features")


def _check_children(children: Sequence[IntArray], at: IntArray, starts: IntArray, n_nodes: IntArray) -> None:
    """Each node but a root must be the child of one node that stands before it in its own tree."""
    below, parent = np.concatenate(children), np.tile(at, 2)
    end = np.repeat(starts + n_nodes, n_nodes)[parent]
    if not ((below > parent) & (below < end)).all():
        raise ModelError("a saved forest is damaged: a child is no later node of its own tree")
    is_root = np.zeros(int(n_nodes.sum()), dtype=bool)
    is_root[starts] = True
    n_parents = np.bincount(below, minlength=len(is_root))
    if not (n_parents == ~is_root).all():
        raise ModelError("a saved forest is damaged: a node has no parent, or more than one")
