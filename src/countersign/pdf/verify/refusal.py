"""How the strict verifier says no."""


class Refused(Exception):
    """The file is not exactly what we write. The text says what differs."""


def need(condition: object, reason: str, *details: object) -> None:
    """Raise `Refused` unless `condition` holds."""
    if not condition:
        raise Refused(" ".join((reason, *map(str, details))))
