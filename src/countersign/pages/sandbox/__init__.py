"""The pages that a sandbox has besides: the mailbox."""

from .mailbox import build

__all__ = ["build"]
