"""The port SignCodes."""

import pytest

from countersign.domain.errors import NotFound
from tests.contracts.conftest import OpenUnit

ONE, OTHER = "ab" * 32, "cd" * 32


def test_a_code_leads_to_the_first_task_that_claims_it(unit: OpenUnit) -> None:
    with unit() as uow:
        assert uow.sign_codes.claim(ONE, "t1") == "t1"
        assert uow.sign_codes.claim(ONE, "t2") == "t1"
        assert uow.sign_codes.claim(ONE, "t1") == "t1"
        assert uow.sign_codes.claim(OTHER, "t2") == "t2"
        uow.commit()
    with unit() as uow:
        assert uow.sign_codes.task_id(ONE) == "t1"
        assert uow.sign_codes.task_id(OTHER) == "t2"


def test_a_code_that_nobody_claimed_leads_nowhere(unit: OpenUnit) -> None:
    with unit() as uow:
        uow.sign_codes.claim(ONE, "t1")  # and not committed
    with unit() as uow, pytest.raises(NotFound):
        uow.sign_codes.task_id(ONE)
