import subprocess
import sys
from pathlib import Path

import pytest

from countersign.httpkit.staging import StagingArea

from .conftest import left_in

HOLD = """
import sys, time
from pathlib import Path
from countersign.httpkit.staging import StagingArea
area = StagingArea(Path(sys.argv[1]))
area.open()
staging = area.request()
staging.new_path().write_bytes(b"half")
print("ready", flush=True)
time.sleep(60)
"""


def test_opening_sweeps_what_a_killed_process_left(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    assert left_in(tmp_path) != []
    area = StagingArea(tmp_path)
    area.open()
    assert left_in(tmp_path) == []
    area.close()


def test_files_of_a_living_process_are_not_swept(tmp_path: Path) -> None:
    living, starting = StagingArea(tmp_path), StagingArea(tmp_path)
    living.open()
    with living.request() as staging:
        path = staging.new_path()
        path.write_bytes(b"still being read")
        starting.open()
        assert path.read_bytes() == b"still being read"
    starting.close()
    living.close()
    assert list(tmp_path.glob("process-*")) == []


def test_a_request_without_files_makes_no_folder(tmp_path: Path) -> None:
    area = StagingArea(tmp_path)
    area.open()
    with area.request() as staging:
        assert not staging.used
        assert left_in(tmp_path) == []
    area.close()


def test_nothing_is_staged_before_the_lifespan_has_run(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="lifespan"):
        StagingArea(tmp_path).request()


def test_a_folder_that_never_had_a_lock_is_swept(tmp_path: Path) -> None:
    (tmp_path / "process-old" / "request-1").mkdir(parents=True)
    area = StagingArea(tmp_path)
    area.open()
    assert left_in(tmp_path) == []
    area.close()
    area.close()  # closing twice does no harm
