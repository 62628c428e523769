"""A server that has just started has loaded nothing that only some of its work needs (decision
record 89): each of these takes megabytes or tenths of a second."""

import subprocess
import sys
from pathlib import Path

STARTED = """
import sys
from pathlib import Path
from countersign import app
from countersign.settings import Settings
with app.opened(Settings(data=Path(sys.argv[1]))) as installation:
    app.web(installation)
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
WITH_THE_WORK = {
    "PIL",
    "alembic",
    "apprise",
    "dns",
    "httpcore2",
    "httpx2",
    "openpyxl",
    "pikepdf",
    "pyhanko",
    "pypdfium2",
    "signxml",
    "typst",
    "webauthn",
}


def test_a_start_loads_no_library_that_only_some_work_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED, str(tmp_path / "data")],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(done.stdout.split())
    assert "sqlalchemy" in loaded
    assert loaded & WITH_THE_WORK == set()
