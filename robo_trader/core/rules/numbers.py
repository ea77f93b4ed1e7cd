"""The numbers a rule may be run with: float in research, Decimal where money is booked."""

from decimal import Decimal
from typing import TypeVar

Number = TypeVar("Number", float, Decimal)
