"""The pages that a sandbox has besides: the mailbox, and the widget at work."""

from .mailbox import build

__all__ = ["build"]
