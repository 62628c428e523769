"""An account signs in its own name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from countersign.domain.errors import Invalid, KeyExpired, NotFound
from countersign.domain.merchant_key import KeyKind
from countersign.usecases.add_merchant_key import AddMerchantKey, add_merchant_key
from countersign.usecases.create_account import create_account
from countersign.usecases.ports import Ports
from countersign.usecases.remove_merchant_key import remove_merchant_key
from countersign.usecases.sign_as_merchant import MerchantDocument, sign_as_merchant
from tests.usecases.world import World

PDF = MerchantDocument(data=b"%PDF ", media_type="application/pdf")


def added(ports: Ports, vendor: str = "NBID") -> str:
    """The id of an account with a key for this vendor."""
    owner = create_account("Acme", "owner@acme.example", ports)
    command = AddMerchantKey(
        account_id=owner.id, vendor=vendor, kind=KeyKind.PKCS12, secret={"file": "", "password": ""}
    )
    add_merchant_key(command, ports)
    return owner.id


def test_all_documents_come_back_signed_in_their_order() -> None:
    world = World()
    ports = world.ports()
    documents = [MerchantDocument(data=b"%d " % n, media_type="application/pdf") for n in range(20)]
    signed = sign_as_merchant(added(ports), "NBID", documents, ports)
    assert signed == [b"%d NBID %b" % (n, str(world.now).encode()) for n in range(20)]


@pytest.mark.parametrize("count", [0, 21])
def test_no_document_and_more_than_twenty_are_refused(count: int) -> None:
    ports = World().ports()
    with pytest.raises(Invalid, match="1 to 20 documents"):
        sign_as_merchant(added(ports), "NBID", [PDF] * count, ports)


def test_a_vendor_without_a_key_is_not_found() -> None:
    ports = World().ports()
    account_id = added(ports)
    with pytest.raises(NotFound, match="no such merchant key"):
        sign_as_merchant(account_id, "SBID", [PDF], ports)
    remove_merchant_key(account_id, "NBID", ports)
    with pytest.raises(NotFound, match="no such merchant key"):
        sign_as_merchant(account_id, "NBID", [PDF], ports)


def test_another_accounts_key_is_not_found() -> None:
    ports = World().ports()
    added(ports)
    with pytest.raises(NotFound, match="no such merchant key"):
        sign_as_merchant("somebody", "NBID", [PDF], ports)


def test_nobody_signs_with_a_certificate_that_is_not_valid() -> None:
    world = World()
    ports = world.ports()
    account_id = added(ports)
    world.now += timedelta(days=700)
    with pytest.raises(
        KeyExpired, match="the certificate of the NBID key expired on 2028-01-01 00:00 UTC"
    ):
        sign_as_merchant(account_id, "NBID", [PDF], ports)
    with pytest.raises(KeyExpired):
        added(ports)


@pytest.mark.parametrize("vendor", ["", "N BID", "../NBID", "N" * 41, "NBID\x00"])
def test_a_vendor_is_named_by_a_word(vendor: str) -> None:
    with pytest.raises(Invalid, match="named by a word"):
        added(World().ports(), vendor)


def test_a_key_for_an_unknown_account_is_refused() -> None:
    command = AddMerchantKey(account_id="x", vendor="NBID", kind=KeyKind.PKCS12, secret={})
    with pytest.raises(NotFound, match="no such account"):
        add_merchant_key(command, World().ports())
