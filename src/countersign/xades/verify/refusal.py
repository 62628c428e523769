"""How the verifier says no."""


class Refused(Exception):
    """The file is no signature that holds. The text says what is wrong, in a few words."""


def need(condition: object, reason: str) -> None:
    """Raise `Refused` unless `condition` holds."""
    if not condition:
        raise Refused(reason)
