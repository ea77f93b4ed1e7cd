"""What is said on the wire, as values: requests of a client, messages of the server, and how both are written."""
