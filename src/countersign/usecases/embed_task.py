"""A page of the sender's wants to show the signing page inside itself."""

from __future__ import annotations

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.web_origin import web_origin
from countersign.usecases.ports import Ports


def embedding_origin(envelope: Envelope, asked: str, ports: Ports) -> str | None:
    """`asked`, as a browser writes an origin, when the envelope's project allows it now; else
    None. Read from the project itself: who may embed is about today, not about the day of sending.
    """
    try:
        origin = web_origin(asked)
        return origin if origin in _allowed(envelope, ports) else None
    except (Invalid, NotFound):
        return None


def _allowed(envelope: Envelope, ports: Ports) -> tuple[str, ...]:
    """Raises NotFound for a project that is gone."""
    if envelope.project_id is None:
        return ()
    with ports.unit_of_work() as uow:
        project = uow.projects.get(envelope.account_id, envelope.project_id)
    return project.settings.widget_origins
