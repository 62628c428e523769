"""Anybody's page: what do the signatures of this PDF say?"""

from .routes import PREFIX, Verify, build

__all__ = ["PREFIX", "Verify", "build"]
