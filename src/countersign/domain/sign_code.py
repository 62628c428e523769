"""Short codes that lead to a task when a person types them (decision record 18)."""

from __future__ import annotations

import hashlib
import hmac

# Crockford's Base32: no letter that is taken for a digit, and no U
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10  # characters of five bits
_READ_AS = str.maketrans("OIL", "011")


def code_of(task_id: str, number: int, key: bytes) -> str:
    """The task's code, such as `7K3QM-3XTRD`; another `number` is another code. It follows from the
    server's `key`, so that it need not be kept to be told again."""
    digest = _keyed(key, f"sign code {task_id} {number}")
    bits = int.from_bytes(digest[:8], "big")
    plain = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))
    return f"{plain[:5]}-{plain[5:]}"


def hash_of(typed: str, key: bytes) -> str | None:
    """Hex HMAC-SHA256 of a code as somebody typed it, in any case, with any blanks and hyphens;
    None for what can't be one. It is what the code is found by."""
    plain = "".join(typed.upper().replace("-", " ").split()).translate(_READ_AS)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        return None
    return _keyed(key, f"hash of sign code {plain}").hex()


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
