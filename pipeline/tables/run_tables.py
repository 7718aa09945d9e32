"""What a run says of itself: its day, what was read and refused, what was checked."""

from __future__ import annotations

from typing import Final

from pipeline.tables.declare import Column, Table

QUARANTINE: Final = Table(
    name="quarantine",
    grain="rejected row",
    description="Every refused row with its original cells and reasons.",
    columns=(
        Column("source_file", "text", "the file, as named in the export folder", required=True),
        Column(
            "line_number",
            "int",
            "physical line on which the record begins (header = 1); a sheet's row; a Parquet row (first = 1)",
            required=True,
        ),
        Column("table_name", "text", "the contract table that refused it", required=True),
        Column("reason_codes", "text", "reasons, joined by `;`", required=True),
        Column("cells", "text", "JSON of the original cells as text", required=True),
    ),
)

CHECK_RESULTS: Final = Table(
    name="check_results",
    grain="check",
    description="What the gates found.",
    columns=(
        Column("name", "text", "the check", required=True),
        Column("gate", "text", "export, output or night", required=True),
        Column("level", "text", "stop or warning", required=True),
        Column("table_name", "text", "the table looked at", required=True),
        Column("success", "bool", "false = a finding", required=True),
        Column("observed", "text", "what was seen", required=True),
        Column("examples", "text", "JSON list of failing examples", required=True),
    ),
    primary_key=("gate", "name", "table_name"),
)

SOURCE_FILES: Final = Table(
    name="source_files",
    grain="file",
    description="Every input file: rows_read = loaded + quarantined + duplicate + left_out.",
    columns=(
        Column("path", "text", "the file, as named in the export folder", required=True),
        Column("table_name", "text", "the table (or the profile's raw file) it holds", required=True),
        Column("sha256", "text", "hash of its bytes", required=True),
        Column("rows_read", "int", "records", required=True),
        Column("rows_loaded", "int", "fed at least one table and none refused them", required=True),
        Column("rows_quarantined", "int", "some table refused them", required=True),
        Column("rows_duplicate", "int", "equal in every cell to a row that stayed", required=True),
        Column("rows_left_out", "int", "dropped on purpose by the source profile", required=True),
    ),
    primary_key=("path",),
)

EXPORT_CONTENT: Final = Table(
    name="export_content",
    grain="required table",
    description="What the required tables of the export held, and since when: the same rows again are a stale export.",
    columns=(
        Column("table_name", "text", "the table of the export", required=True),
        Column("rows", "int", "rows loaded", required=True),
        Column(
            "content_hash",
            "text",
            "engine and fingerprint of the typed rows, whatever their order; equal = the same rows",
            required=True,
        ),
        Column("first_as_of", "date", "as_of of the first run in a row that had these rows", required=True),
        Column("exported_at", "text", "UTC time, ISO 8601, at which the manifest says it was exported"),
    ),
    primary_key=("table_name",),
)

RUN_INFO: Final = Table(
    name="run_info",
    grain="run",
    description="What this run was made from and with.",
    columns=(
        Column("run_id", "text", "the run", required=True),
        Column("as_of", "date", "the day the figures are true for", required=True),
        Column("created_at", "text", "UTC time, ISO 8601", required=True),
        Column("schema_version", "int", "version of these tables", required=True),
        Column("pipeline_version", "text", "version of this product", required=True),
        Column("library_versions", "text", "JSON of the engines' versions", required=True),
        Column("settings", "text", "JSON of the settings", required=True),
        Column("profile", "text", "the source profile", required=True),
        Column(
            "exported_at", "text", "when the export was made, as its manifest says: UTC time, ISO 8601; null = not said"
        ),
        Column(
            "summary",
            "text",
            "JSON of what `renewals runs` shows: clients, contracts_in_force, mrr by currency, warnings",
        ),
    ),
    primary_key=("run_id",),
)
