"""The dashboard: what members of an account see and do."""
