"""An order is checked against what there is, and made."""

from __future__ import annotations

from countersign.dialects.signicat_v1 import schemas
from countersign.dialects.signicat_v1.checks import Offered, violations
from countersign.dialects.signicat_v1.errors import Rejected, wrong_form
from countersign.dialects.signicat_v1.ids import PATTERN
from countersign.dialects.signicat_v1.methods import SMS_CODE
from countersign.dialects.signicat_v1.places import Source, places_of
from countersign.dialects.signicat_v1.translate import Asked, Document, Translation, to_document
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid
from countersign.usecases.add_interface import list_interfaces
from countersign.usecases.add_signing_service import list_signing_services
from countersign.usecases.fill_form import fill_form
from countersign.usecases.ports import Ports
from countersign.usecases.read_sent import stored_among
from countersign.usecases.receive_file import AwaitedFile
from countersign.usecases.send_stored import send_stored


def make_order(order: schemas.SigningOrder, asked: Asked, ports: Ports) -> Envelope:
    """Raises Rejected with everything that is wrong, and what `send_stored` raises."""
    offered = _offered(order, asked.caller, ports)
    if wrong := violations(order, offered):
        raise Rejected(wrong)
    places = places_of(order)
    documents = [
        _document(place, source, order, offered, ports)
        for place, source in enumerate(places.sources)
    ]
    return send_stored(Translation(order, places, documents, asked, offered).command(), ports)


def _offered(order: schemas.SigningOrder, caller: Caller, ports: Ports) -> Offered:
    refs = {document.documentRef for task in order.tasks for document in task.documents}
    known = [ref for ref in refs if ref and PATTERN.fullmatch(ref)]
    services = list_signing_services(caller.account.id, ports)
    sms, eids = "sms" in ports.mailer.channels, ports.identity.of_account(caller.account.id).methods
    return Offered(
        eids=(*eids, SMS_CODE) if sms else eids,
        services={service.name: service.method for service in services},
        files=stored_among(known, caller, ports),
        interfaces={
            each.name: each.identify_first for each in list_interfaces(caller.account.id, ports)
        },
        sms=sms,
        plain_http=ports.simulated is not None,
    )


def _document(
    place: int, source: Source, order: schemas.SigningOrder, offered: Offered, ports: Ports
) -> Document:
    """With its form filled in, or left to whoever signs it. Raises Rejected."""
    file = to_document(source, offered)
    if source.form is None or isinstance(file, AwaitedFile):
        return Document(file)
    form = order.tasks[source.form[0]].documents[source.form[1]].form or schemas.Form()
    try:
        filled = fill_form(
            file,
            {each.name: each.value for each in form.inputParams or ()},
            ports,
            interactive=form.interactive,
            document=place,
        )
    except Invalid as problem:
        raise Rejected(wrong_form(source.form, form, problem)) from None
    return Document(*filled)
