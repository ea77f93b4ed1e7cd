"""The form of a snapshot: a list of nodes, one for each object, that name each other by number.

A value is a plain scalar as it stands, or `[number]` for the object of that number. A node is a list whose first item
is one of these tags:

    LIST items | TUPLE items | SET items | FROZEN_SET items | DICT keys and values in turn
    DEQUE maxlen, items | DEFAULT_DICT factory, keys and values in turn | COUNTER keys and values in turn
    OBJECT shape, values | FUNCTION name | CLASS name | METHOD object, name | SLICE or RANGE start, stop, step
    DECIMAL digits | MEMBER class, name | INTEGER digits | FIXTURE number | OPAQUE name of its class

A shape is the name of a class, and the names of the attributes that stand in the node.
"""

from enum import IntEnum


class Tag(IntEnum):
    """What a node stands for."""

    LIST = 0
    TUPLE = 1
    SET = 2
    FROZEN_SET = 3
    DICT = 4
    DEQUE = 5
    DEFAULT_DICT = 6
    COUNTER = 7
    OBJECT = 8
    FUNCTION = 9
    CLASS = 10
    METHOD = 11
    SLICE = 12
    DECIMAL = 13
    MEMBER = 14
    INTEGER = 15  # too large for the wire
    FIXTURE = 16  # part of the configuration, which both sides have
    RANGE = 18
    OPAQUE = 17  # within the configuration only: something that nobody looks into


INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
FORMAT = 1  # of all this
