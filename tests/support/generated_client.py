"""A client of an API, made by openapi-python-client from what the server says of itself."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

# The generator knows octets only
CONFIG = (
    '{"content_type_overrides": {"application/pdf": "application/octet-stream"}, "post_hooks": []}'
)
# It says a warning in one line and why in another; other types of a body than octets and JSON it
# passes over, which leaves the call usable with the types that it knows
TROUBLE = re.compile(r"^(?:Unable|Cannot|Could not|Unsupported (?!content type)).*", re.MULTILINE)


def generated_client(spec: bytes, folder: Path, name: str) -> ModuleType:
    """The client as a package of this name. Fails when the generator left out a class or an
    answer, for which it does not end with an error of its own."""
    (folder / "openapi.json").write_bytes(spec)
    (folder / "config.json").write_text(CONFIG)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    done = subprocess.run(
        [*command, "--path", "openapi.json", "--config", "config.json", "--output-path", name],
        cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not TROUBLE.findall(said), said
    return _imported(folder / name)


def _imported(package: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        package.name, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[package.name] = module
    spec.loader.exec_module(module)
    return module
