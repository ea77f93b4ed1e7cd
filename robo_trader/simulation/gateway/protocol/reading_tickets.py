"""How an order is written in placeOrder: the longest request, in the order of its fields.

What the simulator heeds ends in the ticket. Where a client asks for more, the ticket names it as `unheeded`, so that
a brokerage can refuse the order and not work it as something it is not.
"""

from msgspec.structs import replace

from robo_trader.simulation.gateway.protocol.field_reader import FieldReader, Unreadable
from robo_trader.simulation.gateway.protocol.values import Contract, OrderTicket

PEG_TO_BENCHMARK = {"PEG BENCH", "PEGBENCH"}

_CONDITION_FIELDS = {1: 6, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5}  # how many follow the kind of a condition
_COMBO_LEG_FIELDS = 8
_SCALE_FIELDS = 7
_DELTA_NEUTRAL_ORDER_FIELDS = 8
_PEG_TO_BENCHMARK_FIELDS = 5


class _Unheeded:
    """Names what a client asks for and nothing here does."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def note(self, name: str, asked: object) -> None:
        if asked:
            self.names.append(name)


def read_ticket(fields: FieldReader, contract: Contract, version: int) -> OrderTicket:
    """Return the order, from its side to its last field. Raises Unreadable."""
    unheeded = _Unheeded()
    ticket = _main_part(fields)
    if contract.sec_type == "BAG":
        _skip_combination(fields)
        unheeded.note("combination", asked=True)
    ticket = _conditions_of_trading(fields, ticket, version, unheeded)
    _skip_volatility(fields, unheeded)
    ticket = _trailing(fields, ticket)
    _skip_scale_and_hedge(fields, unheeded)
    ticket = _algorithm(fields, ticket, unheeded)
    ticket = _triggers(fields, ticket, unheeded)
    _skip_adjustments(fields, unheeded)
    _skip_newer_fields(fields, contract, ticket, version)
    return replace(ticket, unheeded=tuple(unheeded.names))


def _main_part(fields: FieldReader) -> OrderTicket:
    action, quantity, order_type = fields.text(), fields.decimal(), fields.text()
    limit_price, aux_price = fields.set_decimal(), fields.set_decimal()
    tif, oca_group, account = fields.text(), fields.text(), fields.text()
    fields.skip(2)  # whether it opens or closes, and for whom
    order_ref, transmit, parent_id = fields.text(), fields.flag(), fields.integer()
    fields.skip(2)  # block order, sweep to fill
    display_size = fields.set_integer()
    fields.skip()  # which prices trigger a stop
    return OrderTicket(
        action=action,
        quantity=quantity,
        order_type=order_type,
        limit_price=limit_price,
        aux_price=aux_price,
        tif=tif or "DAY",
        oca_group=oca_group,
        account=account,
        order_ref=order_ref,
        transmit=transmit,
        parent_id=parent_id,
        display_size=display_size or None,
        outside_rth=fields.flag(),
        hidden=fields.flag(),
    )


def _skip_combination(fields: FieldReader) -> None:
    for _ in range(fields.count()):
        fields.skip(_COMBO_LEG_FIELDS)
    for _ in range(fields.count()):
        fields.skip()  # price of a leg
    for _ in range(fields.count()):
        fields.skip(2)  # routing: tag, value


def _conditions_of_trading(fields: FieldReader, ticket: OrderTicket, version: int, unheeded: _Unheeded) -> OrderTicket:
    fields.skip()  # an old way to allocate shares
    unheeded.note("discretionary amount", fields.decimal())
    good_after_time, good_till_date = fields.text(), fields.text()
    unheeded.note("allocation to a group", fields.text())
    fields.skip(2 if version >= 177 else 3)  # method, percentage, profile
    unheeded.note("model", fields.text())
    fields.skip(3)  # short sale: slot, location, exemption
    oca_type = fields.integer()
    fields.skip(2)  # rule 80A, settling firm
    all_or_none, min_quantity = fields.flag(), fields.set_integer()
    unheeded.note("percent offset", fields.set_decimal())
    e_trade_only, firm_quote_only = fields.flag(), fields.flag()
    fields.skip(8)  # price cap, auction strategy, a box order's prices, the stock's range, overridden percentages
    return replace(
        ticket,
        good_after_time=good_after_time,
        good_till_date=good_till_date,
        oca_type=oca_type,
        all_or_none=all_or_none,
        min_quantity=min_quantity,
        e_trade_only=e_trade_only,
        firm_quote_only=firm_quote_only,
    )


def _skip_volatility(fields: FieldReader, unheeded: _Unheeded) -> None:
    unheeded.note("volatility", fields.set_decimal())
    fields.skip()  # of a day or of a year
    hedging_order = fields.text()
    fields.skip()  # its price
    if hedging_order:
        fields.skip(_DELTA_NEUTRAL_ORDER_FIELDS)
        unheeded.note("delta neutral order", asked=True)
    fields.skip(2)  # continuous update, reference price


def _trailing(fields: FieldReader, ticket: OrderTicket) -> OrderTicket:
    return replace(ticket, trail_stop_price=fields.set_decimal(), trailing_percent=fields.set_decimal())


def _skip_scale_and_hedge(fields: FieldReader, unheeded: _Unheeded) -> None:
    fields.skip(2)  # sizes of the first level and of the others
    increment = fields.set_decimal()
    if increment is not None and increment > 0:
        fields.skip(_SCALE_FIELDS)
        unheeded.note("scale", asked=True)
    fields.skip(3)  # scale table, active from, active until
    if fields.text():
        fields.skip()
        unheeded.note("hedge", asked=True)
    fields.skip(4)  # smart routing, clearing account, clearing intent, not held
    if fields.flag():
        fields.skip(3)  # contract id, delta, price
        unheeded.note("delta neutral contract", asked=True)


def _algorithm(fields: FieldReader, ticket: OrderTicket, unheeded: _Unheeded) -> OrderTicket:
    algo_strategy = fields.text()
    if algo_strategy:
        for _ in range(fields.count()):
            fields.skip(2)  # tag, value
        unheeded.note("algorithm", asked=True)
    fields.skip()  # an id for the algorithm
    what_if = fields.flag()
    fields.skip(4)  # options, solicited, randomised size, randomised price
    return replace(ticket, algo_strategy=algo_strategy, what_if=what_if)


def _triggers(fields: FieldReader, ticket: OrderTicket, unheeded: _Unheeded) -> OrderTicket:
    if ticket.order_type in PEG_TO_BENCHMARK:
        fields.skip(_PEG_TO_BENCHMARK_FIELDS)
    count = fields.count()
    for _ in range(count):
        kind = fields.integer()
        if kind not in _CONDITION_FIELDS:
            raise Unreadable(f"there is no condition of kind {kind}")
        fields.skip(_CONDITION_FIELDS[kind])
    if count:
        fields.skip(2)  # whether they count outside regular hours, and whether they cancel
        unheeded.note("conditions", asked=True)
    return replace(ticket, condition_count=count)


def _skip_adjustments(fields: FieldReader, unheeded: _Unheeded) -> None:
    unheeded.note("adjusted order", fields.text())
    fields.skip(6)  # its trigger, offset, stop, stop limit, trailing amount and the amount's unit
    fields.skip(3)  # operator, soft dollar tier by name and value
    unheeded.note("cash quantity", fields.decimal())
    fields.skip(4)  # MiFID II: who decided, by which algorithm, who executed, by which algorithm
    fields.skip(4)  # hedge pricing, container, discretion up to the limit, price management


def _skip_newer_fields(fields: FieldReader, contract: Contract, ticket: OrderTicket, version: int) -> None:
    fields.skip(
        (version >= 158)  # duration
        + (version >= 160)  # post to alternative venues
        + (version >= 162)  # cancel the parent too
        + (version >= 166)  # override of a rejection
        + (version >= 169)  # when a person placed it by hand
    )
    if version < 170:
        return
    if contract.exchange == "IBKRATS":
        fields.skip()  # smallest quantity of a trade
    if ticket.order_type in {"PEG BEST", "PEGBEST"}:
        fields.skip()  # smallest size to compete
        if fields.text() == "Infinite":  # up to the midpoint
            fields.skip(2)  # offsets at whole and half cents
    elif ticket.order_type in {"PEG MID", "PEGMID"}:
        fields.skip(2)
