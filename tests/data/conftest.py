"""A folder that a test fills with one small file."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

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


@pytest.fixture
def typed() -> Callable[[str], dict[str, object]]:
    """Read the overrides that an error says, as the command line reads them: the first one for each key."""

    def overrides_of(message: str) -> dict[str, object]:
        said = re.findall(r"'(data\.columns=\{[^']*\})'|(data\.(?:stamps|on_bad|tz)=[\w/+:-]+)", message)
        options: dict[str, object] = {}
        for quoted, plain in said:
            override = OverridesParser.create().parse_override(quoted or plain)
            field = str(override.key_or_group).removeprefix("data.")
            options.setdefault(field, OmegaConf.to_object(OmegaConf.create({"x": override.value()})))
        return {field: value["x"] for field, value in options.items()}  # type: ignore[index]

    return overrides_of
