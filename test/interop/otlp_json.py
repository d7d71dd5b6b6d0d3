"""OTLP/JSON of an OTLP request, read by the protobuf library of Google. Run by itself it reads one from standard input."""

import base64
import json
import sys

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ID_FIELDS = ("traceId", "spanId", "parentSpanId")


def to_otlp_json(request):
    """Ids in hex and enums as numbers, in which OTLP/JSON differs from the JSON of protobuf."""
    return _with_hex_ids(MessageToDict(request, use_integers_for_enums=True))


def _with_hex_ids(value):
    if isinstance(value, list):
        return [_with_hex_ids(item) for item in value]
    if isinstance(value, dict):
        return {
            key: base64.b64decode(item).hex() if key in ID_FIELDS else _with_hex_ids(item)
            for key, item in value.items()
        }
    return value


if __name__ == "__main__":
    json.dump(to_otlp_json(ExportTraceServiceRequest.FromString(sys.stdin.buffer.read())), sys.stdout)
