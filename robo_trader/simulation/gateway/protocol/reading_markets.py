"""How requests for contracts and market data are written."""

from robo_trader.simulation.gateway.protocol.field_reader import FieldReader
from robo_trader.simulation.gateway.protocol.reading_plain import Reader, with_id, with_version_and_id
from robo_trader.simulation.gateway.protocol.requests import (
    CancelHeadTimestamp,
    CancelHistoricalData,
    CancelMarketData,
    CancelRealTimeBars,
    CancelTickByTick,
    ContractDetails,
    HeadTimestamp,
    HistoricalData,
    HistoricalTicks,
    MarketData,
    MarketDataTypeChoice,
    MarketRule,
    MatchingSymbols,
    RealTimeBars,
    TickByTick,
)
from robo_trader.simulation.gateway.protocol.values import Contract

_LEG_FIELDS = 4  # contract id, ratio, action, exchange


def read_contract(fields: FieldReader) -> Contract:
    """Return the twelve fields by which a client names a contract."""
    return Contract(
        con_id=fields.integer(),
        symbol=fields.text(),
        sec_type=fields.text(),
        last_trade_date=fields.text(),
        strike=fields.text(),
        right=fields.text(),
        multiplier=fields.text(),
        exchange=fields.text(),
        primary_exchange=fields.text(),
        currency=fields.text(),
        local_symbol=fields.text(),
        trading_class=fields.text(),
    )


def _skip_legs(fields: FieldReader, contract: Contract) -> None:
    if contract.sec_type == "BAG":
        for _ in range(fields.count()):
            fields.skip(_LEG_FIELDS)


def _contract_details(fields: FieldReader, version: int) -> ContractDetails:
    fields.skip()
    request_id, contract = fields.identity(), read_contract(fields)
    include_expired = fields.flag()
    fields.skip(2)  # another id of the security, and of which kind
    if version >= 176:
        fields.skip()  # issuer
    return ContractDetails(request_id=request_id, contract=contract, include_expired=include_expired)


def _matching_symbols(fields: FieldReader, _version: int) -> MatchingSymbols:
    return MatchingSymbols(request_id=fields.identity(), pattern=fields.text())


def _market_rule(fields: FieldReader, _version: int) -> MarketRule:
    return MarketRule(rule_id=fields.integer())


def _market_data(fields: FieldReader, _version: int) -> MarketData:
    fields.skip()
    request_id, contract = fields.identity(), read_contract(fields)
    _skip_legs(fields, contract)
    if fields.flag():
        fields.skip(3)  # delta neutral: contract id, delta, price
    generic_ticks, snapshot = fields.text(), fields.flag()
    regulatory = fields.flag()
    fields.skip()  # options
    return MarketData(
        request_id=request_id, contract=contract, generic_ticks=generic_ticks, snapshot=snapshot or regulatory
    )


def _market_data_type(fields: FieldReader, _version: int) -> MarketDataTypeChoice:
    fields.skip()
    return MarketDataTypeChoice(kind=fields.integer())


def _tick_by_tick(fields: FieldReader, _version: int) -> TickByTick:
    return TickByTick(
        request_id=fields.identity(),
        contract=read_contract(fields),
        kind=fields.text(),
        number=fields.integer(),
        ignore_size=fields.flag(),
    )


def _real_time_bars(fields: FieldReader, _version: int) -> RealTimeBars:
    fields.skip()
    request = RealTimeBars(
        request_id=fields.identity(),
        contract=read_contract(fields),
        bar_seconds=fields.integer(),
        what_to_show=fields.text(),
        regular_hours=fields.flag(),
    )
    fields.skip()  # options
    return request


def _historical_data(fields: FieldReader, _version: int) -> HistoricalData:
    request_id, contract = fields.identity(), read_contract(fields)
    fields.skip()  # whether expired contracts count
    end, bar_size, duration = fields.text(), fields.text(), fields.text()
    regular_hours, what_to_show, date_format = fields.flag(), fields.text(), fields.integer()
    _skip_legs(fields, contract)
    keep_up_to_date = fields.flag()
    fields.skip()  # options
    return HistoricalData(
        request_id=request_id,
        contract=contract,
        end=end,
        bar_size=bar_size,
        duration=duration,
        regular_hours=regular_hours,
        what_to_show=what_to_show,
        date_format=date_format,
        keep_up_to_date=keep_up_to_date,
    )


def _head_timestamp(fields: FieldReader, _version: int) -> HeadTimestamp:
    request_id, contract = fields.identity(), read_contract(fields)
    fields.skip()  # whether expired contracts count
    return HeadTimestamp(
        request_id=request_id,
        contract=contract,
        regular_hours=fields.flag(),
        what_to_show=fields.text(),
        date_format=fields.integer(),
    )


def _historical_ticks(fields: FieldReader, _version: int) -> HistoricalTicks:
    request_id, contract = fields.identity(), read_contract(fields)
    fields.skip()  # whether expired contracts count
    request = HistoricalTicks(
        request_id=request_id,
        contract=contract,
        start=fields.text(),
        end=fields.text(),
        number=fields.integer(),
        what_to_show=fields.text(),
        regular_hours=fields.flag(),
        ignore_size=fields.flag(),
    )
    fields.skip()  # options
    return request


MARKET_READERS: dict[int, Reader] = {
    1: _market_data,
    2: with_version_and_id(CancelMarketData),
    9: _contract_details,
    20: _historical_data,
    25: with_version_and_id(CancelHistoricalData),
    50: _real_time_bars,
    51: with_version_and_id(CancelRealTimeBars),
    59: _market_data_type,
    81: _matching_symbols,
    87: _head_timestamp,
    90: with_id(CancelHeadTimestamp),
    91: _market_rule,
    96: _historical_ticks,
    97: _tick_by_tick,
    98: with_id(CancelTickByTick),
}
