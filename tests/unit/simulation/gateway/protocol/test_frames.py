"""Bytes become frames whatever the portions they come in, and what is no frame is refused before it is held."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.simulation.gateway.protocol.frames import (
    FRAME_BYTES_MAX,
    PROLOGUE,
    BadFrame,
    FrameReader,
    Hello,
    frame,
    read_hello,
)
from tests.examples import examples


def split_at(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[low:high] for low, high in pairwise(edges)]


@settings(max_examples=examples(100))
@given(st.lists(st.binary(max_size=40), max_size=5), st.lists(st.integers(0, 400), max_size=12))
def test_frames_come_out_whole_however_the_bytes_are_split(payloads: list[bytes], cuts: list[int]) -> None:
    stream = PROLOGUE + b"".join(map(frame, payloads))
    reader = FrameReader()
    assert [payload for portion in split_at(stream, cuts) for payload in reader.feed(portion)] == payloads


@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1", b"AP1", b"\x16\x03\x01", b"API "])
def test_what_does_not_begin_as_a_client_is_refused_at_once(begun: bytes) -> None:
    with pytest.raises(BadFrame, match="began with"):
        list(FrameReader().feed(begun))


def test_a_prologue_in_pieces_is_waited_for() -> None:
    reader = FrameReader()
    assert [list(reader.feed(piece)) for piece in (b"A", b"PI", b"\0", frame(b"v157..178"))] == [
        [],
        [],
        [],
        [b"v157..178"],
    ]


@pytest.mark.parametrize("length", [b"\x01\x00\x00\x00", b"\xff\xff\xff\xff", b"\x80\x00\x00\x00"])
def test_a_length_beyond_the_protocol_is_refused_before_its_bytes_come(length: bytes) -> None:
    with pytest.raises(BadFrame, match="the most"):
        list(FrameReader(prologue=b"").feed(length))


def test_an_announced_frame_takes_no_memory_until_its_bytes_come() -> None:
    reader = FrameReader(prologue=b"")
    tracemalloc.start()
    try:
        assert list(reader.feed(FRAME_BYTES_MAX.to_bytes(4, "big") + b"x" * 100)) == []
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("said", "hello", "settled"),
    [
        (b"v157..178", Hello(version_min=157, version_max=178), 178),
        (b"v100..157", Hello(version_min=100, version_max=157), 157),
        (b"v100..217 +PACEAPI", Hello(version_min=100, version_max=217, options="+PACEAPI"), 178),
        (b"v163", Hello(version_min=163, version_max=163), 163),
        (b"v100..156", Hello(version_min=100, version_max=156), None),
        (b"v179..200", Hello(version_min=179, version_max=200), None),
        (b"v170..160", Hello(version_min=170, version_max=160), None),
    ],
)
def test_the_highest_version_both_know_is_spoken(said: bytes, hello: Hello, settled: int | None) -> None:
    assert read_hello(said) == hello
    assert hello.settle() == settled


@pytest.mark.parametrize(
    "said", [b"", b"157..178", b"v", b"v157..178\0", b"v157..", b"v1577777777777..178", b"v157..178 \xff"]
)
def test_a_first_frame_without_versions_is_refused(said: bytes) -> None:
    with pytest.raises(BadFrame, match="names no versions"):
        read_hello(said)
