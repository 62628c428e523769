"""`countersign draft`: what was created and not sent goes out."""

from __future__ import annotations

import argparse

from countersign import app
from countersign.commands.options import Subparsers, add_data, existing, settings_of
from countersign.domain.short_id import long_id
from countersign.usecases.send_draft import send_draft


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("draft", help="send what was created as a draft")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser("send", help="people are invited; deadlines count from now on")
    add_data(command)
    command.add_argument("draft", metavar="ID", help="as the API calls it")
    command.set_defaults(run=run_send)


def run_send(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        envelope = send_draft(_id(given.draft), installation.ports)
    print(f"Sent {envelope.name}")
    return 0


def _id(text: str) -> str:
    """In its short form or whole."""
    try:
        return long_id(text)
    except ValueError:
        return text
