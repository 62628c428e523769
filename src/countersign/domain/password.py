"""What a password must be: long, and nothing that everybody tries first."""

from __future__ import annotations

import re

from countersign.domain.errors import Invalid

SHORTEST, LONGEST = 12, 200  # characters; NIST SP 800-63B asks for 8 and takes 64 at least
FEWEST_KINDS = 6  # different characters that are left when all that is guessed first is taken away
# Of the passwords with 12 characters and more in lists of broken-in sites, nearly all are made of
# these, digits at the end, rows of the keyboard and repetitions
STEMS = """
password passwort passord losenord lösenord motdepasse contrasena adgangskode salasana
qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm qwerty qwertz azerty asdfgh zxcvbn
1q2w3e4r5t 1q2w3e4r 1qaz2wsx 0123456789 1234567890 123456789 12345678 1234567 123456 12345
1234 123 987654321 654321 abcdefghijklm abcdefgh abcdef abcd abc
iloveyou letmein welcome willkommen velkommen valkommen välkommen bienvenue admin administrator
root secret changeme trustno1 sunshine princess football baseball superman batman monkey dragon
master shadow michael jennifer jordan liverpool chelsea arsenal charlie summer winter spring
autumn january february november december monday friday sommer vinter default guest login
hello computer internet google facebook linkedin microsoft starwars pokemon whatever
countersign signature company office business
"""
_LONGEST_FIRST = sorted(STEMS.split(), key=len, reverse=True)
_STEMS = re.compile("|".join(map(re.escape, _LONGEST_FIRST)))
_LOOKALIKES = str.maketrans("@430$5!17", "aaeossilt")
_REPEATED = re.compile(r"(.{1,4}?)\1+")


def check_password(password: str, *about: str) -> None:
    """`about` is what others know of the person: address, name, company. Raises Invalid that says
    what to do."""
    if len(password) < SHORTEST:
        raise _unfit(f"use {SHORTEST} characters or more; four or five words do well")
    if len(password) > LONGEST:
        raise _unfit(f"use {LONGEST} characters at most")
    if not _is_unusual(password.casefold(), about):
        raise _unfit("this is among the first that somebody would try; use other words")


def _unfit(why: str) -> Invalid:
    return Invalid(f"This password can't be used: {why}.", {"password": why})


def _is_unusual(folded: str, about: tuple[str, ...]) -> bool:
    known = [word for text in about for word in re.split(r"\W+", text.casefold()) if len(word) > 3]
    return all(
        len(set(_without_the_usual(form, known))) >= FEWEST_KINDS
        for form in (folded, folded.translate(_LOOKALIKES))
    )


def _without_the_usual(text: str, known: list[str]) -> str:
    for word in known:
        text = text.replace(word, "")
    return _REPEATED.sub(r"\1", re.sub(r"\d{2,}$", "", _STEMS.sub("", text)))
