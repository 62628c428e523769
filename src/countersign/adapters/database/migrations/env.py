"""What Alembic runs. The connection and its transaction belong to `migrate`."""

from alembic import context

from countersign.adapters.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
