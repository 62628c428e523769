"""What a credential may do."""

from dataclasses import replace

import pytest

from countersign.domain.account import Account, Caller, Credential
from countersign.domain.errors import MissingPermission
from tests.domain.building import NOW

ACCOUNT = Account(id="a", name="Acme", email="owner@acme.example", created_at=NOW)
EVERYTHING = Credential(
    id="c", account_id="a", api="any", name="first", secret_hash="00" * 32, created_at=NOW
)


def test_a_credential_without_permissions_may_do_everything() -> None:
    Caller(ACCOUNT, EVERYTHING).check_permission("order:create")


def test_a_credential_with_permissions_may_do_nothing_else() -> None:
    caller = Caller(ACCOUNT, replace(EVERYTHING, permissions=("order:read", "order:list")))
    caller.check_permission("order:list")
    for lacking in ("order:create", "order", "", "order:read,order:list"):
        with pytest.raises(MissingPermission) as refused:
            caller.check_permission(lacking)
        assert refused.value.permission == lacking
