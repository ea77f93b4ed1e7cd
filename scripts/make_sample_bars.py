"""Make `robo_trader/adapters/feeds/sample_bars.parquet` anew. Run once; the result is kept in the repository.

    pip download --no-deps bokeh-sampledata==2026.1 && unzip bokeh_sampledata-2026.1-py3-none-any.whl
    python scripts/make_sample_bars.py bokeh_sampledata/_data/stocks.csv.gz

The product does not depend on that package: five stocks do not justify 27 MB. What the file holds, where it is
from and what is wrong with it stands in `robo_trader/adapters/feeds/SAMPLE_BARS.md`, which also keeps the digest
that this script prints last.
"""  # noqa: INP001 - scripts are run, not imported

import hashlib
import sys
from pathlib import Path

import polars as pl

_TARGET = Path(__file__).resolve().parents[1] / "robo_trader/adapters/feeds/sample_bars.parquet"
_SYMBOLS = {"AAPL": "AAPL", "FB": "META", "GOOG": "GOOG", "IBM": "IBM", "MSFT": "MSFT"}  # theirs to ours
_COLUMNS = ["date", "symbol", "open", "high", "low", "close", "volume"]
_ADJUSTED = ["adj_open", "adj_high", "adj_low", "adj_close", "adj_volume"]
_PRICE_DECIMALS = 4
_BYTES_MAX = 600_000


def main(source: Path) -> None:
    """Read the package's table, adjust it, write the Parquet file and print its digest."""
    bars = adjust(read_source(source))
    bars.write_parquet(_TARGET, compression="zstd", compression_level=19, statistics=False)
    written = _TARGET.read_bytes()
    assert len(written) <= _BYTES_MAX, len(written)
    sys.stdout.write(f"{bars.height} rows, {len(written)} bytes, sha256 {hashlib.sha256(written).hexdigest()}\n")


def read_source(source: Path) -> pl.DataFrame:
    """Return the raw daily bars and the source's adjusted close, ordered by symbol and date."""
    table = pl.read_csv(source).rename(lambda name: name.lower().replace(" ", "_"))
    return (
        table.rename({"ticker": "symbol"})
        .with_columns(pl.col("symbol").replace_strict(_SYMBOLS), pl.col("date").str.to_date("%Y-%m-%d"))
        .sort("symbol", "date")
    )


def adjust(bars: pl.DataFrame) -> pl.DataFrame:
    """Add split- and dividend-adjusted prices; the adjusted volume keeps the dollar volume of the day."""
    factor = pl.col("adj_close") / pl.col("close")
    adjusted = bars.with_columns(
        *((pl.col(name) * factor).round(_PRICE_DECIMALS).alias(f"adj_{name}") for name in ("open", "high", "low")),
        (pl.col("volume") / factor).round().cast(pl.Int64).alias("adj_volume"),
        pl.col("adj_close").round(_PRICE_DECIMALS),
    )
    return adjusted.with_columns(  # the factor may push an extreme one rounding step past open or close
        pl.max_horizontal("adj_high", "adj_open", "adj_close").alias("adj_high"),
        pl.min_horizontal("adj_low", "adj_open", "adj_close").alias("adj_low"),
    ).select(_COLUMNS + _ADJUSTED)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
