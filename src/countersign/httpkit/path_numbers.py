"""Numbers in paths: `{n:int}`."""

from __future__ import annotations

from starlette.convertors import IntegerConvertor, register_url_convertor


class PathNumber(IntegerConvertor):
    """Starlette's own takes any length, and fails beyond the 4300 digits that Python reads."""

    regex = "[0-9]{1,18}"


def limit_path_numbers() -> None:
    """From now on no route takes a longer number; what is longer is a path that nobody has."""
    register_url_convertor("int", PathNumber())
