"""The same calls of S3 through boto3 on any endpoint: one JSON line a call (name, status, headers that clients use, code)."""
import io
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = sys.argv[1]
s3 = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name="us-east-1",
    config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
)
B = "judged-bucket"
KEPT = ("etag", "content-type", "content-length", "content-range", "accept-ranges", "cache-control", "x-amz-meta-colour", "location")


def call(name, operation, pick=None, **arguments):
    try:
        answer = getattr(s3, operation)(**arguments)
        meta = answer["ResponseMetadata"]
        code = None
    except ClientError as error:
        answer = {}
        meta = error.response["ResponseMetadata"]
        code = error.response["Error"]["Code"]
    headers = {k: v for k, v in meta["HTTPHeaders"].items() if k in KEPT}
    # moto's web framework says text/html of every empty answer; XML answers differ in length by ids and blanks.
    if not headers.get("content-type", "").startswith(("text/plain", "text/big", "binary")):
        headers.pop("content-length", None)
        headers.pop("content-type", None)
    value = pick(answer) if pick and code is None else None
    print(json.dumps({"call": name, "status": meta["HTTPStatusCode"], "code": code, "headers": headers, "value": value}, sort_keys=True))
    return answer


names = lambda a: [o["Key"] for o in a.get("Contents", [])]
prefixes = lambda a: [p["Prefix"] for p in a.get("CommonPrefixes", [])]

call("head missing bucket", "head_bucket", Bucket=B)
call("get from missing bucket", "get_object", Bucket=B, Key="x")
call("create", "create_bucket", Bucket=B)
call("head bucket", "head_bucket", Bucket=B)
call("location", "get_bucket_location", lambda a: a["LocationConstraint"], Bucket=B)
call("list buckets", "list_buckets", lambda a: [b["Name"] for b in a["Buckets"]])
call("put", "put_object", Bucket=B, Key="a/one.txt", Body=b"hello world", ContentType="text/plain", CacheControl="max-age=5", Metadata={"colour": "blue"})
call("put stream", "put_object", Bucket=B, Key="a/two.bin", Body=io.BytesIO(b"x" * 70000), ContentType="binary/x")
for key in ("b/three", "b/c/four", "five", "ü nicode+plus"):
    call(f"put {key}", "put_object", Bucket=B, Key=key, Body=b"x")
call("get", "get_object", lambda a: a["Body"].read().decode(), Bucket=B, Key="a/one.txt")
call("head", "head_object", lambda a: a["ContentLength"], Bucket=B, Key="a/one.txt")
call("get missing key", "get_object", Bucket=B, Key="nope")
call("head missing key", "head_object", Bucket=B, Key="nope")
for bounds in ("bytes=0-4", "bytes=6-", "bytes=-5", "bytes=3-3", "bytes=5-100", "bytes=100-"):
    call(f"range {bounds}", "get_object", lambda a: a["Body"].read().decode(), Bucket=B, Key="a/one.txt", Range=bounds)
etag = s3.head_object(Bucket=B, Key="a/one.txt")["ETag"]
call("if-match", "get_object", Bucket=B, Key="a/one.txt", IfMatch=etag)
call("if-match wrong", "get_object", Bucket=B, Key="a/one.txt", IfMatch='"0"')
call("if-none-match", "get_object", Bucket=B, Key="a/one.txt", IfNoneMatch=etag)
call("put if-none-match", "put_object", Bucket=B, Key="a/one.txt", Body=b"y", IfNoneMatch="*")
call("list v1", "list_objects", names, Bucket=B)
call("list v2", "list_objects_v2", names, Bucket=B)
call("list prefix", "list_objects_v2", names, Bucket=B, Prefix="b/")
call("list delimiter", "list_objects_v2", lambda a: [names(a), prefixes(a), a["KeyCount"]], Bucket=B, Delimiter="/")
call("list v1 delimiter", "list_objects", lambda a: [names(a), prefixes(a)], Bucket=B, Delimiter="/", Prefix="b/")
call("list start after", "list_objects_v2", names, Bucket=B, StartAfter="b/c/four")
call("list marker", "list_objects", names, Bucket=B, Marker="b/c/four")
page = call("list page 1", "list_objects_v2", lambda a: [names(a), a["IsTruncated"], a["KeyCount"]], Bucket=B, MaxKeys=2)
call("list page 2", "list_objects_v2", lambda a: [names(a), a["IsTruncated"]], Bucket=B, MaxKeys=2, ContinuationToken=page["NextContinuationToken"])
call("list none", "list_objects_v2", lambda a: [names(a), a["IsTruncated"]], Bucket=B, MaxKeys=0)
call("list missing bucket", "list_objects_v2", Bucket="no-such-bucket-here")
call("copy", "copy_object", lambda a: a["CopyObjectResult"]["ETag"], Bucket=B, Key="copy", CopySource={"Bucket": B, "Key": "a/one.txt"})
call("head copy", "head_object", lambda a: a["Metadata"], Bucket=B, Key="copy")
call("copy missing", "copy_object", Bucket=B, Key="copy2", CopySource={"Bucket": B, "Key": "nope"})
call("copy onto itself", "copy_object", Bucket=B, Key="copy", CopySource={"Bucket": B, "Key": "copy"})
made = call("multipart create", "create_multipart_upload", Bucket=B, Key="big", ContentType="text/big")
part = dict(Bucket=B, Key="big", UploadId=made["UploadId"])
one = call("part 1", "upload_part", **part, PartNumber=1, Body=b"1" * (5 * 1024 * 1024))
two = call("part 2", "upload_part", **part, PartNumber=2, Body=b"2" * 10)
call("list parts", "list_parts", lambda a: [(p["PartNumber"], p["Size"], p["ETag"]) for p in a["Parts"]], **part)
call("list uploads", "list_multipart_uploads", lambda a: [u["Key"] for u in a["Uploads"]], Bucket=B)
call("complete wrong etag", "complete_multipart_upload", **part, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"0"'}]})
call("complete", "complete_multipart_upload", lambda a: a["ETag"], **part, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": one["ETag"]}, {"PartNumber": 2, "ETag": two["ETag"]}]})
call("head big", "head_object", lambda a: a["ContentLength"], Bucket=B, Key="big")
call("abort unknown", "abort_multipart_upload", Bucket=B, Key="big", UploadId="nope")
call("no policy", "get_bucket_policy", Bucket=B)
call("bad policy", "put_bucket_policy", Bucket=B, Policy="{")
call("acl", "get_bucket_acl", lambda a: [g["Permission"] for g in a["Grants"]], Bucket=B)
call("ownership", "put_bucket_ownership_controls", Bucket=B, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
call("get ownership", "get_bucket_ownership_controls", lambda a: a["OwnershipControls"]["Rules"], Bucket=B)
off = dict(BlockPublicAcls=False, IgnorePublicAcls=False, BlockPublicPolicy=False, RestrictPublicBuckets=False)
call("put block", "put_public_access_block", Bucket=B, PublicAccessBlockConfiguration=off)
call("get block", "get_public_access_block", lambda a: a["PublicAccessBlockConfiguration"], Bucket=B)
policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{B}/*"}]})
call("put policy", "put_bucket_policy", Bucket=B, Policy=policy)
call("get policy", "get_bucket_policy", lambda a: json.loads(a["Policy"])["Statement"][0]["Effect"], Bucket=B)
call("put acl", "put_bucket_acl", Bucket=B, ACL="public-read")
call("get acl", "get_bucket_acl", lambda a: sorted(g["Permission"] for g in a["Grants"]), Bucket=B)
call("delete policy", "delete_bucket_policy", Bucket=B)
call("delete block", "delete_public_access_block", Bucket=B)
call("get deleted block", "get_public_access_block", Bucket=B)
call("no tags", "get_bucket_tagging", Bucket=B)
call("no cors", "get_bucket_cors", Bucket=B)
call("no website", "get_bucket_website", Bucket=B)
call("no lifecycle", "get_bucket_lifecycle_configuration", Bucket=B)
call("delete not empty", "delete_bucket", Bucket=B)
call("delete", "delete_object", Bucket=B, Key="five")
call("delete missing", "delete_object", Bucket=B, Key="nope")
keys = [o["Key"] for o in s3.list_objects_v2(Bucket=B)["Contents"]]
call("delete many", "delete_objects", lambda a: sorted(d["Key"] for d in a["Deleted"]), Bucket=B, Delete={"Objects": [{"Key": k} for k in keys]})
call("delete bucket", "delete_bucket", Bucket=B)
call("delete missing bucket", "delete_bucket", Bucket=B)
