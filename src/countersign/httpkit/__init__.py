"""What every HTTP surface shares. Knows HTTP, and no envelope.

A surface is a `Dialect`: a list of `Operation`s, one `authenticate`, one `shape`. `ByPrefix` puts
all surfaces behind one door, `RequestId` around it, and `Runtime` is what they share.
"""

from .bodies import FilePart, Json, Multipart, Raw, TextPart, Urlencoded
from .client import Client, bearer_token, client_of
from .dialect import About, Dialect, ErrorBody
from .dispatch import ByPrefix
from .files import Content, FileContent, FileResponse, content_disposition
from .idempotency import Idempotency
from .operation import Answer, Failure, Operation, Success, Webhook
from .rate_limit import Allowed, Hit, RateGuard, RateLimit, too_many_requests
from .refusal import BadField, Refusal
from .request_id import RequestId, request_id
from .responses import (
    csp_hash,
    json_response,
    page_headers,
    plain_failure,
    problem_response,
    text_response,
)
from .runtime import Runtime
from .uploads import Form, Upload

__all__ = [
    "About",
    "Allowed",
    "Answer",
    "BadField",
    "ByPrefix",
    "Client",
    "Content",
    "Dialect",
    "ErrorBody",
    "Failure",
    "FileContent",
    "FilePart",
    "FileResponse",
    "Form",
    "Hit",
    "Idempotency",
    "Json",
    "Multipart",
    "Operation",
    "RateGuard",
    "RateLimit",
    "Raw",
    "Refusal",
    "RequestId",
    "Runtime",
    "Success",
    "TextPart",
    "Upload",
    "Urlencoded",
    "Webhook",
    "bearer_token",
    "client_of",
    "content_disposition",
    "csp_hash",
    "json_response",
    "page_headers",
    "plain_failure",
    "problem_response",
    "request_id",
    "text_response",
    "too_many_requests",
]
