"""A key in a token: a smart card, an HSM, or a program that behaves as one (PKCS#11, 2.40).

The key never leaves the token, which signs when it was shown the PIN. A process logs in to a token
once for all who use it, and again when the token was away in between. A PIN that was refused is
not shown a second time: a few wrong ones lock a token for good.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TypeVar, cast

import pkcs11
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pkcs11 import Attribute, Mechanism, ObjectClass, PKCS11Error
from pkcs11.types import PrivateKey, Session, SignMixin
from pkcs11.util.ec import encode_ecdsa_signature

from countersign.adapters.keys.material import KeyMaterial, KeysUnusable, PublicKey, usable_key
from countersign.turns import waiting

T = TypeVar("T")

_WRONG_PIN = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange)
# What says more of the question than of the connection: asking again would change nothing
_FINAL = (
    *_WRONG_PIN,
    pkcs11.PinLocked,
    pkcs11.NoSuchKey,
    pkcs11.MultipleObjectsReturned,
    pkcs11.MultipleTokensReturned,
    pkcs11.MechanismInvalid,
)
_LONGEST_CHAIN = 5
_PROBE = b"Do the key and the certificate belong together?"


class _Key(PrivateKey, SignMixin):
    """What python-pkcs11 makes of a private key, for the type checker."""


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a key is: the file of the token's PKCS#11 module, the labels of token and key."""

    module: str
    token: str
    label: str


def load_pkcs11(place: TokenPlace, pin: str) -> KeyMaterial:
    """The key, its certificate of the same label, and the chain that the token holds, without
    roots. Raises KeysUnusable with what is wrong."""
    encoded, *others = _module(place.module).use(place, pin, lambda login: _held(login, place))
    certificate = _parsed(encoded, place)
    key = TokenKey(place, pin, usable_key(certificate, f"the key {place.label}"))
    _check_pair(key, certificate, place)
    return KeyMaterial(key, encoded, *_chain(certificate, others))


class TokenKey:
    """Signs in the token, one signature after the other."""

    def __init__(self, place: TokenPlace, pin: str, public: PublicKey) -> None:
        self._place, self._pin, self._public = place, pin, public

    def public_key(self) -> PublicKey:
        return self._public

    def sign(self, data: bytes) -> bytes:
        """Raises KeysUnusable."""
        module = _module(self._place.module)
        return module.use(self._place, self._pin, lambda login: self._signed(login, data))

    def _signed(self, login: _Login, data: bytes) -> bytes:
        key = login.key(self._place.label)
        if isinstance(self._public, rsa.RSAPublicKey):
            return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
        # Not every token knows a mechanism that hashes as well
        value = key.sign(sha256(data).digest(), mechanism=Mechanism.ECDSA)
        return bytes(encode_ecdsa_signature(value))


class _Login:
    """A session that is logged in, and the keys that were found in it by label."""

    def __init__(self, session: Session, pin: str) -> None:
        self._session, self.pin = session, pin
        self._keys: dict[str, _Key] = {}

    def check(self) -> None:
        """Raises PKCS11Error when the token was away: its sessions ended with that."""
        for key in self._keys.values():
            _ = key[Attribute.KEY_TYPE]

    def key(self, label: str) -> _Key:
        if label not in self._keys:
            found = self._session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
            self._keys[label] = cast(_Key, found)
        return self._keys[label]

    def certificates(self) -> list[tuple[str, bytes]]:
        """All in the token, with their labels."""
        found = list(self._session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
        return [(str(one[Attribute.LABEL]), bytes(one[Attribute.VALUE])) for one in found]


class _Module:
    """One module of this process, its logins by token label. Modules may not be started anew while
    somebody is inside, so all wait for each other."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._logins: dict[str, _Login] = {}
        self._refused: set[tuple[str, str]] = set()

    def use(self, place: TokenPlace, pin: str, work: Callable[[_Login], T]) -> T:
        """Does `work` as somebody who is logged in. Raises KeysUnusable."""
        with waiting(), self._lock:
            try:
                return self._try_twice(place, pin, work)
            except PKCS11Error as problem:
                raise KeysUnusable(_explained(problem, place)) from None

    def _try_twice(self, place: TokenPlace, pin: str, work: Callable[[_Login], T]) -> T:
        try:
            return work(self._login(place, pin))
        except _FINAL:
            raise
        except PKCS11Error:
            self._start_again()
            return work(self._login(place, pin))

    def _login(self, place: TokenPlace, pin: str) -> _Login:
        """Nobody enters by somebody else's PIN: another one, as after a change, is shown anew."""
        known = self._logins.get(place.token)
        if known is None:
            return self._logged_in(place, pin)
        if not compare_digest(known.pin.encode(), pin.encode()):
            self._start_again()
            return self._logged_in(place, pin)
        known.check()
        return known

    def _logged_in(self, place: TokenPlace, pin: str) -> _Login:
        if (place.token, pin) in self._refused:
            raise pkcs11.PinIncorrect
        token = pkcs11.lib(self._path).get_token(token_label=place.token)
        try:
            login = _Login(token.open(user_pin=pin), pin)
        except _WRONG_PIN:
            self._refused.add((place.token, pin))
            raise
        self._logins[place.token] = login
        return login

    def _start_again(self) -> None:
        self._logins.clear()
        pkcs11.lib(self._path).reinitialize()


_modules: dict[str, _Module] = {}
_loading = threading.Lock()


def _module(path: str) -> _Module:
    with _loading:
        if path not in _modules:
            _modules[path] = _Module(path)
        return _modules[path]


def _held(login: _Login, place: TokenPlace) -> list[bytes]:
    """The key's certificate and then all others. Looks at the key first, to say what is missing."""
    login.key(place.label)
    found = login.certificates()
    own = [encoded for label, encoded in found if label == place.label]
    if len(own) != 1:
        raise KeysUnusable(
            f"the token {place.token} holds {len(own)} certificates with the label {place.label};"
            " it has to be one"
        )
    return [*own, *(encoded for _, encoded in found if encoded != own[0])]


def _parsed(encoded: bytes, place: TokenPlace) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(encoded)
    except ValueError:
        raise KeysUnusable(f"the certificate {place.label} in the token is damaged") from None


def _check_pair(key: TokenKey, certificate: x509.Certificate, place: TokenPlace) -> None:
    public, value = key.public_key(), key.sign(_PROBE)
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(value, _PROBE, padding.PKCS1v15(), hashes.SHA256())
        else:
            public.verify(value, _PROBE, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        name = certificate.subject.rfc4514_string()
        raise KeysUnusable(
            f"the key {place.label} does not belong to the certificate of {name}"
        ) from None


def _chain(
    certificate: x509.Certificate, others: Iterable[bytes]
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """From the certificate upwards, as far as the token knows, without the root; and the root."""
    by_subject = {}
    for encoded in others:
        try:
            above = x509.load_der_x509_certificate(encoded)
        except ValueError:
            continue  # somebody else's, and damaged
        by_subject[above.subject] = above, encoded
    chain: list[bytes] = []
    while len(chain) < _LONGEST_CHAIN and certificate.issuer in by_subject:
        certificate, encoded = by_subject[certificate.issuer]
        if certificate.subject == certificate.issuer:
            return tuple(chain), (encoded,)
        chain.append(encoded)
    return tuple(chain), ()


def _explained(problem: PKCS11Error, place: TokenPlace) -> str:
    """In words, and never with the PIN."""
    match problem:
        case pkcs11.PinIncorrect() | pkcs11.PinInvalid() | pkcs11.PinLenRange():
            return f"the token {place.token} refuses the PIN"
        case pkcs11.PinLocked():
            return f"the PIN of the token {place.token} is locked"
        case pkcs11.NoSuchToken() | pkcs11.TokenNotPresent():
            return f"there is no token {place.token}"
        case pkcs11.NoSuchKey():
            return f"the token {place.token} holds no private key with the label {place.label}"
        case pkcs11.MultipleObjectsReturned():
            return f"the token {place.token} holds several keys with the label {place.label}"
        case pkcs11.MultipleTokensReturned():
            return f"there are several tokens with the label {place.token}"
    kind = type(problem)
    if kind is PKCS11Error:
        return f"the module {place.module} cannot be loaded: {problem}"
    return f"the token {place.token} does not answer: {kind.__name__}"
