"""Anybody's page: what do the signatures of this PDF say?"""

from .routes import PREFIX, build

__all__ = ["PREFIX", "build"]
