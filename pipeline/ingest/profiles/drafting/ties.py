"""How unknown files hang together: which holds the contracts, and what the others are to it."""

from __future__ import annotations

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable


def tie_together(draft: DraftDatabase) -> DraftTable:
    """Finds the table whose rows are the contracts, and what the others are to it. Gives the contracts' table."""
    main = max(draft.tables, key=_likeness)
    main.use = "contracts"
    for other in draft.tables:
        if other is not main and other.name != main.name and not _same_file_raw(other, main):
            _tie(draft, main, other)
    return main


def table_for(draft: DraftDatabase, use: str) -> DraftTable | None:
    """The table of that use; of several lines' tables the one whose name speaks most for it."""
    found = [table for table in draft.tables if table.use == use]
    return max(found, key=lambda table: _speaks_for_lines(table.name), default=None)


def _speaks_for_lines(name: str) -> int:
    words = set(name.split("_"))
    return 2 * bool(words & {"item", "items", "line", "lines", "charge", "charges"}) - 3 * bool(
        words & {"discount", "discounts", "coupon", "coupons", "invoice", "invoices", "payment", "payments", "tax"}
    )


def _same_file_raw(other: DraftTable, main: DraftTable) -> bool:
    return bool(main.view) and not other.view and other.file.path == main.file.path


def _likeness(table: DraftTable) -> int:
    weights = {"starts": 6, "ends": 6, "renews": 6, "contract_id": 4, "term": 3, "client_name": 3, "client_id": 2}
    weights |= {"mrr": 3, "arr": 3, "total": 3, "amount": 2, "frequency": 2, "status": 1}
    return sum(weight for part, weight in weights.items() if part in table.parts) + (1 if table.view else 0)


def joins(draft: DraftDatabase, table: DraftTable) -> list[str]:
    """Joins that would add something to the table, in words: a column of it that names rows of another file."""
    found = []
    for other in draft.tables:
        keys = [one for one in other.columns if one.unique and "id" in one.words.split()]
        if other is table or other.use != "lookup" or other.file.path == table.file.path or not keys:
            continue
        for key in keys:
            shared = draft.shared(table, other.name, key.name)
            for column in table.columns:
                if column.distinct > 1 and shared.get(column.name, 0) * 5 >= column.distinct * 4:
                    ours, theirs = sql.name(column.name), sql.name(key.name)
                    found.append(
                        f"{column.name} names rows of {other.file.path.name}. If you need its columns: LEFT JOIN "
                        f"{sql.name(other.name)} AS {other.name[0]} ON {other.name[0]}.{theirs} = "
                        f"{sql.name(table.name)}.{ours}"
                    )
    return found


def _named_after(column: ColumnFacts, table: DraftTable) -> bool:
    """Whether a column's name says that it holds the keys of that table: `customer_id` and `customers`."""
    subject = column.words.removesuffix(" id")
    return subject != column.words and subject in {word.removesuffix("s") for word in table.name.split("_")}


def _tie(draft: DraftDatabase, main: DraftTable, other: DraftTable) -> None:
    contract, client = main.parts.get("contract_id"), main.parts.get("client_id")
    prices = {"unit_price", "quantity", "amount", "mrr", "arr", "total"} & set(other.parts)
    if contract is not None and prices:
        key = _key_into(draft, other, main, contract.name)
        if key:
            other.use, other.key = "lines", key
            return
    reference = client or main.parts.get("client_name")
    if reference is None:
        return
    shared = draft.shared(other, main.name, reference.name)
    wanted = draft.different(main.name, reference.name)
    for column in other.columns:
        named = column.words == "id" and _named_after(reference, other)
        if not named and shared.get(column.name, 0) * 2 < wanted:
            continue
        same_name = column.words == reference.words != "id"
        if "email" in other.parts and (same_name or not column.unique):
            other.use, other.key = "contacts", column.name
        elif column.unique:
            other.use, other.key = "clients", column.name
        else:
            continue
        return


def _key_into(draft: DraftDatabase, other: DraftTable, main: DraftTable, column: str) -> str:
    """The column of the other table whose values are the contracts' keys, if there is one."""
    shared = draft.shared(other, main.name, column)
    best = max(shared, key=lambda name: shared[name], default="")
    if best and shared[best] * 2 >= draft.different(other.name, best):
        return best
    return next((one.name for one in other.columns if _named_after(one, main)), "")
