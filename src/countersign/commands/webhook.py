"""`countersign webhook`: where programs are told, what they were told, and telling them again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from typing import Any

from countersign import app
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, add_data, existing, settings_of
from countersign.dialects import Dialect
from countersign.domain.delivery import Delivery, DeliveryStatus, WebhookEndpoint
from countersign.usecases.add_webhook import AddWebhook, add_webhook
from countersign.usecases.list_deliveries import DeliveryRun, newest_deliveries
from countersign.usecases.ports import DeliveryQuery, Ports
from countersign.usecases.resend_delivery import resend_any_delivery
from countersign.usecases.send_test_event import send_test_event

DIALECTS = {dialect.name: dialect for dialect in app.DIALECTS}
SOON = "A running server makes it within a second: countersign webhook runs"
WITH_EVENTS = tuple(name for name, dialect in DIALECTS.items() if dialect.events)
NAMES = "events of each API:\n" + "\n".join(
    f"  {name}\n" + "\n".join(f"    {event}" for event in dialect.events)
    for name, dialect in DIALECTS.items()
    if dialect.events
)


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("webhook", help="say where programs are told of what happens")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_add(actions)
    listing = actions.add_parser("list", help="all webhooks: id, API, events, address")
    _add_common(listing, run_list)
    listing.add_argument("--account", metavar="ID", help="only this account's")
    remove = actions.add_parser("remove", help="a webhook is told of nothing any more")
    add_data(remove)
    remove.add_argument("webhook", metavar="ID", help="as `webhook list` shows it")
    remove.set_defaults(run=run_remove)
    test = actions.add_parser("test", help="send a test event, for an API that has such")
    _add_common(test, run_test)
    test.add_argument("webhook", metavar="ID", help="as `webhook list` shows it")
    _add_runs(actions)
    resend = actions.add_parser("resend", help="make a call again, with the same id and body")
    _add_common(resend, run_resend)
    resend.add_argument("delivery", metavar="ID", help="as `webhook runs` shows it")


def _add_add(actions: Subparsers) -> None:
    command = actions.add_parser(
        "add",
        help="tell an address what happens to an account's envelopes",
        epilog=NAMES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_common(command, run_add)
    command.add_argument("--account", required=True, metavar="ID", help="whose envelopes")
    command.add_argument(
        "--api", required=True, choices=WITH_EVENTS, help="the API that they were sent through"
    )
    command.add_argument("--url", required=True, help="the address that is called with POST")
    command.add_argument(
        "--events", type=_names, default=(), metavar="A,B", help="only these (default: all)"
    )
    command.add_argument(
        "--header",
        type=_header,
        action="append",
        default=[],
        metavar="K=V",
        help="a header of each call (may be given several times)",
    )
    command.add_argument(
        "--secret",
        type=_secret,
        metavar="S",
        help="what calls are signed with (default: a new one, which is shown once)",
    )


def _add_runs(actions: Subparsers) -> None:
    command = actions.add_parser(
        "runs", help="the newest calls: state, tries and what came of each"
    )
    _add_common(command, run_runs)
    command.add_argument("--account", metavar="ID", help="only this account's")
    command.add_argument("--webhook", metavar="ID", help="only to this webhook")
    command.add_argument("--envelope", metavar="ID", help="only about this envelope")
    command.add_argument("--limit", type=_count, default=20, metavar="N", help="how many (20)")


def _add_common(command: argparse.ArgumentParser, run: Any) -> None:
    add_data(command)
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=run)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _header(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no header; write Name=value")
    return name.strip(), value.strip()


def _secret(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty secret signs nothing")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000 is wanted")
    return int(text)


# ------------------------------------------------------------------ webhooks


def run_add(given: argparse.Namespace) -> int:
    command = AddWebhook(
        account_id=given.account,
        api=given.api,
        url=given.url,
        told=DIALECTS[given.api].events,
        events=given.events,
        headers=dict(given.header),
        secret=given.secret or "",
    )
    with app.opened(existing(settings_of(given))) as installation:
        endpoint = add_webhook(command, installation.ports)
    if given.json:
        _print_json(_shown(endpoint) | {"secret": endpoint.secret})
        return 0
    print(f"Webhook {endpoint.id}")
    if not given.secret:
        print(f"Its secret. It is shown now and never again:\n  {endpoint.secret}")
    return 0


def run_list(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        endpoints = list(_endpoints(given.account, installation.ports))
    if given.json:
        _print_json([_shown(endpoint) for endpoint in endpoints])
        return 0
    for one in endpoints:
        events = ",".join(one.events) or one.slot or "all events"
        print(f"{one.id}  {one.account_id}  {one.api}  {events}  {one.url}")
    if not endpoints:
        print("There is no webhook: countersign webhook add --account … --api … --url …")
    return 0


def _endpoints(account_id: str | None, ports: Ports) -> Iterable[WebhookEndpoint]:
    with ports.unit_of_work() as uow:
        accounts = [uow.accounts.get(account_id)] if account_id else uow.accounts.all()
        for account in accounts:
            for api in DIALECTS:
                yield from uow.webhooks.endpoints(account.id, api)


def run_remove(given: argparse.Namespace) -> int:
    with (
        app.opened(existing(settings_of(given))) as installation,
        installation.ports.unit_of_work() as uow,
    ):
        endpoint = uow.webhooks.endpoint(given.webhook)
        uow.webhooks.remove_endpoint(endpoint.id)
        uow.commit()
    print(f"Removed {endpoint.url}")
    return 0


# ------------------------------------------------------------------ calls


def run_test(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        with installation.ports.unit_of_work() as uow:
            endpoint = uow.webhooks.endpoint(given.webhook)
        dialect = DIALECTS[endpoint.api]
        if dialect.test_call is None:
            raise Failure(_without_test(dialect))
        delivery = send_test_event(endpoint, dialect.test_call, installation.ports)
    _say_queued(delivery, as_json=given.json)
    return 0


def _without_test(dialect: Dialect) -> str:
    having = ", ".join(name for name, other in DIALECTS.items() if other.test_call)
    return f"{dialect.name} knows no test event; a webhook of {having} can be tested"


def run_resend(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        delivery = resend_any_delivery(given.delivery, installation.ports)
    _say_queued(delivery, as_json=given.json)
    return 0


def _say_queued(delivery: Delivery, *, as_json: bool) -> None:
    if as_json:
        _print_json(_told(DeliveryRun(delivery=delivery, attempts=())))
        return
    print(f"Queued {delivery.event} for {delivery.url} ({delivery.id})\n{SOON}")


def run_runs(given: argparse.Namespace) -> int:
    query = DeliveryQuery(
        account_id=given.account,
        endpoint_id=given.webhook,
        envelope_id=given.envelope,
        limit=given.limit,
    )
    with app.opened(existing(settings_of(given))) as installation:
        runs = newest_deliveries(query, installation.ports)
    if given.json:
        _print_json([_told(run) for run in runs])
        return 0
    print("\n".join(_as_text(runs)) if runs else "Nobody was told of anything yet")
    return 0


def _as_text(runs: Sequence[DeliveryRun]) -> Iterable[str]:
    for run in runs:
        one = run.delivery
        status = _status(one)
        tries = f"{one.tries} {'try' if one.tries == 1 else 'tries'}"
        yield f"{one.id}  {one.created_at:%Y-%m-%d %H:%M:%S}  {one.event}  {status}, {tries}"
        yield f"  {one.url}"
        for each in run.attempts:
            yield f"  {each.at:%Y-%m-%d %H:%M:%S}  {each.outcome}  {each.duration_ms} ms"


def _status(delivery: Delivery) -> str:
    return "given up" if delivery.status is DeliveryStatus.GIVEN_UP else delivery.status.value


# ------------------------------------------------------------------ as JSON


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Values of headers may be passwords of the receiver."""
    return {
        "id": endpoint.id,
        "account": endpoint.account_id,
        "api": endpoint.api,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "headers": list(endpoint.headers),
        "slot": endpoint.slot or None,
    }


def _told(run: DeliveryRun) -> dict[str, Any]:
    one = run.delivery
    return {
        "id": one.id,
        "webhook": one.endpoint_id,
        "envelope": one.envelope_id or None,
        "event": one.event,
        "url": one.url,
        "created_at": one.created_at.isoformat(),
        "status": one.status.value,
        "tries": one.tries,
        "attempts": [
            {
                "number": each.number,
                "at": each.at.isoformat(),
                "outcome": each.outcome,
                "duration_ms": each.duration_ms,
            }
            for each in run.attempts
        ],
    }


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
