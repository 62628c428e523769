"""Everything in tables: SQLite for one machine, PostgreSQL for many, one path for both."""
