"""A folder that a test fills with one small file."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from smc.data.files import Files

HEADER = "time,open,high,low,close,volume"


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Write a file (text, or bytes as they are) and load it as symbol X, naive stamps being UTC."""

    def write_and_load(content: str | bytes, name: str = "X.csv", **options) -> pd.DataFrame:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        pattern, symbol = options.pop("pattern", "{symbol}.*"), options.pop("symbol", "X")
        return Files(tmp_path, pattern, **{"tz": "UTC", **options}).load(symbol)

    return write_and_load


@pytest.fixture
def csv() -> Callable[..., str]:
    """Hourly bars 1, 2, 3, 1.5, 10 with a header; keyword arguments replace lines: the header is 1, rows 2 to 6."""

    def lines(**replaced: str) -> str:
        rows = [HEADER, *(f"2024-01-02 0{hour}:00:00,2,3,1,1.5,10" for hour in range(5))]
        for key, text in replaced.items():
            rows[int(key.removeprefix("row")) - 1] = text
        return "\n".join(rows) + "\n"

    return lines
