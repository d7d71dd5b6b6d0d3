"""Calls every operation of the generated client and fails when an answer is not of the type that was described.

    python read_all.py URL '{"function": "add", "id": "…", "trace_id": "…"}'
"""

import importlib
import inspect
import json
import pkgutil
import sys

import sandscope_client
from sandscope_client import api
from sandscope_client.models import Failure

url, values = sys.argv[1], json.loads(sys.argv[2])
client = sandscope_client.Client(base_url=url, raise_on_unexpected_status=True, timeout=60)
read = {}
for module in pkgutil.walk_packages(api.__path__, api.__name__ + "."):
    call = getattr(importlib.import_module(module.name), "sync_detailed", None)
    if call is None:
        continue
    name = module.name.rsplit(".", 1)[1]
    needed = [
        parameter.name
        for parameter in inspect.signature(call).parameters.values()
        if parameter.default is inspect.Parameter.empty and parameter.name != "client"
    ]
    answer = call(**{one: values[f"{name}.{one}" if f"{name}.{one}" in values else one] for one in needed}, client=client)
    if answer.status_code != 200 or answer.parsed is None or isinstance(answer.parsed, Failure):
        sys.exit(f"{name}: {answer.status_code} {answer.content[:500]!r}")
    # What is made of an answer must hold all of it.
    if answer.parsed.to_dict() != json.loads(answer.content):
        sys.exit(f"{name}: something of the answer was lost")
    read[name] = type(answer.parsed).__name__
print(json.dumps(read))
