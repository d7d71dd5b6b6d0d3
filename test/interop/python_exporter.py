"""Exports spans with values of every type through the real OTLP/HTTP exporter, and prints what it sent as OTLP/JSON.

    python python-exporter.py URL none|gzip
"""

import json
import sys

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from otlp_json import to_otlp_json

ATTRIBUTES = {
    "text": 'häßlich ☃ "quoted" \\ \n',
    "empty": "",
    "yes": True,
    "no": False,
    "int": 42,
    "zero": 0,
    "negative": -7,
    "large": 9_223_372_036_854_775_807,
    "double": 0.1,
    "whole": 3.0,
    "tiny": 5e-324,
    "texts": ["a", "", "c"],
    "ints": [1, 2, 9_007_199_254_740_993],
    "doubles": [0.5, 1.25],
    "flags": [True, False],
    "none": [],
    "bytes": b"\x00\xff\x10",
}


def make_spans():
    memory = InMemorySpanExporter()
    resource = Resource({"service.name": "python", "process.pid": 7}, schema_url="https://opentelemetry.io/schemas/1.37.0")
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("python-tracer", "1.2.3", attributes={"scope.attribute": "yes"})
    linked = SpanContext(
        0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, True, TraceFlags(1), TraceState([("vendor", "1")])
    )
    with tracer.start_as_current_span("parent", kind=SpanKind.SERVER, attributes=ATTRIBUTES) as parent:
        with tracer.start_as_current_span("child", kind=SpanKind.CLIENT, links=[Link(linked, {"n": 3})]) as child:
            child.add_event("retry", {"attempt": 2, "wait": 0.25})
            child.record_exception(ValueError("no such host"))
            child.set_status(Status(StatusCode.ERROR, "failed"))
        parent.set_status(Status(StatusCode.OK))
    with tracer.start_as_current_span("alone", kind=SpanKind.PRODUCER):
        pass
    return memory.get_finished_spans()


def main(url, compression):
    spans = make_spans()
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces", compression=Compression(compression), timeout=20)
    if exporter.export(spans) is not SpanExportResult.SUCCESS:
        sys.exit("the export failed")
    exporter.shutdown()
    print(json.dumps(to_otlp_json(encode_spans(spans))))


if __name__ == "__main__":
    main(*sys.argv[1:])
