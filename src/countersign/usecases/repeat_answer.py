"""The same request twice gets the same answer."""

from __future__ import annotations

from collections.abc import Callable

from countersign.usecases.ports import Ports, Repeatable


def answer_once(request: Repeatable | None, ports: Ports, make: Callable[[], bytes]) -> bytes:
    """The answer that `request` got before, else the one that `make` gives, which is kept. When two
    do this at once, both get the answer that was kept first.

    Raises IdempotencyMismatch when the key came with another body before.
    """
    if request is None:
        return make()
    with ports.unit_of_work() as uow:
        earlier = uow.repeats.answer(request)
    if earlier is not None:
        return earlier
    answer = make()
    with ports.unit_of_work() as uow:
        uow.repeats.keep_answer(request, answer)
        kept = uow.repeats.answer(request)
        uow.commit()
    return kept or answer
