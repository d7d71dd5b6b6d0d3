"""
A sandbox of AWS Lambda as far as OpenTelemetry's instrumentation for Python can tell: its environment, a handler, and
calls of it. `python lambda_calls.py CALLS` ends when all is exported.
"""

import os
import sys
from types import SimpleNamespace

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)

import lambda_handler  # noqa: E402: before it is wrapped

AwsLambdaInstrumentor().instrument()

name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
for call in range(1, int(sys.argv[1]) + 1):
    context = SimpleNamespace(
        function_name=name,
        invoked_function_arn=f"arn:aws:lambda:eu-west-1:123456789012:function:{name}",
        aws_request_id=f"{os.environ['AWS_LAMBDA_LOG_STREAM_NAME']}-{call}",
    )
    lambda_handler.handler({"call": call}, context)
provider.shutdown()
