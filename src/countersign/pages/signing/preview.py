"""A signing page on which nothing can be done, to look at."""

from __future__ import annotations

from countersign.domain.envelope import Envelope
from countersign.domain.task import Task
from countersign.pages.signing.shell import render_task
from countersign.pages.signing.state import signing_state


def render_preview(envelope: Envelope, task: Task, base: str, language: str, logo: str) -> str:
    """The page with which a task begins, without its script and without page images. `logo` is the
    address of the picture, "" for none."""
    state = signing_state(
        envelope,
        task,
        base,
        chosen="",
        skip_intro=False,
        simulated=False,
        upload_limit=0,
    )
    branding = {**state["branding"], "logo": logo}
    return render_task({**state, "branding": branding}, base, language, template="preview.html")
