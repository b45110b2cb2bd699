"""Runs the migrations of the shared schema, or of one programme's schema, on the connection it is handed.

``api.migrating`` is the only caller: it sets ``connection`` and ``schema`` among the configuration's attributes.
A programme's migrations name no schema; the search path does.
"""

from sqlalchemy import text

from alembic import context
from ledger.database import Base

connection = context.config.attributes["connection"]
schema = context.config.attributes["schema"]

quoted = connection.dialect.identifier_preparer.quote(schema)
connection.execute(text(f"SET LOCAL search_path TO {quoted}"))
connection.dialect.default_schema_name = schema
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table_schema=schema,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
