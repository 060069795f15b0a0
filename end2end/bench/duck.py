"""DuckDB on the Parquet file of a snapshot, question by question, so that it can be asked in turn with others.

duck.py FILE MIB reads SQL texts from standard input, one on each line, where {file} stands for the file. For each it prints
a line of JSON: the seconds it took, how many rows came, and the most memory so far.
"""

import json
import resource
import sys
import time

import duckdb

file, mib = sys.argv[1:]
connection = duckdb.connect()
connection.execute(f"set memory_limit = '{mib}MiB'")
for question in sys.stdin:
    started = time.perf_counter()
    rows = connection.execute(question.replace("{file}", f"'{file}'")).fetchall()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "rows": len(rows), "peak_mb": peak}), flush=True)
