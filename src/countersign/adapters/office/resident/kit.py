"""LibreOfficeKit, the C interface of LibreOffice, by ctypes: load a document, save it as PDF.

Only the first members of its tables of functions are used, which have not changed since 2018
(LibreOfficeKit.h, "nSize" and what follows).
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_size_t, c_void_p
from pathlib import Path

LIBRARIES = ("libsofficeapp.so", "libmergedlo.so")  # the second where all is linked into one

_EXPORT = {
    # What is signed is what is read: no notes in the margin, no form to be filled in
    "ExportNotes": False,
    "ExportFormFields": False,
    # Pictures stay as sharp as print needs them
    "Quality": 90,
    "ReduceImageResolution": True,
    "MaxImageResolution": 300,
    # Twice the time for a long document; decision record 60
    "UseTaggedPDF": False,
}


# What LibreOffice calls when it has nothing to do, and when somebody has something for it
_Poll = CFUNCTYPE(c_int, c_void_p, c_int)
_Wake = CFUNCTYPE(None, c_void_p)


class _Kit(Structure):
    pass


class _Document(Structure):
    pass


class _KitFunctions(Structure):
    _fields_ = (
        ("size", c_size_t),
        ("destroy", CFUNCTYPE(None, POINTER(_Kit))),
        ("load", CFUNCTYPE(POINTER(_Document), POINTER(_Kit), c_char_p)),
        ("unused", c_void_p * 10),
        ("run_loop", CFUNCTYPE(None, POINTER(_Kit), _Poll, _Wake, c_void_p)),
    )


class _DocumentFunctions(Structure):
    _fields_ = (
        ("size", c_size_t),
        ("destroy", CFUNCTYPE(None, POINTER(_Document))),
        ("save", CFUNCTYPE(c_int, POINTER(_Document), c_char_p, c_char_p, c_char_p)),
    )


_Kit._fields_ = (("functions", POINTER(_KitFunctions)),)
_Document._fields_ = (("functions", POINTER(_DocumentFunctions)),)


class OfficeMissing(Exception):
    """There is no LibreOffice that can be started."""


class Office:
    """LibreOffice in this process, which has been told to have one thread (SAL_LOK_OPTIONS). Calls
    let other threads of Python run."""

    def __init__(self, program: Path, profile: Path) -> None:
        library = _loaded(program)
        try:
            hook = library.libreofficekit_hook_2
        except AttributeError:
            raise OfficeMissing("LibreOffice is too old") from None
        hook.restype, hook.argtypes = POINTER(_Kit), (c_char_p, c_char_p)
        self._kit = hook(os.fsencode(program), profile.as_uri().encode())
        if not self._kit:
            raise OfficeMissing("LibreOffice does not start")
        self._functions = self._kit.contents.functions.contents
        if self._functions.size < ctypes.sizeof(_KitFunctions):
            raise OfficeMissing("LibreOffice is too old")

    def work(self, step: Callable[[], None]) -> None:
        """Calls `step` for ever, from within LibreOffice's own loop; only there may `convert` be
        called. What LibreOffice does when it is idle (it checks spelling, counts words) then has no
        document to do it with. When `step` raises, the process ends."""
        poll, wake = _Poll(_unnested(step)), _Wake(lambda _data: None)
        self._functions.run_loop(self._kit, poll, wake, c_void_p(1))

    def convert(self, source: Path, target: Path) -> bool:
        """Whether there is a PDF of `source` in `target` now."""
        document = self._functions.load(self._kit, source.as_uri().encode())
        if not document:
            return False
        functions = document.contents.functions.contents
        try:
            return bool(functions.save(document, target.as_uri().encode(), b"pdf", pdf_options()))
        finally:
            functions.destroy(document)


def _unnested(step: Callable[[], None]) -> Callable[[int, int], int]:
    """LibreOffice also looks for events while it loads or saves."""
    within = False

    def poll(_data: int, _microseconds: int) -> int:
        nonlocal within
        if within:
            return 0
        within = True
        try:
            step()
        except BaseException:
            os._exit(1)
        within = False
        return 1

    return poll


def _loaded(program: Path) -> ctypes.CDLL:
    for name in LIBRARIES:
        if (program / name).exists():
            try:
                return ctypes.CDLL(str(program / name), mode=ctypes.RTLD_GLOBAL)
            except OSError:
                raise OfficeMissing("LibreOffice cannot be loaded") from None
    raise OfficeMissing("LibreOffice is not there")


def pdf_options() -> bytes:
    """As LibreOffice's filter for PDFs takes them."""

    def typed(value: bool | int) -> dict[str, str]:
        kind = "boolean" if isinstance(value, bool) else "long"
        return {"type": kind, "value": str(value).lower()}

    return json.dumps({name: typed(value) for name, value in _EXPORT.items()}).encode()
