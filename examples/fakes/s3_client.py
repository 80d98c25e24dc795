"""boto3, as a team uses it, on whatever S3 is at the URL."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client(
    "s3",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(s3={"addressing_style": "path"}),
)

s3.put_object(Bucket="models", Key="churn/1.json", Body=b'{"version": 1}', ContentType="application/json")
with open(__file__, "rb") as file:
    sent = file.read()
    file.seek(0)
    s3.upload_fileobj(file, "models", "churn/client.py")

listed = s3.list_objects_v2(Bucket="models", Prefix="churn/")
whole = s3.get_object(Bucket="models", Key="churn/1.json")
part = s3.get_object(Bucket="models", Key="churn/1.json", Range="bytes=0-9")
kept = s3.get_object(Bucket="models", Key="churn/client.py")["Body"].read()
size = s3.head_object(Bucket="models", Key="churn/client.py")["ContentLength"]
s3.delete_object(Bucket="models", Key="churn/client.py")
try:
    s3.get_object(Bucket="models", Key="churn/client.py")
    missing = None
except ClientError as error:
    missing = error.response["Error"]["Code"]

print(
    json.dumps(
        {
            "keys": [entry["Key"] for entry in listed["Contents"]],
            "body": json.loads(whole["Body"].read()),
            "etag": whole["ETag"],
            "type": whole["ContentType"],
            "part": part["Body"].read().decode(),
            "whole": kept == sent and size == len(sent),
            "missing": missing,
        }
    )
)
