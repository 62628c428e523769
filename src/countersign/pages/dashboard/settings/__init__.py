"""The settings of an account, and what its members may know of the server's."""

from countersign.pages.dashboard.settings.all import Tools, settings_operations

__all__ = ["Tools", "settings_operations"]
