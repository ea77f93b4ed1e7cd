"""The contracts the brokerage knows: one stock for each symbol of the feed.

The conId of a symbol is a function of its name alone, so that it survives anything; a few well-known ones are as in
reality.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from robo_trader.core.domain.bars import NANOS_PER_SECOND, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.settings import Listing
from robo_trader.simulation.gateway.protocol.market_messages import ContractData, MarketRuleMessage
from robo_trader.simulation.gateway.protocol.values import Contract

RULE_ID = 26
INCREMENTS = ((Decimal(0), Decimal("0.0001")), (Decimal(1), Decimal("0.01")))  # SEC Rule 612
SMART = "SMART"
EXCHANGES = ("SMART", "ARCA", "BATS", "IEX", "NASDAQ", "NYSE")
_KNOWN_IDS = {"AAPL": 265598, "SPY": 756733, "MSFT": 272093, "IBM": 8314}
_KNOWN_EXCHANGES = {"SPY": "ARCA", "IBM": "NYSE", "BRK.B": "NYSE"}
_ID_SPAN = 900_000_000
_NEW_YORK = ZoneInfo("America/New_York")
_DAYS_TOLD = 6
_EARLY, _LATE = time(4), time(20)
_SAMPLES_MAX = 16


def con_id_of(symbol: str) -> int:
    """Return the conId of a symbol."""
    known = _KNOWN_IDS.get(symbol)
    return known or 100_000_000 + int.from_bytes(sha256(symbol.encode()).digest()[:6]) % _ID_SPAN


def symbol_in(contract: Contract) -> Symbol:
    """Return our symbol of a contract: classes of shares come after a space on the wire, BRK B for BRK.B."""
    return Symbol((contract.symbol or contract.local_symbol).replace(" ", "."))


def increment_at(price: Decimal) -> Decimal:
    """Return the step of prices, in dollars, at a price."""
    return max(step for edge, step in INCREMENTS if price >= edge)


def conforms(price: Decimal) -> bool:
    """Return whether a price in dollars stands on a step."""
    return price > 0 and price % increment_at(price) == 0


def market_rule(rule_id: int) -> MarketRuleMessage | None:
    """Return a market rule, None for one that no contract here has."""
    return MarketRuleMessage(rule_id=rule_id, increments=INCREMENTS) if rule_id == RULE_ID else None


class ContractBook:
    """Finds contracts by what a client says of them."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self._by_symbol = {listing.symbol: (listing, _contract(listing)) for listing in listings}
        self._symbols = {contract.con_id: symbol for symbol, (_, contract) in self._by_symbol.items()}
        self._doubled: set[Symbol] = set()  # of which another contract goes by the same name
        assert len(self._symbols) == len(self._by_symbol), "two symbols have the same conId"

    def rename(self, old: Symbol, new: Symbol) -> None:
        """Let a contract go on under another symbol; its conId stays."""
        listing, contract = self._by_symbol.pop(old)
        spelled = _on_the_wire(new)
        renamed = replace(contract, symbol=spelled, local_symbol=spelled)
        self._by_symbol[new] = (Listing(symbol=new, name=listing.name, exchange=listing.exchange), renamed)
        self._symbols[contract.con_id] = new

    def renumber(self, symbol: Symbol) -> int:
        """Let a symbol name another contract from now on; return its conId."""
        listing, contract = self._by_symbol[symbol]
        renumbered = replace(contract, con_id=contract.con_id + 1)
        self._by_symbol[symbol] = (listing, renumbered)
        self._symbols[renumbered.con_id] = symbol
        return renumbered.con_id

    def list_twice(self, symbol: Symbol) -> None:
        """Let two contracts go by one symbol from now on; orders mean the first of them."""
        self._doubled.add(symbol)

    def contract(self, symbol: str) -> Contract:
        """Return the contract of a symbol that is known."""
        return self._by_symbol[Symbol(symbol)][1]

    def knows(self, symbol: str) -> bool:
        """Return whether a symbol can be traded."""
        return symbol in self._by_symbol

    def symbol_of(self, con_id: int) -> Symbol | None:
        """Return the symbol of a conId, None for one that is not known."""
        return self._symbols.get(con_id)

    def find(self, wanted: Contract) -> Contract | None:
        """Return the one contract that a description fits, on the exchange it names; None for none."""
        symbol = self._symbols.get(wanted.con_id) if wanted.con_id else symbol_in(wanted)
        known = None if symbol is None else self._by_symbol.get(symbol)
        exchange = wanted.exchange or SMART
        if known is None or exchange not in EXCHANGES or not _fits(wanted, known[1]):
            return None
        return replace(known[1], exchange=exchange)

    def find_all(self, wanted: Contract) -> list[Contract]:
        """Return what a description fits: where it names no exchange, the contract on each."""
        found = self.find(wanted)
        if found is None:
            return []
        twins = [found]
        if symbol_in(found) in self._doubled:
            twins.append(replace(found, con_id=found.con_id + 7))
        exchanges = (wanted.exchange,) if wanted.exchange else EXCHANGES
        return [replace(one, exchange=exchange) for one in twins for exchange in exchanges]

    def matching(self, pattern: str) -> tuple[Contract, ...]:
        """Return contracts whose symbol begins with a text, or whose name holds it; the nearest first."""
        text = pattern.upper()
        begin = [symbol for symbol in self._by_symbol if symbol.startswith(text)]
        named = [symbol for symbol, (listing, _) in self._by_symbol.items() if text in listing.name.upper()]
        symbols = dict.fromkeys([*sorted(begin, key=lambda symbol: (len(symbol), symbol)), *sorted(named)])
        return tuple(self._by_symbol[symbol][1] for symbol in list(symbols)[:_SAMPLES_MAX]) if text else ()

    def describe(self, contract: Contract, request_id: int, sessions: SessionTable, at: int) -> ContractData:
        """Return what is known of a contract, with its hours from the day of a time on."""
        listing = self._by_symbol[symbol_in(contract)][0]
        return ContractData(
            request_id=request_id,
            contract=contract,
            market_name=contract.trading_class,
            min_tick=INCREMENTS[0][1],
            order_types="LMT,LOC,MKT,MOC,OPG,STP,STPLMT,TRAIL,WHATIF,",
            valid_exchanges=",".join(EXCHANGES),
            long_name=listing.name or contract.symbol,
            industry="",
            category="",
            subcategory="",
            time_zone="US/Eastern",
            trading_hours=hours_text(sessions, at, is_extended=True),
            liquid_hours=hours_text(sessions, at, is_extended=False),
            market_rule_ids=",".join(str(RULE_ID) for _ in EXCHANGES),
        )


def hours_text(sessions: SessionTable, at: int, *, is_extended: bool) -> str:
    """Return when the market is open, day by day, as New York's clocks show it."""
    first = _new_york(at).date()
    days = []
    for day in (first + timedelta(days=number) for number in range(_DAYS_TOLD)):
        session = sessions.on(day.isoformat())
        if session is None:
            days.append(f"{day:%Y%m%d}:CLOSED")
            continue
        start, end = _opening(session, is_extended=is_extended)
        days.append(f"{start:%Y%m%d:%H%M}-{end:%Y%m%d:%H%M}")
    return ";".join(days)


def _opening(session: TradingSession, *, is_extended: bool) -> tuple[datetime, datetime]:
    opens, closes = _new_york(session.opens_at), _new_york(session.closes_at)
    if not is_extended:
        return opens, closes
    return datetime.combine(opens, _EARLY), datetime.combine(opens, _LATE)


def _new_york(at: int) -> datetime:
    return datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC).astimezone(_NEW_YORK)


def _contract(listing: Listing) -> Contract:
    symbol, spelled = listing.symbol, _on_the_wire(listing.symbol)
    exchange = listing.exchange or _KNOWN_EXCHANGES.get(symbol, "NASDAQ")
    return Contract(
        symbol=spelled, con_id=con_id_of(symbol), exchange=SMART, primary_exchange=exchange,
        local_symbol=spelled, trading_class="NMS" if exchange == "NASDAQ" else spelled,
    )  # fmt: skip


def _on_the_wire(symbol: Symbol) -> str:
    return symbol.replace(".", " ")


def _fits(wanted: Contract, known: Contract) -> bool:
    """Return whether nothing that a client says of a contract is untrue."""
    is_stock = wanted.sec_type in {"STK", ""} and wanted.currency in {"USD", ""}
    names = (wanted.symbol, wanted.local_symbol)
    return is_stock and all(name.replace(".", " ") in {"", known.symbol} for name in names)
