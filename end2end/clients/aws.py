"""The pretend AWS held to AWS's own libraries, and Flitch's requests held to AWS's own models of its services.

First boto3 and AWS's driver use the sample's endpoint. Then `flitch check` signs in by IAM in each way, and every
request it made is validated by botocore's service models. Last, `flitch check` asks moto, which somebody else wrote.
"""

import json
import os
import subprocess
import sys
import urllib.request

import boto3
import botocore.session
import redshift_connector
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from moto.server import ThreadedMotoServer

FLITCH, CLUSTER_PORT, AWS_URL, CA_FILE = sys.argv[1:]
KEY = {"aws_access_key_id": "AKIASAMPLEFLITCH0001", "aws_secret_access_key": "sample-secret-key"}
HOST = "sample.abc123xyz789.us-east-1.redshift.amazonaws.com"
WORKGROUP_HOST = "sample-wg.123456789012.us-east-1.redshift-serverless.amazonaws.com"
ROLE = "arn:aws:iam::123456789012:role/flitch-reader"


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"aws: {what}: {found!r}, and not {wanted!r}")


def client(service, url=AWS_URL, **more):
    return boto3.client(service, region_name="us-east-1", endpoint_url=url, **(KEY | more))


def refusal(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def trust(external_id):
    policy = json.dumps({"Statement": [{"Condition": {"StringEquals": {"sts:ExternalId": external_id}}}]})
    request = urllib.request.Request(f"{AWS_URL}/roles/flitch-reader", policy.encode(), method="PUT")
    urllib.request.urlopen(request).read()


def boto():
    sts, redshift, serverless = client("sts"), client("redshift"), client("redshift-serverless")
    expect("who asks", sts.get_caller_identity()["Arn"], "arn:aws:iam::123456789012:user/flitch")
    cluster = redshift.describe_clusters(ClusterIdentifier="sample")["Clusters"][0]
    expect("the endpoint", cluster["Endpoint"], {"Address": HOST, "Port": int(CLUSTER_PORT)})
    minted = redshift.get_cluster_credentials(ClusterIdentifier="sample", DbUser="flitch_readonly", DbName="dev")
    expect("the user", minted["DbUser"], "IAM:flitch_readonly")
    expect("a whole answer", {"DbPassword", "Expiration"} <= minted.keys(), True)
    caller = redshift.get_cluster_credentials_with_iam(ClusterIdentifier="sample", DbName="dev")
    expect("the caller's user", caller["DbUser"], "IAM:flitch")
    workgroup = serverless.get_workgroup(workgroupName="sample-wg")["workgroup"]
    expect("the workgroup", workgroup["endpoint"]["address"], WORKGROUP_HOST)
    expect("its user", serverless.get_credentials(workgroupName="sample-wg", dbName="dev")["dbUser"], "IAM:flitch")
    expect("an unknown cluster", refusal(redshift.describe_clusters, ClusterIdentifier="none"), "ClusterNotFound")
    expect("an unknown workgroup", refusal(serverless.get_workgroup, workgroupName="none"), "ResourceNotFoundException")
    assume = {"RoleArn": ROLE, "RoleSessionName": "test"}
    trust("id-1")
    expect("another external id", refusal(sts.assume_role, ExternalId="id-2", **assume), "AccessDenied")
    given = sts.assume_role(ExternalId="id-1", **assume)["Credentials"]
    in_role = client(
        "sts",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    wanted = "arn:aws:sts::123456789012:assumed-role/flitch-reader/test"
    expect("the role's session", in_role.get_caller_identity()["Arn"], wanted)


def driver():
    """AWS's driver mints by itself and signs in with what it got."""
    connection = redshift_connector.connect(
        iam=True,
        host="localhost",
        port=int(CLUSTER_PORT),
        database="dev",
        db_user="flitch_readonly",
        cluster_identifier="sample",
        region="us-east-1",
        access_key_id=KEY["aws_access_key_id"],
        secret_access_key=KEY["aws_secret_access_key"],
        endpoint_url=AWS_URL,
        sslmode="verify-full",
    )
    cursor = connection.cursor()
    cursor.execute("select count(*) from public.venue")
    expect("rows by AWS's driver", cursor.fetchall()[0][0] > 0, True)


def check(url, *flags, hosts=(HOST, WORKGROUP_HOST)):
    """The stages of `flitch check`, by name."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {name.upper(): value for name, value in KEY.items()}
    environment |= {"AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true"}
    resolve = ",".join(f"{host}=127.0.0.1:{CLUSTER_PORT}" for host in hosts)
    reach = ["--dev-loopback", "--dev-resolve", resolve, "--ca-file", CA_FILE]
    ran = subprocess.run([FLITCH, "check", "--json", *reach, *flags], env=environment, capture_output=True, text=True)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    return {line["stage"]: line for line in lines if "stage" in line}, ran


def requests():
    """Every request of Flitch's, by AWS's own models."""
    before = len(asked())
    iam = ["--iam", "--region", "us-east-1", "--database", "dev"]
    trust("id-1")
    for flags in (
        ["jdbc:redshift:iam://sample:us-east-1/dev?DbUser=flitch_readonly"],
        [*iam, "--cluster", "sample"],
        [*iam, "--workgroup", "sample-wg"],
        [*iam, "--cluster", "sample", "--db-user", "flitch_readonly", "--role", ROLE, "--external-id", "id-1"],
    ):
        stages, ran = check(AWS_URL, *flags)
        expect(f"flitch check {flags}: {ran.stdout}{ran.stderr}", ran.returncode, 0)
        expect("its mint", stages["mint"]["state"], "passed")
    services = ("sts", "redshift", "redshift-serverless")
    models = {name: botocore.session.get_session().get_service_model(name) for name in services}
    seen = set()
    for line in asked()[before:]:
        operation = models[line["service"]].operation_model(line["operation"])
        shape = operation.input_shape
        parameters = {name: typed(shape, name, value) for name, value in line["parameters"].items()} if shape else {}
        report = ParamValidator().validate(parameters, shape) if shape else None
        if report and report.has_errors():
            sys.exit(f"aws: {line['operation']}: {report.generate_report()}")
        seen.add(line["operation"])
    expect("operations", seen, OPERATIONS)


OPERATIONS = {
    "AssumeRole",
    "DescribeClusters",
    "GetCallerIdentity",
    "GetClusterCredentials",
    "GetClusterCredentialsWithIAM",
    "GetCredentials",
    "GetWorkgroup",
}


def asked():
    return json.load(urllib.request.urlopen(f"{AWS_URL}/asked"))


def typed(shape, name, value):
    """On the wire all is text; the models have types. An unknown name stays as it is, and is reported as such."""
    member = shape.members.get(name)
    if member is None:
        sys.exit(f"aws: {shape.name} has no parameter {name}")
    kind = member.type_name
    return int(value) if kind == "integer" else value == "true" if kind == "boolean" else value


def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        redshift = client("redshift", url)
        made = redshift.create_cluster(
            ClusterIdentifier="sample",
            NodeType="ra3.large",
            MasterUsername="admin",
            MasterUserPassword="Sample-Admin-1",
            DBName="dev",
        )["Cluster"]
        host = made["Endpoint"]["Address"]
        cluster = "jdbc:redshift:iam://sample:us-east-1/dev?DbUser=flitch_readonly"
        # The sample cluster knows nothing of what moto minted, so the check ends at the sign-in.
        for flags, who in (([], ":"), (["--role", ROLE, "--external-id", "id-1"], "assumed-role/flitch-reader")):
            stages, ran = check(url, cluster, "--tls-name", "localhost", *flags, hosts=(host,))
            expect(f"the sign-in after moto's mint: {ran.stdout}{ran.stderr}", ran.returncode, 14)
            identity = stages["aws_identity"]["findings"][0]["aws_identity"]
            expect(f"who asked moto: {identity}", who in identity["arn"], True)
            found = stages["aws_endpoint"]["findings"][0]["endpoint_found"]
            expect("the endpoint by moto", found["host"], host)
            minted = stages["mint"]["findings"][0]["minted"]
            expect("the user by moto", minted["user"], "IAM:flitch_readonly")
            refused = stages["sign_in"]["findings"][0]
            expect("the refusal", "mint_refused" in refused, True)
        stages, ran = check(url, "jdbc:redshift:iam://nowhere:us-east-1/dev?DbUser=ann")
        expect(f"a cluster that moto has not: {ran.stdout}", ran.returncode, 20)
        expect("its finding", "aws_cluster_unknown" in stages["aws_endpoint"]["findings"][0], True)
    finally:
        server.stop()


boto()
driver()
requests()
moto()
print("aws: boto3, AWS's driver, botocore's models and moto agree with the pretend AWS and with Flitch")
