"""A journal that keeps nothing: for backtests, whose inputs can be played again at any time."""

from collections.abc import Iterator

from robo_trader.core.ports.journal import Batch


class UnjournaledRun:
    """Takes every batch and forgets it. Never for an account that anybody relies on."""

    async def commit(self, batch: Batch) -> None:
        """Forget the batch."""

    def batches(self) -> Iterator[Batch]:
        """Return nothing: nothing was kept."""
        return iter(())
