"""The broker's process. The engine starts it with the number of a socket that is open already, and an epoch."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.channel import Channel
from robo_trader.adapters.brokers.interactive_brokers.session import Session


async def serve(descriptor: int, epoch: int) -> None:
    """Talk to the gateway for the engine at the other end of a socket, until it says so or is gone."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    channel = Channel(reader, writer, epoch)
    try:
        begin = await channel.hear()
        assert isinstance(begin, speech.Begin), begin
        await _obey(channel, Session(begin, channel.say))
    except ConnectionError:
        pass  # the engine is gone: nobody is left to speak for
    finally:
        await channel.close()


async def _obey(channel: Channel, session: Session) -> None:
    keeping = asyncio.create_task(session.run())
    under_way: set[asyncio.Task[None]] = set()
    try:
        while not isinstance(asked := await channel.hear(), speech.Finish):
            task = asyncio.ensure_future(_do(session, asked))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            for done in [task for task in (*under_way, keeping) if task.done()]:
                done.result()  # a bug ends the process: the engine begins another
            await channel.drain()
    finally:
        for task in (keeping, *under_way):
            task.cancel()
        await asyncio.gather(keeping, *under_way, return_exceptions=True)


def _do(session: Session, asked: object) -> Awaitable[None]:
    if isinstance(asked, speech.PlaceOrder):
        return session.ordering.place(asked)
    if isinstance(asked, speech.WithdrawOrder):
        return session.ordering.cancel(asked)
    if isinstance(asked, speech.ChangeOrder):
        return session.ordering.change(asked)
    if isinstance(asked, speech.AskStatement):
        return session.answer(asked)
    if isinstance(asked, speech.WatchMarket):
        return session.market.watch(asked)
    assert isinstance(asked, speech.DropOrders), asked
    return session.ordering.drop()


def main() -> None:
    """Run. Ctrl-C in a terminal is for the engine, which then tells this process to finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("ib_async").addHandler(logging.NullHandler())  # the engine tells what matters, in its own words
    logging.getLogger("ib_async").propagate = False
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
