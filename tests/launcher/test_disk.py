"""Too little disk: a clear error, no half file, and the same command goes on when there is room."""

import pytest

PROCESSES = "hydra/launcher=processes"


def test_a_sweep_stops_with_a_code_of_its_own_and_goes_on_later(place) -> None:
    stopped = place.sweep(PROCESSES, "seed=0,1", "paths.min_free_mb=1e9")
    assert stopped.returncode == 3, stopped.stderr
    assert "a run needs 1e+09 MB of free disk" in stopped.stderr
    assert "0 of 2 finished, 2 not started" in stopped.stderr
    assert not place.runs()
    assert place.sweep(PROCESSES, "seed=0,1").returncode == 0
    assert len(place.runs()) == 2


@pytest.mark.slow
def test_a_disk_that_fills_up_while_runs_go_on(place_on_small_disk) -> None:
    place, disk = place_on_small_disk
    (disk / "others").write_bytes(b"0" * 8_200_000)
    full = place.sweep(PROCESSES, "seed=range(6)", "paths.min_free_mb=0")
    assert full.returncode == 3, full.stderr
    assert " is full: free some room" in full.stderr or "disk is full" in full.stderr
    assert "Traceback" not in full.stderr
    (disk / "others").unlink()
    again = place.sweep(PROCESSES, "seed=range(2)", "paths.min_free_mb=0")
    assert again.returncode == 0, again.stderr
    assert len(place.runs()) == 2
    assert list((disk / "staging").iterdir()) == []
