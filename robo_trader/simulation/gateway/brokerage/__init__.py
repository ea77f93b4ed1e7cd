"""What a broker does behind the wire of the pretend TWS: accounts, contracts, orders, executions; no sockets."""
