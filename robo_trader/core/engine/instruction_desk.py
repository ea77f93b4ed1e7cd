"""From an operator's instruction to the trading state: the only way out of a halt."""

from robo_trader.core.domain.commands import CancelOrder
from robo_trader.core.domain.events import InstructionGiven, InstructionRefused, OrderUpdated
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.orders import Order, OrderPurpose
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.account import Account

HALT, REDUCE, RESUME = InstructionKind
ACTIVE, REDUCING, HALTED = TradingState


def obey(instruction: InstructionGiven, account: Account) -> None:
    """Change the trading state as asked; refuse what does not fit the state that the account is in."""
    refusal = _refusal(instruction, account.trading_state)
    at = instruction.occurred_at
    if refusal is not None:
        account.events.append(InstructionRefused(instruction=instruction, reason=refusal, occurred_at=at))
        return
    after = {HALT: HALTED, REDUCE: REDUCING, RESUME: ACTIVE}[instruction.kind]
    account.enter_state(after, instruction.reason, at=at, actor=instruction.actor)
    account.is_held_back = instruction.kind is REDUCE
    if instruction.kind is RESUME:
        account.week_is_lost = False  # a limit that is still broken acts again at the next mark
        account.valuation.forgive_drawdown()
        return
    cancel_entries(account, at=at)


def cancel_entries(account: Account, *, at: int) -> None:
    """Ask for the end of every open order that could open a position or add to one."""
    for order in [order for order in account.orders.open.values() if not _reduces(order, account)]:
        if not order.cancel_requested:
            account.events.append(OrderUpdated(order=account.orders.request_cancel(order.order_id, at=at)))
            account.commands.append(CancelOrder(order_id=order.order_id, occurred_at=at))


def _refusal(instruction: InstructionGiven, state: TradingState) -> str | None:
    """Return in words why an instruction is not obeyed, None if it is."""
    if not (instruction.actor.strip() and instruction.reason.strip()):
        return "it does not say who asks for it, and why"
    if instruction.expected is not state:
        return f"it expects {instruction.expected.value}, and trading is {state.value}"
    if instruction.kind is REDUCE and state is HALTED:
        return "trading is HALTED, which lets out less already"
    if (instruction.kind, state) in {(HALT, HALTED), (RESUME, ACTIVE)}:
        return f"trading is {state.value} already"
    return None


def _reduces(order: Order, account: Account) -> bool:
    """Return whether an order can only take shares away. A protective one is there for nothing else: it rests on."""
    if order.intent.purpose is OrderPurpose.PROTECTION:
        return True
    held = account.ledger.position(order.intent.symbol).quantity
    return order.remaining_at_worst <= -held * order.intent.side.sign
