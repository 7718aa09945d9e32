"""The failing disk, compiled once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import disk


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes calls fail; skips where there cannot be one."""
    reason = disk.why_not()
    if reason:
        pytest.skip(f"no disk can be made to fail here: {reason}")
    return disk.compiled(tmp_path_factory.mktemp("library"))
