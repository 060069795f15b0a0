"""Runs a command beside moto's S3, with an empty bucket in it: the snapshots' own test.

s3.py COMMAND…
"""

import logging
import os
import subprocess
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
try:
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    boto3.client("s3", region_name="us-east-1", endpoint_url=endpoint, **keys).create_bucket(Bucket="snapshots")
    ran = subprocess.run(sys.argv[1:], env={**os.environ, "FLITCH_TEST_S3": endpoint}, check=False)
finally:
    server.stop()
sys.exit(ran.returncode)
