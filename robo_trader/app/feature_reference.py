"""Writes docs/features.md from the catalogue.

Run `python -m robo_trader.app.feature_reference > docs/features.md`.
"""

import sys
from collections.abc import Sequence

from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS
from robo_trader.core.features.feature import CrossDefinition, Definition, Group, Parameter

_INTRODUCTION = """\
# Features

<!-- Generated: python -m robo_trader.app.feature_reference > docs/features.md -->

A feature is one number a bar (or quote, or trade), known when the bar ends. Each is made of one rule in `core/rules`.
The engine tells that rule of one bar after the other; research runs the same source, compiled, over a whole history.
The two agree to the last bit (`tests/parity/test_features.py` holds them against each other on real data, with a
restart in between), so a feature cannot differ between research and trading.

```
robo-trader features list --group momentum
robo-trader features show hurst
robo-trader features compute sma:20 rsi beta:60@SPY --symbols AAPL,IBM --data bars --output values.parquet
robo-trader features analyse sma:20 ema:20 rsi "rank(roc:20)" --symbols AAPL,IBM,MSFT --report study.html
```

## How a feature is written

| text | means |
| --- | --- |
| `rsi` | its default parameters |
| `macd:12,26` | these parameters, in the order of the tables below; the rest keep their defaults |
| `beta:60@SPY` | a second symbol is read; a bar that this symbol lacks gives NaN and leaves the memory as it was |
| `"rank(roc:20)"` | all symbols of a bar are compared by another feature |

`--groups FILE.csv`, with the columns `symbol` and `group`, names the sectors to compare within.
Values are NaN until warm. The tables give the first bar with a value, for the default parameters; `features show` says
when a value may be missing later. No value is ever infinite.

## What is kept

`compute` and `analyse` keep values as Parquet files in `~/.local/share/robo_trader/features` (`XDG_DATA_HOME` is
respected), by a hash of the feature set, bar size and symbol. The hash changes with every definition, parameter and
line of the rules' code, so values of another program are never mixed in. All bars of the feed are computed, whatever
`--start` shows, so that a value does not depend on where the showing begins.

- New bars are added: the rules go on from their kept memory, and give the same bits as all computed at once.
- A file is never changed. Where an earlier bar differs from what was computed, the history was revised: a new version
  is computed, and the program says so.
- `--as-of` shows nothing that was known later, and drops every forward return that ends later. In Python,
  `FeatureStore.read(..., as_of=T)` answers from the version that was the newest at T (from the newest of all, where
  there was none yet), and never from two at once.
- A damaged file is refused by name; delete the folder of that version and it is computed again.

## What `analyse` says

- **Correlation** is Spearman's, over time within each symbol, averaged over the symbols. Pairs from `--threshold` on
  say nearly the same.
- **IC** is Spearman's correlation of the value with the return over the next 1, 2, 5, 10 and 21 bars (`--horizons`),
  from close to close. There is one a bar, across symbols, where most bars have five symbols or more; otherwise it is
  taken over each symbol's whole history, and told by blocks of 63 bars. How the mean changes from horizon to horizon is
  the decay.
- **t** is that of the mean IC. It counts only as many bars as have returns that do not overlap, or the blocks. Over
  time, what wanders as the price does (an average in dollars) has a t of about -2 even in a random walk.
- **IC by period** is the mean of the shortest horizon by year; in a history of less than three years, by half year.
- **Autocorrelation** is Spearman's correlation of the value with the one a bar before: a low one means high turnover.
- **Coverage** is the fraction of a symbol's bars with a value.

Nothing is corrected for how many features were tried: of many, some look good by chance.
"""


def render_reference() -> str:
    """Return the page: introduction, and a table of features for each group."""
    return "\n".join([_INTRODUCTION, *(_group(group) for group in Group)])


def _group(group: Group) -> str:
    own: list[Definition | CrossDefinition] = [one for one in DEFINITIONS.values() if one.group is group]
    own += [one for one in CROSS_DEFINITIONS.values() if one.group is group]
    heads = ("Feature", "Parameters", "Reads", "Unit", "First value", "Meaning and source")
    return f"## {group.value.capitalize()}\n\n{_table(heads, [_row(one) for one in own])}"


def _row(one: Definition | CrossDefinition) -> list[str]:
    meaning = f"{one.summary} {one.source}"
    if isinstance(one, CrossDefinition):
        return [f"`{one.name}`", "", "another feature", one.unit, "as what is compared", meaning]
    parameters = "; ".join(map(_parameter, one.parameters)) + (f"; {' < '.join(one.ordered)}" if one.ordered else "")
    warm_up = f"{one.record.value} {one.warm_up(*one.checked(()))}"
    return [f"`{one.name}`", parameters, ", ".join(one.inputs), one.unit, warm_up, meaning]


def _parameter(one: Parameter) -> str:
    return f"`{one.name}` {one.default:g} ({one.minimum:g} to {one.maximum:g} {one.unit})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(render_reference())
