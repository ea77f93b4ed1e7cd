"""The outside world behind small ports: brokers, feeds, storage, calendars."""
