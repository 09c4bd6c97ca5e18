"""What the laws of several groups need."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

SCRIPT = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("laws", sys.argv[1])
laws = importlib.util.module_from_spec(spec)
spec.loader.exec_module(laws)
print(json.dumps(getattr(laws, sys.argv[2])()))
"""


@pytest.fixture
def in_another_process() -> Callable[[str, str], Any]:
    """Call a function of a file in a process with other hash seeds and threads, and return what it returns."""

    def call(file: str, function: str) -> Any:
        env = {**os.environ, "PYTHONHASHSEED": "77", "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
        command = [sys.executable, "-W", "ignore", "-c", SCRIPT, file, function]
        return json.loads(subprocess.run(command, env=env, capture_output=True, check=True).stdout)

    return call
