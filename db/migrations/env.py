"""Alembic's entry: it is handed an open connection by db.migrate."""

from alembic import context

from db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
