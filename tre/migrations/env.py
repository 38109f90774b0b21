"""Alembic's environment: run the history on the connection that `tre.migrations` hands over."""

from alembic import context

from tre.migrations import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,  # SQLite cannot alter a column in place
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
