"""The broker's process. The engine starts it with the number of a socket that is open already, and an epoch."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Awaitable

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.channel import Channel
from robo_trader.adapters.brokers.interactive_brokers.session import Session
from robo_trader.adapters.brokers.interactive_brokers.surroundings import THIS_MACHINE, Surroundings


async def serve(descriptor: int, epoch: int) -> None:
    """Talk to the gateway for the engine at the other end of a socket, until it says so or is gone."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    await serve_line(Channel(reader, writer, epoch))


async def serve_line(channel: Channel, around: Surroundings = THIS_MACHINE) -> None:
    """Talk to the gateway for the engine at the other end of a line, until it says so or is gone."""
    try:
        begin = await _next(channel)
        if begin is not None:
            assert isinstance(begin, speech.Begin), begin
            await _obey(channel, Session(begin, channel.say, around))
    except* ConnectionError:
        pass  # the engine hung up while something was said to it
    finally:
        await channel.close()


async def _obey(channel: Channel, session: Session) -> None:
    """Do what is asked until the engine says that it is over, or hangs up; a bug anywhere ends the process."""
    try:
        async with asyncio.TaskGroup() as group:
            wanted = session.run(), session.say_words(), session.errands.watch()
            lasting = [group.create_task(lasts) for lasts in wanted]
            while (asked := await _next(channel)) is not None:
                if isinstance(asked, speech.RecordsTaken):
                    session.market.ticks.tell_more()
                else:
                    group.create_task(_do(session, asked))
            for task in lasting:
                task.cancel()
            session.close()
    finally:
        session.close()


async def _next(channel: Channel) -> object | None:
    """Return what is asked next, None at the end."""
    try:
        await channel.drain()
        asked = await channel.hear()
    except ConnectionError:
        return None  # the engine is gone: nobody is left to speak for
    return None if isinstance(asked, speech.Finish) else asked


async def _do(session: Session, asked: object) -> None:
    with contextlib.suppress(ConnectionError):  # of questions that the line took with it; the session tells
        await _act(session, asked)


def _act(session: Session, asked: object) -> Awaitable[None]:
    if isinstance(asked, speech.PlaceOrder):
        return session.ordering.place(asked)
    if isinstance(asked, speech.WithdrawOrder):
        return session.ordering.cancel(asked)
    if isinstance(asked, speech.ChangeOrder):
        return session.ordering.change(asked)
    if isinstance(asked, speech.AskStatement):
        return session.answer(asked)
    if isinstance(asked, speech.AskHistory):
        return session.tell_history(asked)
    assert isinstance(asked, speech.WatchMarket), asked
    return session.market.watch(asked)


def main() -> None:
    """Run. Ctrl-C in a terminal is for the engine, which then tells this process to finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("ib_async").addHandler(logging.NullHandler())  # the engine tells what matters, in its own words
    logging.getLogger("ib_async").propagate = False
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
