"""DuckDB on the Parquet file of a snapshot. Prints, per question, the median seconds; and the peak memory.

duck.py FILE ROUNDS MIB, with a JSON list of SQL texts on standard input, where {file} stands for the file.
"""

import json
import resource
import statistics
import sys
import time

import duckdb

file, rounds, mib = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
connection = duckdb.connect()
connection.execute(f"set memory_limit = '{mib}MiB'")
medians = []
for question in json.load(sys.stdin):
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        rows = connection.execute(question.replace("{file}", f"'{file}'")).fetchall()
        seconds.append(time.perf_counter() - started)
    medians.append({"seconds": statistics.median(seconds), "rows": len(rows), "first": [str(cell) for cell in rows[0]]})
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"questions": medians, "peak_mb": peak}))
