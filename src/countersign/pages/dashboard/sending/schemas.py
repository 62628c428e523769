"""What the page of a draft keeps and sends: half filled in, so only sizes are judged here. What is
missing is said when it is to be sent (translate.py)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from countersign.pages.dashboard.placing import Key, PlacedFields

LONGEST_NAME, LONGEST_MESSAGE, LONGEST_EMAIL, LONGEST_PHONE = 200, 5000, 254, 40
MOST_PEOPLE = 100
LINK = "link"  # the way to know people that asks them for nothing

Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
Days = Annotated[int, Field(ge=1, le=365)]


class DraftPerson(BaseModel):
    """`turn` counts only where people act in an order: equal ones act side by side. `proof` is one
    of the ways that are offered."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    name: Name = ""
    email: Annotated[str, StringConstraints(max_length=LONGEST_EMAIL)] = ""
    phone: Annotated[str, StringConstraints(max_length=LONGEST_PHONE)] = ""
    language: Annotated[str, StringConstraints(max_length=35)] = ""
    role: Literal["sign", "copy"] = "sign"
    turn: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = 1
    proof: Annotated[str, StringConstraints(max_length=60)] = LINK


class DraftContent(BaseModel):
    """`order` are the ids of documents; `due` is a day in the time zone of the account, the last on
    which one can sign; `project` the id of one, whose look and settings are used."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    order: Annotated[list[Key], Field(max_length=1000)] = []
    people: Annotated[list[DraftPerson], Field(max_length=MOST_PEOPLE)] = []
    ordered: bool = False
    fields: PlacedFields = ()
    project: Annotated[str, StringConstraints(max_length=60)] = ""
    message: Annotated[str, StringConstraints(max_length=LONGEST_MESSAGE)] = ""
    due: Annotated[str, StringConstraints(max_length=10)] = ""
    reminder_days: Days | None = None
    reminders: Annotated[int, Field(ge=1, le=20)] = 3


class SaveInput(BaseModel):
    """What stands in a browser that has seen `version`."""

    version: Annotated[int, Field(ge=1, le=1 << 30)]
    content: DraftContent


class SendInput(BaseModel):
    version: Annotated[int, Field(ge=1, le=1 << 30)]
