"""One peer of the refresh bench: the same rows to Parquet, or to the peer's own table. Prints seconds and peak memory.

peers.py connectorx|adbc|pandas URL STATEMENT
"""

import json
import resource
import sys
import tempfile
import time

how, url, statement = sys.argv[1:]
started = time.perf_counter()
with tempfile.TemporaryDirectory() as folder:
    place = f"{folder}/rows.parquet"
    if how == "pandas":
        import pandas
        import sqlalchemy

        engine = sqlalchemy.create_engine(url.replace("postgres://", "postgresql+psycopg2://"))
        rows = pandas.read_sql(statement, engine)
        rows.to_parquet(place, compression="zstd")
        count = len(rows)
    else:
        import pyarrow.parquet

        if how == "connectorx":
            import connectorx

            table = connectorx.read_sql(url, statement, return_type="arrow")
        else:
            import adbc_driver_postgresql.dbapi

            with adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as cursor:
                cursor.execute(statement)
                table = cursor.fetch_arrow_table()
        pyarrow.parquet.write_table(table, place, compression="zstd")
        count = table.num_rows
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": count, "seconds": round(seconds, 3), "peak_mb": round(peak, 1)}))
