"""A sender's logo is kept."""

from __future__ import annotations

from countersign.domain.document import FileRef
from countersign.usecases.keeping_ports import LOGO
from countersign.usecases.ports import Ports


def keep_logo(image: bytes, ports: Ports) -> FileRef:
    """Stores it as a PNG. It stays for good: what was sent with it shows it for as long as that is
    there. Raises UnusableFile("not_image")."""
    file = ports.engine.logo_image(image)
    with ports.unit_of_work() as uow:
        uow.keeping.contents.use(LOGO, [file])
        uow.commit()
    return file
