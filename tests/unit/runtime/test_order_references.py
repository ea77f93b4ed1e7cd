"""Every order of a journal has one name, and a broker's text is told to be ours, lost, or somebody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.commands import CancelOrder, Command, SubmitOrder
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.order_references import ForeignOrder, LostOrder, OrderReference, OurOrder
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.ports.journal import Batch, JournalIdentity
from robo_trader.runtime.order_references import OrderReferences
from tests.builders import an_approved_order

INSTALL = "abcd1234"


def a_batch(*order_ids: int, epoch: int = 0) -> Batch:
    submissions: list[Command] = [SubmitOrder(order=an_approved_order(order_id=one)) for one in order_ids]
    return Batch((), (*submissions, CancelOrder(order_id=OrderId(1), occurred_at=0)), epoch)


def references(*batches: Batch, epoch: int = 9) -> OrderReferences:
    found = OrderReferences(JournalIdentity(INSTALL, epoch))
    for batch in batches:
        found.note(batch)
    return found


def test_an_order_is_named_by_the_epoch_that_sent_it() -> None:
    known = references(a_batch(1, 2, epoch=1), a_batch(epoch=2), a_batch(3, epoch=4), a_batch(4))
    names = [str(known.reference_of(OrderId(one))) for one in (1, 2, 3, 4)]
    assert names == ["abcd1234.1.1", "abcd1234.1.2", "abcd1234.4.3", "abcd1234.9.4"]
    assert [known.read(name) for name in names] == [OurOrder(OrderId(one)) for one in (1, 2, 3, 4)]


@pytest.mark.parametrize("text", ["abcd1234.1.3", "abcd1234.2.1", "abcd1234.9.1", "abcd1234.1.99"])
def test_a_name_that_was_never_given_is_of_a_lost_order(text: str) -> None:
    known = references(a_batch(1, 2, epoch=1), a_batch(3, epoch=2))
    install, epoch, sequence = text.split(".")
    assert known.read(text) == LostOrder(OrderReference(install, int(epoch), OrderId(int(sequence))))


def test_a_new_journal_knows_none() -> None:
    assert references(epoch=1).read("abcd1234.1.1") == LostOrder(OrderReference(INSTALL, 1, OrderId(1)))


@pytest.mark.parametrize("text", ["", "17", "bcde2345.1.1", "abcd1234.1", "ABCD1234.1.1"])
def test_what_is_no_name_of_this_installation_is_foreign(text: str) -> None:
    assert references(a_batch(1, epoch=1)).read(text) == ForeignOrder()


def test_a_batch_of_an_older_epoch_is_damage() -> None:
    known = references(a_batch(epoch=3))
    with pytest.raises(JournalDamaged, match="a batch of epoch 2 follows one of epoch 3"):
        known.note(a_batch(epoch=2))


def test_an_id_is_never_used_again() -> None:
    known = references(a_batch(1, 2, epoch=1))
    with pytest.raises(JournalDamaged, match="order 2 is sent after order 2"):
        known.note(a_batch(2, epoch=2))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=30))
def test_all_names_are_different_and_read_back(starts: list[tuple[int, int]]) -> None:
    """Each start of the program leaves out some epochs, and sends some orders."""
    known, epoch, sent = references(epoch=1_000), 1, dict[int, int]()
    for skipped, count in starts:
        epoch += skipped
        ids = range(len(sent) + 1, len(sent) + 1 + count)
        known.note(a_batch(*ids, epoch=epoch))
        sent |= dict.fromkeys(ids, epoch)
    for one, of in sent.items():
        assert known.reference_of(OrderId(one)) == OrderReference(INSTALL, of, OrderId(one))
    for one in range(1, len(sent) + 3):
        for of in range(1, epoch + 2):
            assert (known.read(f"{INSTALL}.{of}.{one}") == OurOrder(OrderId(one))) is (sent.get(one) == of)
