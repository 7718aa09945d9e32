"""Files of every format read as tables of text: CSV, JSON, Parquet and workbooks; `sources` opens them all."""
