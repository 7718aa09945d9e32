"""Rule 10.3: what a higher contact or e-mail limit costs, in graduated bands of blocks."""

from __future__ import annotations

import polars as pl

from pipeline.transform import exact_amounts

LIMIT_KINDS = {"contact_tier_upgrade": "contacts", "email_overage": "emails"}
BOOK = ["product_code", "currency", "limit_kind", "valid_from"]


def base_products(changes: pl.DataFrame, contract_lines: pl.DataFrame, limit_blocks: pl.DataFrame) -> pl.DataFrame:
    """The book each CTU and EO is priced from: `change_id, product_code, currency, limit_kind, valid_from`.

    The base product is the lowest `product_code` among the contract's recurring lines (any quantity) that has
    `limit_blocks` rows of that kind and currency with `valid_from <= effective_date`; of those rows the ones with the
    latest such `valid_from`. A change without such rows has no row here. `contract_lines` holds recurring lines only.
    """
    books = limit_blocks.lazy().select(BOOK).unique()
    raising = changes.lazy().filter(pl.col("contract_type").is_in(list(LIMIT_KINDS)))
    products = contract_lines.lazy().join(raising, on="contract_id", how="semi").select("contract_id", "product_code")
    return (
        raising.select(
            "change_id",
            "contract_id",
            "currency",
            "effective_date",
            limit_kind=pl.col("contract_type").replace_strict(LIMIT_KINDS),
        )
        .join(products.unique(), on="contract_id")
        .join(books, on=["product_code", "currency", "limit_kind"])
        .filter(pl.col("valid_from") <= pl.col("effective_date"))
        .sort("change_id", "product_code", "valid_from", descending=[False, False, True])
        .unique("change_id", keep="first", maintain_order=True)
        .select("change_id", *BOOK)
        .collect()
    )


def bands(limit_blocks: pl.DataFrame) -> pl.DataFrame:
    """The bands of every book, numbered: `BOOK, band, from_limit, until_limit, block_size, price` in whole numbers.

    A band ends where the next one begins; the last one never ends (`until_limit` null). `price`: digits at scale 6.
    """
    return (
        limit_blocks.sort(*BOOK, "from_limit")
        .with_columns(
            pl.col("from_limit", "block_size").cast(exact_amounts.INT),
            until_limit=pl.col("from_limit").cast(exact_amounts.INT).shift(-1).over(BOOK),
            band=pl.int_range(pl.len()).over(BOOK),
            price=exact_amounts.digits(pl.col("monthly_price_per_block")),
        )
        .select(*BOOK, "band", "from_limit", "until_limit", "block_size", "price")
    )


def block_prices(raises: pl.DataFrame, bands: pl.DataFrame) -> pl.DataFrame:
    """Adds `blocks_price` to changes that raise a limit: digits at scale 6 per month, null when nothing prices it.

    `raises` has `BOOK` (null without a book), `limit_before` and `new_limit` (whole numbers). Start at the limit in
    force; while below the new limit, add one block of the band with the greatest `from_limit` not above the point
    reached. The point only ever grows, so one pass over the bands in order takes all blocks of a band at once. A new
    limit not above the limit in force costs 0.
    """
    point, goal = pl.col("point"), pl.col("new_limit")
    state = raises.with_columns(point=pl.col("limit_before"), blocks_price=exact_amounts.whole(0))
    highest = bands["band"].max()
    for band in range(highest + 1 if isinstance(highest, int) else 0):
        edge = pl.min_horizontal(goal, "until_limit")
        inside = (point >= pl.col("from_limit")) & (point < edge)
        blocks = (edge - point + pl.col("block_size") - exact_amounts.whole(1)) // pl.col("block_size")
        taken = pl.when(inside.fill_null(False)).then(blocks).otherwise(exact_amounts.whole(0))
        state = (
            state.join(bands.filter(pl.col("band") == band), on=BOOK, how="left", maintain_order="left")
            .with_columns(taken=taken)
            .with_columns(
                point=pl.when(pl.col("taken") > 0)
                .then(point + pl.col("taken") * pl.col("block_size"))
                .otherwise(point),
                blocks_price=pl.when(pl.col("taken") > 0)
                .then(pl.col("blocks_price") + pl.col("taken") * pl.col("price"))
                .otherwise(pl.col("blocks_price")),
            )
            .select(state.columns)
        )
    priced = pl.col("valid_from").is_not_null() & (point >= goal).fill_null(False)
    return state.with_columns(blocks_price=pl.when(priced).then(pl.col("blocks_price"))).drop("point")
