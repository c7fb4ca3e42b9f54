"""A Candor of its own, and a relay that keeps what it gets in a file: both may be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.services import free_port
from tests.deep import sink
from tests.deep.installation import Installation, installation
from webapp.config import Settings


@pytest.fixture
def mailbag(tmp_path: Path) -> Path:
    return tmp_path / "received"


@pytest.fixture
def candor(tmp_path: Path, settings: Settings, mailbag: Path) -> Iterator[Installation]:
    port = free_port()
    with installation(tmp_path, settings, sink.program(port, mailbag), smtp_port=port) as running:
        yield running
