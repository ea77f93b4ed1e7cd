"""A tour on file: one JSON object a line, a header first, then each step's frames and what the step comes to."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from robo_trader.core.domain.errors import InvalidConfig

FORMAT = 1
LINES_MAX = 100_000


class Header(Struct, frozen=True, kw_only=True, tag_field="record", tag="header", gc=False):
    """What was toured. There is no account, address or time in it."""

    format: int
    program: str  # version of this program
    server_version: int
    symbol: str
    fills: bool


class FrameRecord(Struct, frozen=True, kw_only=True, tag_field="record", tag="frame", gc=False):
    """One message. at: seconds since the tour began; fields: the message id first, private values replaced."""

    step: str
    at: float
    direction: str  # ">" to the gateway, "<" from it
    message: str
    fields: list[str]


class StepRecord(Struct, frozen=True, kw_only=True, tag_field="record", tag="step", gc=False):
    """What a step comes to: what was said, in order, and which answers never came."""

    step: str
    sequence: list[str]
    unanswered: list[str]


class Recording(Struct, frozen=True, kw_only=True, gc=False):
    """A whole tour."""

    header: Header
    frames: list[FrameRecord]
    steps: list[StepRecord]

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of the file."""
        encode = msgspec.json.Encoder().encode
        yield encode(self.header)
        for step in self.steps:
            yield from (encode(frame) for frame in self.frames if frame.step == step.step)
            yield encode(step)


def write_recording(recording: Recording, path: Path) -> None:
    """Write a recording. Raises InvalidConfig if that cannot be."""
    try:
        with path.open("wb") as file:
            file.writelines(line + b"\n" for line in recording.lines())
    except OSError as error:
        raise InvalidConfig(f"the recording cannot be written: {error}", next_step="Give another --output.") from error


def read_recording(path: Path) -> Recording:
    """Return the recording of a file. Raises InvalidConfig for what is none, or of another format."""
    decoder = msgspec.json.Decoder(Header | FrameRecord | StepRecord)
    try:
        lines = path.read_bytes().splitlines()
        records = [decoder.decode(line) for line in lines[:LINES_MAX]]
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidConfig(f"{path} is no recording of a tour: {error}", next_step=_NEXT_STEP) from error
    if not records or not isinstance(records[0], Header) or records[0].format != FORMAT:
        raise InvalidConfig(f"{path} is no recording of a tour of format {FORMAT}", next_step=_NEXT_STEP)
    return Recording(
        header=records[0],
        frames=[record for record in records if isinstance(record, FrameRecord)],
        steps=[record for record in records if isinstance(record, StepRecord)],
    )


_NEXT_STEP = "Make one with: robo-trader conformance --output FILE.jsonl"
