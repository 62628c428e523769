"""`countersign demo`: a sandbox with a contract that waits for two signatures."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from countersign import address, app, logs
from countersign.commands.account import make_account
from countersign.commands.demo_contract import send_demo_contract
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, settings_of
from countersign.commands.serve import DEFAULT_PORT
from countersign.commands.server import listen_address, run_server

HOST = "127.0.0.1"

GUIDE = """
  A contract waits for two signatures. Open both links, in any order:

    {signers[0]}
      {links[0]}
    {signers[1]}
      {links[1]}

  The dashboard, to join once:    {dashboard}
  What the mail would have said:  {url}/sandbox/mail
  The API's description:          {url}/api/v3/docs
  A token for it:                 {token}

  When both have signed, download the result and check it:

    curl -O {url}/pki/root.cer
    .venv/bin/countersign verify --trust root.cer "Consulting agreement.pdf"

  Stop it with Ctrl-C.{ending}
"""


def add(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "demo",
        help="a sandbox with a contract that waits for two signatures",
        description="Starts a sandbox on a fresh, temporary installation and prints two signing"
        " links.",
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port, 0 for any free one (%(default)s)"
    )
    parser.add_argument(
        "--data", metavar="DIR", help="keep everything in this new directory (default: throw away)"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    if given.data:
        _refuse_anything_there(Path(given.data))
    with listen_address(HOST, given.port) as socket, tempfile.TemporaryDirectory() as folder:
        ending = "" if given.data else " Everything in it is then thrown away."
        given.data = given.data or str(Path(folder) / "countersign-demo")
        settings = settings_of(given, sandbox=True)
        settings = address.listening(settings, HOST, socket.getsockname()[1])
        logs.set_up(settings.log_format)
        with app.opened(settings) as installation:
            guide = _prepared(installation, ending)
            run_server(installation, socket, lambda: print(guide, flush=True))
    return 0


def _refuse_anything_there(folder: Path) -> None:
    """An installation in use must not become a sandbox by mistake. Raises Failure."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise Failure(f"{folder} is not empty; serve --sandbox --data goes on with a demo")


def _prepared(installation: app.Installation, ending: str) -> str:
    made = make_account("Fjord Analytics ApS", "owner@fjord.example", installation)
    token = made["signature_nc"]["test_token"]
    envelope = send_demo_contract(installation.ports, token)
    return GUIDE.format(
        signers=[task.person.name for task in envelope.tasks],
        links=[installation.ports.links.signing(task) for task in envelope.tasks],
        url=installation.settings.public_url,
        token=token,
        dashboard=made["dashboard"]["login_url"],
        ending=ending,
    )
