"""An envelope that could not be verified is the one thing that an operator must hear of."""

from __future__ import annotations

from pathlib import Path

import structlog

from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.events import Event, EventKind
from tests.adapters import samples
from tests.adapters.house import opened


def test_a_file_that_is_wrong_is_an_error_in_the_log_without_its_name(tmp_path: Path) -> None:
    made = samples.envelope(status=EnvelopeStatus.OPEN)
    why = {"reason": "Lease of Ada.pdf: value of z_id"}
    with opened(tmp_path) as house, structlog.testing.capture_logs() as logs:
        house.open(made)
        with house.ports.unit_of_work() as uow:
            found = uow.envelopes.get(made.id)
            failed = Event(kind=EventKind.ENVELOPE_FAILED, at=samples.NOW, data=why)
            uow.envelopes.save(found, [failed])
            uow.commit()
    (line,) = (one for one in logs if one["log_level"] == "error")
    assert (line["event"], line["envelope"]) == ("envelope_failed", made.id)
    assert "Ada" not in str(line)
