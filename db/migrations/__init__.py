"""The history of the schema. `HEAD` spares the start of the program the import of alembic."""

HEAD = "r0001"
