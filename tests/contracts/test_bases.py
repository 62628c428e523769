"""The port Bases."""

from countersign.domain.document import Base, FileRef
from tests.contracts.conftest import OpenUnit


def test_the_first_base_of_a_key_stays(unit: OpenUnit) -> None:
    made = Base(key="k", file=FileRef("ab" * 32, 5_000_000_000), state={"size": 1, "α": [None]})
    with unit() as uow:
        assert uow.bases.get("k") is None
        assert uow.bases.add(made) == made
        assert uow.bases.add(Base(key="k", file=FileRef("cd" * 32, 1), state={})) == made
        uow.commit()
    with unit() as uow:
        assert uow.bases.get("k") == made
