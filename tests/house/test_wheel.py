"""An installed wheel carries its configuration, and works from any folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import smc

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel, as an installer unpacks it."""
    target = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(REPOSITORY)).build(directory=str(target), versions=["standard"])
    with zipfile.ZipFile(built) as wheel:
        wheel.extractall(target / "site")
    return target / "site"


def test_the_wheel_holds_every_option(site: Path) -> None:
    shipped = {path.relative_to(site / "smc" / "conf") for path in (site / "smc" / "conf").rglob("*.yaml")}
    assert shipped == {
        path.relative_to(REPOSITORY / "conf") for path in (REPOSITORY / "conf").rglob("*.yaml")
    }
    assert not list(site.rglob("test_*.py"))


def test_the_wheel_is_called_what_its_runs_register(site: Path) -> None:
    (metadata,) = site.glob("smc-*.dist-info/METADATA")
    assert f"\nVersion: {smc.__version__}\n" in metadata.read_text(encoding="utf-8")


def test_the_wheel_runs_from_any_folder(site: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smc.train", "model=logistic"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "outputs" / "runs").iterdir()
    assert (run / "MANIFEST.json").is_file()
