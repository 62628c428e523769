"""The signing page as an application: its paths, and what its JSON API documents of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request

from countersign.domain.errors import DomainError
from countersign.httpkit import (
    About,
    Dialect,
    ErrorBody,
    FilePart,
    Json,
    Multipart,
    Operation,
    Runtime,
    Success,
)
from countersign.pages.signing.acts import AN_HOUR, UPLOADS, Acts
from countersign.pages.signing.chat import Chat
from countersign.pages.signing.errors import shape
from countersign.pages.signing.identity import (
    CALLBACK,
    IdentityAnswer,
    IdentityInput,
    IdentityStep,
    ReturnQuery,
)
from countersign.pages.signing.own_key import (
    SIGNED_CALLBACK,
    Asked,
    AuthorizeInput,
    OwnKey,
    SignedQuery,
)
from countersign.pages.signing.routes import SigningPage
from countersign.pages.signing.schemas import (
    IMAGE_LIMIT,
    ChatAnswer,
    ChatInput,
    ChatItem,
    ChatQuery,
    Completed,
    CompleteInput,
    DeclineInput,
    ForwardInput,
    ImageQuery,
    LanguageQuery,
    Left,
    PageQuery,
    ProblemBody,
    State,
)
from countersign.usecases.ports import Ports

ABOUT = About(
    title="Signing page",
    version="1",
    description="What the signing page itself calls; a program can sign with it without a browser."
    " The token in the path is the credential.",
    error=ErrorBody(ProblemBody),
)
PAGE = "/s/{token}/documents/{document_id}/pages/{n:int}"


def build(ports: Ports, runtime: Runtime, *, sandbox: bool, largest_upload: int) -> Dialect:
    """The application below `/s` and `/sign`; `largest_upload` is in bytes."""
    acts = Acts(ports, runtime.rate_limit(UPLOADS, AN_HOUR))
    return Dialect(
        ABOUT,
        [
            *_operations(SigningPage(ports, sandbox=sandbox, largest_upload=largest_upload)),
            *_acts(acts, largest_upload),
            *_chat(Chat(ports)),
            *_identity(IdentityStep(ports)),
            *_own_key(OwnKey(ports)),
        ],
        authenticate=_link_of(ports),
        shape=shape,
        expected=(DomainError,),
        runtime=runtime,
        docs="/s/docs",
    )


def _link_of(ports: Ports) -> Callable[[Request], str]:
    """Of what anybody sends nothing is read before the link is known to be one. Raises NotFound."""
    return lambda request: ports.links.task_id(request.path_params["token"])


def _operations(page: SigningPage) -> list[Operation]:
    completing = Json(CompleteInput, limit=IMAGE_LIMIT + (1 << 20))
    declining = Json(DeclineInput, limit=1 << 16)
    state, completed, image = Success(type=State), Success(type=Completed), _media("image/webp")
    return [
        _operation("GET", "/s/{token}", page.show, _media("text/html"), query=PageQuery),
        _operation("GET", "/s/{token}/logo", page.logo, _media("image/png")),
        _operation("GET", "/s/{token}/state", page.state, state, query=PageQuery),
        _operation("POST", "/s/{token}/open", page.open, Success(204)),
        _operation(
            "POST", "/s/{token}/complete", page.complete, completed, completing, LanguageQuery
        ),
        _operation("POST", "/s/{token}/decline", page.decline, Success(type=Left), declining),
        _operation("POST", "/s/{token}/postpone", page.postpone, Success(type=Left)),
        _operation(
            "GET", "/s/{token}/documents/{document_id}", page.document, _media("application/pdf")
        ),
        _operation("GET", PAGE + ".webp", page.page_image, image, query=ImageQuery),
        _operation("GET", PAGE + ".json", page.page_text, Success(type=list[State])),
        _operation("GET", "/sign/{task_id}", page.redirect, Success(302)),
    ]


def _acts(acts: Acts, largest_upload: int) -> list[Operation]:
    document, left = "/s/{token}/documents/{document_id}", Success(type=Left)
    media = ("application/pdf", "image/png", "image/jpeg", "image/webp")
    file = Multipart(
        files=[FilePart("file", media=media)],
        limit=largest_upload + (1 << 16),
        file_limit=largest_upload,
        max_parts=5,
    )
    forwarding = Json(ForwardInput, limit=1 << 16)
    return [
        Operation(
            "POST",
            f"{document}/upload",
            acts.upload,
            Success(type=State),
            body=file,
        ),
        _operation("POST", f"{document}/viewed", acts.viewed, Success(204)),
        _operation("POST", "/s/{token}/forward", acts.forward, left, forwarding),
    ]


def _identity(step: IdentityStep) -> list[Operation]:
    path = "/s/{token}/identity/{method}"
    answers = (Success(type=IdentityAnswer), Success(202, IdentityAnswer, "A code was sent"))
    acting = Json(IdentityInput, limit=1 << 16, required=False)
    return [
        _operation("GET", CALLBACK, step.returned, Success(303), query=ReturnQuery),
        Operation("POST", path, step.act, answers, body=acting, query=LanguageQuery),
        _operation("GET", path, step.standing, answers[0]),
    ]


def _chat(chat: Chat) -> list[Operation]:
    written, path = Json(ChatInput, limit=1 << 16), "/s/{token}/messages"
    read, answer = Success(type=ChatAnswer), Success(201, type=ChatItem)
    return [
        _operation("GET", path, chat.messages, read, query=ChatQuery),
        _operation("POST", path, chat.write, answer, written),
    ]


def _own_key(own_key: OwnKey) -> list[Operation]:
    path, answering = "/s/{token}/authorize", Json(AuthorizeInput, limit=1 << 16)
    done = Success(type=Completed)
    return [
        _operation("GET", SIGNED_CALLBACK, own_key.returned, Success(303), query=SignedQuery),
        _operation("GET", path, own_key.asked, Success(type=Asked)),
        _operation("POST", path, own_key.authorize, done, answering),
    ]


def _media(media: str) -> Success:
    return Success(type=bytes, media=media)


def _operation(
    method: str,
    path: str,
    handler: Callable[..., Any],
    success: Success,
    body: Json | None = None,
    query: type[BaseModel] | None = None,
) -> Operation:
    public = body is None
    return Operation(method, path, handler, success, body=body, query=query, public=public)
