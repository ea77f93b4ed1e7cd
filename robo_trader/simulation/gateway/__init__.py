"""A pretend TWS: speaks Interactive Brokers' socket protocol, with the pretend venue behind it."""
