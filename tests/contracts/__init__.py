"""One suite for each port, passed by its fake and by every adapter."""
