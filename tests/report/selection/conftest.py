"""Manifests that were made up: every verdict, as many runs as are asked for, and hostile names."""

import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from smc.results import RunStore, load_run
from smc.selection.manifest import check_manifest

#: The candidate's run in the fixture `make_run`, and its symbol there.
RUN_ID, SYMBOL = "0123456789abcdef", "EURUSD"
GATES = {
    "train_val_gap": (0.081, 0.2),
    "out_of_fold_predictions": (None, None),
    "out_of_fold_lower_bound": (0.052, 0.0),
    "romano_wolf": (0.0105, 0.05),
    "own_classes": (0.0, 0.0),
    "criteria": (0.0, 0.0),
    "test_predictions": (None, None),
    "test_positions": (None, None),
    "test_accuracy": (0.617, 0.495),
    "test_above_baseline": (0.617, 0.501),
    "val_test_difference": (0.021, 0.113),
    "test_p_value": (0.0041, 0.05),
    "benjamini_hochberg": (0.0315, 0.05),
}
#: Verdict -> gates that are passed.
N_PASSED = {"DEPLOY": 13, "WATCH": 3, "NO_MODEL": 1}
MODELS, PROFILES = ("logistic", "xgboost", "lightgbm", "random_forest"), ("baseline", "strong")


def gate(name: str, passed: bool | None) -> dict[str, Any]:
    """A gate with its figures, or one that was not reached."""
    if passed is None:
        told = "not reached: an earlier gate decided"
        return {
            "name": name,
            "value": None,
            "threshold": None,
            "passed": None,
            "explanation": told,
            "remedy": None,
        }
    value, threshold = GATES[name]
    remedy = None if passed else f"needs about {340:,} more events"
    return {
        "name": name,
        "value": value,
        "threshold": threshold,
        "passed": passed,
        "explanation": f"what {name} found over 200 events",
        "remedy": remedy,
    }


def run_row(run_id: str, number: int, rng: np.random.Generator, **changes: Any) -> dict[str, Any]:
    """A row of the comparison; strong profiles have smaller gaps."""
    model, profile = MODELS[number % 4], PROFILES[number // 4 % 2]
    gap = float(rng.normal(0.25 if profile == "baseline" else 0.08, 0.03))
    val = float(rng.normal(0.57, 0.02))
    return {
        "run_id": run_id,
        "model": model,
        "profile": profile,
        "aug": "adaptive",
        "cv": "walk_forward",
        "seed": number // 8,
        "train_accuracy": val + gap,
        "val_accuracy": val,
        "train_val_gap": gap,
        "out_of_fold_accuracy": float(rng.normal(0.56, 0.02)),
        "baseline_accuracy": 0.501,
        "evidence": float(rng.normal(0.05, 0.03)),
        "n_events": 200,
        "test_accuracy": float(rng.normal(0.55, 0.03)),
        "sharpe": float(rng.normal(0.4, 0.3)),
        "notes": ["overfitting_detected"] if gap > 0.15 else [],
        "lower_bound": float(rng.normal(0.0, 0.03)),
        "p_value": 0.3,
        "corrected_p_value": 0.4,
        **changes,
    }


def evidence(n_trials: int) -> dict[str, Any]:
    """What stands beside the gates."""
    return {
        "n_trials": n_trials,
        "n_runs": n_trials,
        "trials": {"finished": n_trials, "failed": 1},
        "n_events": 200,
        "measure": "return_coefficient",
        "value": 0.141,
        "lower_bound": 0.052,
        "p_values": {
            "romano_wolf": 0.01,
            "single": 0.004,
            "corrected": 0.0105,
            "test": 0.0041,
            "benjamini_hochberg": 0.0315,
        },
        "n_untold": 2,
        "round": 1,
        "would_pass_as_best_of": 9,
        "effective_trials": 3.4,
        "deflated_sharpe": {"2014": 0.91, "2025": 0.9, "convention": "2014", "sharpe": 1.31},
        "pbo": {"value": 0.31, "null": [0.2, 0.8], "n_configurations": 12},
        "min_track_record_length": {"bars": 700, "years": 0.5, "observed_years": 2.4},
        "seed_band": [0.12, 0.15],
        "power": {
            "sentence": "with 200 events an edge under 9.1 points of accuracy cannot be told from luck"
        },
        "paired": [],
        "openings": 1,
    }


def selection(
    verdict: str, number: int, *, n_runs: int, run_id: str | None, changes: dict[str, Any]
) -> dict[str, Any]:
    """The entry of one symbol; its first run is the candidate."""
    n_passed = N_PASSED[verdict]
    outcomes = [True] * n_passed + [False] * (n_passed < len(GATES)) + [None] * (len(GATES) - 1 - n_passed)
    gates = [gate(*each) for each in zip(GATES, outcomes, strict=True)]
    rng = np.random.default_rng(number)
    ids = [run_id or f"{number:04x}{0:012x}", *(f"{number:04x}{each:012x}" for each in range(1, n_runs))]
    rows = [run_row(each, place, rng, **changes) for place, each in enumerate(ids)]
    named = {"run_id": rows[0]["run_id"], "model": rows[0]["model"]}
    is_chosen = verdict == "DEPLOY"
    return {
        "verdict": verdict,
        "selected_model": named["model"] if is_chosen else None,
        "run_id": named["run_id"] if is_chosen else None,
        "candidate": named,
        "reason": "every gate is passed" if is_chosen else "No models met quality criteria",
        "decided_by": None if is_chosen else "a gate",
        "action": None if is_chosen else "MANUAL_REVIEW_REQUIRED",
        "test_accuracy": 0.617 if is_chosen else None,
        "train_val_gap": 0.081,
        "gates": gates,
        "alternatives": [{"run_id": row["run_id"], "model": row["model"]} for row in rows[1:3]],
        "comparison": rows,
        "evidence": evidence(n_runs),
    }


@pytest.fixture
def make_manifest() -> Callable[..., dict[str, Any]]:
    """Return a function that makes a valid manifest.

    `verdicts` gives a verdict for each symbol; `run_id` is the candidate's of the first one, and `changes` go
    into every row of the comparison.
    """

    def make(
        verdicts: dict[str, str] | None = None,
        *,
        n_runs: int = 16,
        run_id: str = RUN_ID,
        changes: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        asked = verdicts or {SYMBOL: "DEPLOY", "GBPUSD": "WATCH", "XAUUSD": "NO_MODEL"}
        entries = {
            symbol: selection(
                verdict, number, n_runs=n_runs, run_id=None if number else run_id, changes=changes or {}
            )
            for number, (symbol, verdict) in enumerate(asked.items())
        }
        chosen = list(asked.values())
        made = {
            "timestamp": "2024-05-07T08:09:10.123+00:00",
            "selection": "honest",
            "selection_criteria": {
                "max_train_val_gap": 0.2,
                "min_test_accuracy": 0.55,
                "max_val_test_diff": 0.05,
            },
            "runs": {
                "read": n_runs * len(asked),
                "damaged": [{"folder": "dead", "reason": "run.json has another size"}],
                "missing": [
                    {"run_id": None, "symbol": "AUDUSD", "model": "mlp", "state": "failed", "sweep": "1"}
                ],
                "repeated": [],
                "without_evidence": [{"run_id": "f00", "symbol": SYMBOL, "reason": "no folds were fitted"}],
            },
            "selections": entries,
            "summary": {
                "total_symbols": len(asked),
                "models_selected": chosen.count("DEPLOY"),
                "watched": chosen.count("WATCH"),
                "manual_review_needed": len(chosen) - chosen.count("DEPLOY"),
            },
        }
        check_manifest(made)
        return made

    return make


@pytest.fixture
def make_sealed_run(make_run, tmp_path) -> Callable[[str], Any]:
    """Return a function that commits a run whose test part is sealed."""

    def make(run_id: str) -> Any:
        run = make_run(skill=0.8, run_id="a" * 16)
        with RunStore(tmp_path / "outputs").claim(run_id) as claim:
            claim.save_record({**run.record, "test_metrics": {}})
            shutil.copy(run.path / "config.yaml", claim.staging)
            for name, table in (("predictions", run.predictions), ("returns", run.returns)):
                is_test = (table["part"] == "test").to_numpy()
                table[~is_test].to_parquet(claim.staging / f"{name}.parquet")
                table[is_test].to_parquet(claim.staging / f"sealed_{name}.parquet")
            return load_run(claim.commit())

    return make
