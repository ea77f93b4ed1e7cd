"""Two processes that compile forms of one function at once keep each what is theirs.

Numba writes an index, then the code it points to. The worst order of two writers is played here, step by step.
"""

from pathlib import Path
from typing import Any

from robo_trader.research.compiled.compiler import Compiler


def half(value: float) -> float:
    return value - value // 2


def files_of(compiled: Any) -> Any:  # noqa: ANN401 - Numba's own, which has no types
    return compiled._cache._cache_file


def test_the_code_of_one_form_is_never_taken_for_the_others(tmp_path: Path) -> None:
    whole, broken, later = (Compiler(tmp_path)._jit(half) for _ in range(3))  # as three processes would have them
    files_of(broken)._load_index = dict  # it read the index before the other wrote it
    write = files_of(whole)._save_data

    def write_late(name: str, data: object) -> None:
        broken(3.5)
        write(name, data)

    files_of(whole)._save_data = write_late
    assert whole(3) == 2
    assert later(3.5) == 2.5
    assert later(3) == 2
