"""Keepers of people's own signing keys."""
