"""The vendor's shapes in the vendor's spelling: what we read. What we answer is in answers.py.

Only shapes and bounds stand here; what depends on other fields is in checks.py. An empty text is a
missing one, as clients that fill in forms send it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from countersign.domain.web_address import WEB_ADDRESS, is_web_address

Language = Literal[
    "ca", "da", "nl", "en", "et", "fo", "fi", "fr", "de", "kl", "it", "nb", "nn", "es", "sv"
]
ActionType = Literal["SIGN", "VIEW", "UPLOAD"]
Source = Literal["SESSION", "UPLOAD"]
MethodType = Literal["AUTHENTICATION_BASED", "SIGNED_STATEMENT", "THIRD_PARTY"]
NotificationType = Literal["EMAIL", "SMS", "URL"]
TaskTrigger = Literal["CREATED", "COMPLETED", "REJECTED", "EXPIRED", "FORWARDED", "STARTED"]
PackagingTrigger = Literal["CREATED", "COMPLETED", "FAILED"]

MOST_DAYS_TO_LIVE, USUAL_DAYS_TO_LIVE = 60, 30
MOST_DAYS_UNTIL_DELETION, USUAL_DAYS_UNTIL_DELETION = 30, 7
NO_NUL = r"^[^\x00]*$"
ID = r"^[^/\x00-\x1f\x7f]+$"
NO_ADDRESS = "must be a complete address that begins with https://"


def _web_address(text: str) -> str:
    if not is_web_address(text):
        raise PydanticCustomError("web_address", NO_ADDRESS)
    return text


Id = Annotated[str, Field(min_length=1, max_length=255, pattern=ID)]
Word = Annotated[str, Field(min_length=1, max_length=255, pattern=NO_NUL)]
Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=NO_NUL)]
Url = Annotated[str, Field(max_length=2000, pattern=WEB_ADDRESS), AfterValidator(_web_address)]


class Input(BaseModel):
    """Unknown members are left alone, as clients send more than they need; a number counts as its
    text where a text is wanted, as for the vendor, whose clients keep ids and references so."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None and value != ""}


class Parameter(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    name: Word
    value: Annotated[str, Field(max_length=10_000, pattern=NO_NUL)]


class Form(Input):
    interactive: bool = False
    inputParams: Annotated[list[Parameter], Field(max_length=1000)] | None = None


class TaskDocument(Input):
    id: Id
    description: Word | None = None
    action: ActionType
    source: Source
    documentRef: Word | None = None
    externalReference: Word | None = None
    signTextEntry: Text | None = None
    sendResultToArchive: bool = False
    form: Form | None = None


class SignatureMethod(Input):
    name: Word | None = None
    type: MethodType | None = None
    handwritten: bool = False


class Authentication(Input):
    methods: Annotated[list[Word], Field(max_length=20)] | None = None
    artifact: bool = False


class Dialog(Input):
    title: Word | None = None
    message: Text | None = None


class SubjectAttribute(Input):
    name: Word
    value: Annotated[str, Field(min_length=1, max_length=255, pattern=NO_NUL)] = Field(repr=False)
    methods: Annotated[list[Word], Field(max_length=20)] | None = None


class Subject(Input):
    id: Word | None = None
    attributes: Annotated[list[SubjectAttribute], Field(max_length=20)] | None = None


class Delay(Input):
    minutes: Annotated[int, Field(ge=0, le=100_000)] | None = None
    hours: Annotated[int, Field(ge=0, le=10_000)] | None = None
    days: Annotated[int, Field(ge=0, le=366)] | None = None


class TaskSchedule(Input):
    triggerStatus: TaskTrigger
    delay: Delay | None = None


class PackagingSchedule(Input):
    triggerStatus: PackagingTrigger


class Notification(Input):
    id: Id
    type: NotificationType
    recipient: Annotated[str, Field(min_length=1, max_length=2000, pattern=NO_NUL)]
    sender: Word | None = None
    header: Word | None = None
    message: Text


class TaskNotification(Notification):
    schedule: Annotated[list[TaskSchedule], Field(max_length=20)] | None = None


class PackagingTaskNotification(Notification):
    schedule: Annotated[list[PackagingSchedule], Field(max_length=20)] | None = None


class Task(Input):
    id: Id | None = None
    profile: Word | None = None
    language: Language | None = None
    daysToLive: Annotated[int, Field(ge=1, le=MOST_DAYS_TO_LIVE)] | None = None
    configuration: Word | None = None
    documents: Annotated[list[TaskDocument], Field(min_length=1, max_length=50)]
    signatureMethods: Annotated[list[SignatureMethod], Field(max_length=20)] | None = None
    authentication: Authentication | None = None
    onTaskComplete: Url | None = None
    onTaskReject: Url | None = None
    onTaskPostpone: Url | None = None
    dialog: Dialog | None = None
    notifications: Annotated[list[TaskNotification], Field(max_length=50)] | None = None
    signText: Text | None = None
    subject: Subject | None = None
    dependsOnTasks: Annotated[list[Word], Field(max_length=100)] | None = None


class PackagedDocuments(Input):
    taskId: Word
    documentIds: Annotated[list[Word], Field(min_length=1, max_length=50)]


class PackagingTask(Input):
    id: Id
    method: Word
    sendToArchive: bool = False
    documents: Annotated[list[PackagedDocuments], Field(min_length=1, max_length=100)]
    notifications: Annotated[list[PackagingTaskNotification], Field(max_length=50)] | None = None


class TemplateParams(Input):
    id: Word | None = None
    footer: Text | None = None
    button: Word | None = None
    linkText: Word | None = None
    logoUrl: Url | None = None


class SigningOrder(Input):
    clientReference: Word | None = None
    tasks: Annotated[list[Task], Field(min_length=1, max_length=100)]
    notifications: Annotated[list[Notification], Field(min_length=1, max_length=50)] | None = None
    daysUntilDeletion: Annotated[int, Field(ge=1, le=MOST_DAYS_UNTIL_DELETION)] | None = None
    packagingTasks: Annotated[list[PackagingTask], Field(min_length=1, max_length=50)] | None = None
    notificationTemplateParams: Annotated[list[TemplateParams], Field(max_length=50)] | None = None
