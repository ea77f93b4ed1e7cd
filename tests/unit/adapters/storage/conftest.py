"""What is tested of storage is tested in both databases."""

from tests.databases import kind, new_place, path, server_database, server_url

__all__ = ["kind", "new_place", "path", "server_database", "server_url"]
