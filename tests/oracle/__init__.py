"""A second, independent implementation of the rules: plain loops over dicts, `Fraction` for money, no Polars.

Written from the design's rules.md and data-contract.md alone and kept apart from `pipeline.transform` on purpose:
where the two agree on generated exports, both read the rules the same way. Exports are clean
(`{"contracts": [{"contract_id": …}, …], …}`, what ingest would load: None, str, bool, int, Decimal, date); no partner
has decided anything yet.
"""

from tests.oracle.tables import contract_mrr, partner_summary, upcoming_renewals

__all__ = ["contract_mrr", "partner_summary", "upcoming_renewals"]
