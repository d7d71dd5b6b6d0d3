"""Reads the SQL endpoint as a notebook does. Arguments: host, port, token. Prints one JSON object."""

import json
import sys

import clickhouse_connect
import pandas
from sqlalchemy import create_engine, inspect, text

host, port, token = sys.argv[1:]
client = clickhouse_connect.get_client(
    host=host, port=int(port), username="pandas", password=token, database="sandscope", proxy_path="/sql"
)


def refusal(run):
    try:
        run()
    except Exception as error:  # each library has its own class
        return str(error)
    return None


frame = client.query_df(
    "SELECT function, start, duration_ms, is_cold, cpu_user_ms FROM v1_invocations WHERE function = {name:String} ORDER BY start",
    parameters={"name": "add"},
)
spans = client.query_df("SELECT * FROM v1_spans")
engine = create_engine(f"clickhousedb://pandas:{token}@{host}:{port}/sandscope?proxy_path=/sql")
print(
    json.dumps(
        {
            "rows": json.loads(frame.drop(columns="start").to_json(orient="records")),
            "startType": str(frame.dtypes["start"]),
            "attributes": sorted(spans.attributes[0]),
            "command": client.command("SELECT count() FROM v1_spans"),
            "readSql": pandas.read_sql(
                text("SELECT function, count() AS n FROM v1_invocations GROUP BY function"), engine
            ).to_dict("records"),
            "tables": inspect(engine).get_table_names(),
            "columns": [column["name"] for column in inspect(engine).get_columns("v1_hosts")],
            "file": refusal(lambda: client.query_df("SELECT file('/etc/hostname') AS f")),
            "insert": refusal(lambda: client.insert_df("v1_spans", spans)),
        }
    )
)
