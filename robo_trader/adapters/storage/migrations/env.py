"""What alembic runs first: the steps are taken on the connection, and within the transaction, of whoever asks."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
