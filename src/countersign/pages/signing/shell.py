"""The HTML of the signing page: from what a signer may see to markup. No I/O, no database."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from countersign.domain.identity import TICKET
from countersign.domain.signing_service import service_of
from countersign.pages import i18n
from countersign.pages.accent import accent_name
from countersign.pages.assets import STATIC_PREFIX, asset_url
from countersign.pages.signing.notices import Notice
from countersign.pages.signing.strings import (
    BROWSER_STRINGS,
    CHAT_STRINGS,
    NOTICE_STRINGS,
    browser_strings,
    main_action,
    way_text,
    whole_consent,
)

State = Mapping[str, Any]

# Widths that page images are asked for: a phone, a desk, and either of them zoomed in
PAGE_WIDTHS = (640, 1240, 2480)

OWN_METHODS = ("drawn", "typed", "click")


def render_task(
    state: State,
    base: str,
    language: str,
    frame: str | None = None,
    preview: Mapping[str, str] | None = None,
    template: str = "task.html",
) -> str:
    """The page of a task that may be worked on now.

    `state` is the answer of `GET /s/{token}/state`, `base` the path `/s/{token}`, `frame` the
    origin of a page that may show this one inside itself; `template` is it or a variant of it. A
    `preview` says so in its `text`, and leads `to` where its sender goes `back`.
    """
    action = main_action(document["action"] for document in state["documents"])
    signs = action == "sign"
    return _render(
        template,
        language,
        frame=frame,
        preview=preview,
        state=state,
        base=base,
        branding=state["branding"],
        consent=whole_consent(
            language, action, state["task"]["sign_text"], state["task"]["sign_entries"]
        ),
        action=action,
        languages=_offered_languages(state["languages"]),
        first_step=_first_step(state),
        reads=state["identity"]["before"] != "reading",
        minutes=_minutes_needed(state),
        deadline=_deadline(state, language),
        deadline_iso=state["task"]["deadline"],
        signs=signs,
        methods=_offered_methods(state, language) if signs else [],
        others=_other_ways(state, language),
        due_name=way_text(language, next(iter(state["identity"]["due"]), "")),
        page_widths=PAGE_WIDTHS,
        simulated=state["identity"].get("simulated", False),
        chat=_chat(base, state["task"]["id"], language) if "chat" in state["task"]["may"] else None,
        page_data={
            "base": base,
            "language": language,
            "state": state,
            "strings": browser_strings(i18n.translations(language), BROWSER_STRINGS),
        },
    )


def render_notice(notice: Notice, language: str, frame: str | None = None) -> str:
    """A page for a link on which nothing is to be done: not yet, no longer, or not known."""
    return _render(
        "notice.html",
        language,
        frame=frame,
        notice=notice,
        branding=notice.branding,
        signs=notice.signs,
        complete=notice.complete,
        ended=notice.ended,
        downloads=notice.downloads,
        after={"message": None, "url": None, **notice.after},
        chat=_chat(notice.base, notice.ids["participantId"], language) if notice.chat else None,
        languages=_offered_languages(()),
        notice_data={
            "base": notice.base,
            "kind": notice.kind,
            "complete": notice.complete,
            "ids": notice.ids,
            "strings": browser_strings(i18n.translations(language), NOTICE_STRINGS),
        },
    )


def render_code_page(wrong: str, language: str) -> str:
    """Where a short code is typed; `wrong` is "wrong", "too_many" or nothing."""
    return _render(
        "code.html",
        language,
        branding={},
        frame=None,
        chat=None,
        wrong=wrong,
        languages=_offered_languages(()),
    )


def _render(template: str, language: str, *, branding: Mapping[str, Any], **context: Any) -> str:
    accent = accent_name(branding.get("accent") or "", branding.get("second") or "")
    accent_url = f"{STATIC_PREFIX}/accent/{accent}.css" if accent else None
    return (
        _environment(language)
        .get_template(template)
        .render(
            language=language,
            direction=i18n.text_direction(language),
            accent_url=accent_url,
            branding={"name": "", "logo": "", **branding},
            **context,
        )
    )


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("countersign.pages.signing"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        i18n.translations(language), newstyle=True
    )
    environment.globals["asset_url"] = asset_url
    return environment


def _chat(base: str, reader: str, language: str) -> dict[str, Any]:
    """What the script of the chat has to know; `reader` is the task's id."""
    strings = browser_strings(i18n.translations(language), CHAT_STRINGS)
    return {"base": base, "reader": reader, "strings": strings}


def _offered_languages(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Code and own name of the languages to choose from; all that have texts by default."""
    available = i18n.available_languages()
    offered = [code for code in available if code in codes] or available
    return [(code, i18n.LANGUAGE_NAMES[code]) for code in offered]


def _offered_methods(state: State, language: str) -> list[tuple[str, str]]:
    """Ways to sign, each with its name if it is an eID or a code: those need a proof already given,
    unless the person's own key signs, whose certificate is the proof.

    An image that is uploaded counts as drawn.
    """
    proven = state["identity"]["done"]
    offered = [
        (method, way_text(language, method))
        for method in state["methods"]
        if method in OWN_METHODS or method in proven or service_of(method)
    ]
    if "drawn" in state["methods"]:
        offered.insert(min(2, len(offered)), ("uploaded", ""))
    return offered


def _other_ways(state: State, language: str) -> list[tuple[str, str]]:
    """What may be used in place of what is asked for now."""
    due, choice = state["identity"]["due"], state["identity"].get("choice", ())
    if not due or due[0] not in choice:
        return []
    return [
        (method, way_text(language, method)) for method in choice if method not in (due[0], TICKET)
    ]


def _first_step(state: State) -> str:
    if not state["skip_intro"] or state["task"]["dialog"]:
        return "intro"
    identity = state["identity"]
    return "identify" if identity["before"] == "reading" or identity["chosen"] else "read"


def _minutes_needed(state: State) -> int:
    """A friendly guess: half a minute a page, a quarter a field, half to sign; an hour at most."""
    pages = sum(len(document["pages"]) for document in state["documents"])
    return min(60, math.ceil(0.5 * pages + 0.25 * len(state["fields"]) + 0.5))


def _deadline(state: State, language: str) -> str | None:
    deadline = state["task"]["deadline"]
    if not deadline:
        return None
    moment = datetime.fromisoformat(deadline)
    return i18n.format_day(moment, language)
