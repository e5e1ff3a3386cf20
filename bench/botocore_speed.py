"""How long botocore takes for what AWSWire and AWSClient do: seconds of processor time for one piece of work.

    botocore_speed.py sign
    botocore_speed.py xml FILE      an answer of DescribeTargetHealth
    botocore_speed.py json FILE     an answer of ECR's DescribeImages
    botocore_speed.py calls COUNT TARGET_GROUP   whole calls of DescribeTargetHealth
"""

import sys
import time

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser


def seconds_each(work):
    """Repeats for half a second of processor time, after a warm-up."""
    for _ in range(20):
        work()
    count, began = 0, time.process_time()
    while time.process_time() - began < 0.5:
        for _ in range(20):
            work()
        count += 20
    return (time.process_time() - began) / count


def sign():
    auth = SigV4Auth(
        Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        "elasticloadbalancing",
        "eu-north-1",
    )
    body = (
        b"Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn="
        b"arn%3Aaws%3Aelasticloadbalancing%3Aeu-north-1%3A123456789012%3Atargetgroup%2Fwanzami-api%2F73e2d6bc24d8a067"
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

    def work():
        request = AWSRequest(
            method="POST",
            url="https://elasticloadbalancing.eu-north-1.amazonaws.com/",
            data=body,
            headers=headers,
        )
        auth.add_auth(request)

    return seconds_each(work)


def decode(service, operation, path):
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).output_shape
    parser = create_parser(model.metadata["protocol"])
    with open(path, "rb") as file:
        answer = {"body": file.read(), "headers": {}, "status_code": 200, "context": {}}
    return seconds_each(lambda: parser.parse(answer, shape))


def calls(count, target_group):
    client = botocore.session.get_session().create_client("elbv2")
    client.describe_target_health(TargetGroupArn=target_group)
    began = time.process_time()
    for _ in range(count):
        client.describe_target_health(TargetGroupArn=target_group)
    return (time.process_time() - began) / count


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "sign":
        print(sign())
    elif what == "xml":
        print(decode("elbv2", "DescribeTargetHealth", rest[0]))
    elif what == "json":
        print(decode("ecr", "DescribeImages", rest[0]))
    elif what == "calls":
        print(calls(int(rest[0]), rest[1]))
    else:
        sys.exit(__doc__)
