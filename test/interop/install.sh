#!/usr/bin/env bash
# Installs the programs that the interop tests run against into test/interop/peers: packages of npm in node_modules,
# Jaeger, telemetrygen and Grafana's ClickHouse client (where Go is) and Prometheus (where Debian is) in bin, the
# OpenTelemetry SDK for Python (where Python is) in python, pandas with ClickHouse's client in pandas, moto, which stands in
# for AWS, with the aws command in moto, and ClickHouse's JDBC driver (where Java and Maven are) in jdbc. Running it again does only what is missing. Exit code 0 when everything is there, 3 when
# something optional is missing, else what failed. No step takes longer than LIMIT_SECONDS (default 600); building Jaeger may take twice as long.
set -euo pipefail
cd "$(dirname "$0")/peers"
limit=${LIMIT_SECONDS:-600}
PATH="$(cd ../../.. && pwd)/node_modules/.bin:$PATH"
export PATH
missing=()

# Jaeger 2.13 is the program cmd/jaeger of this version of the module.
jaeger=github.com/jaegertracing/jaeger@v1.76.0
telemetrygen=github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v0.160.0
python_packages=(opentelemetry-sdk==1.45.1 opentelemetry-exporter-otlp-proto-http==1.45.1
  opentelemetry-instrumentation-aws-lambda==0.66b1)
pandas_packages=(clickhouse-connect==1.12.0 pandas==3.1.1 sqlalchemy==2.0.58)
moto_packages=('moto[server,awslambda,logs]==5.2.5' awscli==1.46.3)

# Lambda's runtime clients are compiled, each by its own install script; the older Node.js are copied by theirs.
compiled=(aws-lambda-ric aws-lambda-ric-3)
copied=(node20 node22)

install_tools() {
  local tools=(cmake autoconf automake libtool make g++) absent=() tool
  for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || [ "$tool" = libtool -a -n "$(command -v libtoolize)" ] || absent+=("$tool")
  done
  [ ${#absent[@]} -gt 0 ] || return 0
  echo "installing ${absent[*]}"
  (timeout "$limit" apt-get update && timeout "$limit" apt-get install --yes --no-install-recommends "${absent[@]}") \
    >/dev/null 2>&1 || echo "could not install ${absent[*]}: ${compiled[*]} will be missing" >&2
}

# Runs a step unless its result, named by what it is made from, is there already.
once() {
  local mark=$1 from=$2
  shift 2
  [ "$(cat "$mark" 2>/dev/null)" = "$from" ] && return
  rm -f "$mark"
  "$@" && echo "$from" >"$mark"
}

install_telemetrygen() {
  GOBIN="$PWD/bin" timeout "$limit" go install -buildvcs=false -trimpath -ldflags '-s -w' "$telemetrygen"
}

# Built in a copy of its own module: `go install` refuses a module with a replaced dependency.
build_jaeger() {
  local source copy status=0
  source=$(timeout "$limit" go mod download -json "$jaeger" | sed -n 's/^\s*"Dir": "\(.*\)",\?$/\1/p')
  [ -n "$source" ] || return 1
  copy=$(mktemp -d)
  cp -r "$source/." "$copy"
  chmod -R u+w "$copy"
  timeout $((2 * limit)) go build -C "$copy" -buildvcs=false -trimpath -ldflags '-s -w' -o "$PWD/bin/jaeger" ./cmd/jaeger ||
    status=$?
  rm -rf "$copy"
  return $status
}

build_clickhouse_grafana() {
  timeout "$limit" go build -C ../sql-clients/grafana -buildvcs=false -trimpath -ldflags '-s -w' \
    -o "$PWD/bin/clickhouse-grafana" .
}

install_jdbc() {
  rm -rf jdbc
  timeout "$limit" mvn --quiet --batch-mode --file ../sql-clients/jdbc/pom.xml dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$PWD/jdbc"
}

# Only unpacked: installed, it would start a service.
install_prometheus() {
  local folder status=0
  folder=$(mktemp -d)
  chmod 755 "$folder"
  (cd "$folder" && timeout "$limit" apt-get download --quiet prometheus && dpkg-deb --extract prometheus_*.deb .) &&
    cp "$folder/usr/bin/prometheus" "$folder/usr/bin/promtool" bin/ || status=$?
  rm -rf "$folder"
  return $status
}

# Without the scripts of the packages: each of those is a step of its own, so that one that fails leaves the others.
install_packages() {
  timeout "$limit" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
}

run_install_script() {
  timeout "$limit" npm rebuild "$1" --no-audit --no-fund --loglevel=error
}

install_python() {
  rm -rf python
  timeout "$limit" python3 -m venv python &&
    timeout "$limit" python/bin/pip install --quiet --disable-pip-version-check "${python_packages[@]}"
}

install_pandas() {
  rm -rf pandas
  timeout "$limit" python3 -m venv pandas &&
    timeout "$limit" pandas/bin/pip install --quiet --disable-pip-version-check "${pandas_packages[@]}"
}

install_moto() {
  rm -rf moto
  timeout "$limit" python3 -m venv moto &&
    timeout "$limit" moto/bin/pip install --quiet --disable-pip-version-check "${moto_packages[@]}"
}

# What a test needs and cannot have is said here and again when the test is skipped.
optional() {
  local name=$1 tool=$2
  shift 2
  if ! command -v "$tool" >/dev/null; then
    echo "$name needs $tool, which is not installed" >&2
  elif "$@"; then
    return
  else
    echo "$name could not be installed" >&2
  fi
  missing+=("$name")
}

install_tools
once node_modules/.installed "$(cat package-lock.json)" install_packages
for package in "${copied[@]}"; do
  optional "$package" npm once "node_modules/$package/.installed" npm run_install_script "$package"
done
# Side by side: most of it is scripts that ask the machine one question after the other.
declare -A building
for package in "${compiled[@]}"; do
  once "node_modules/$package/.installed" npm run_install_script "$package" &
  building[$package]=$!
done
for package in "${compiled[@]}"; do optional "$package" make wait "${building[$package]}"; done
mkdir -p bin
# Most depends on it, and it takes less time than building the programs of Go.
optional moto python3 once moto/installed "${moto_packages[*]}" install_moto
optional telemetrygen go once bin/telemetrygen.version "$telemetrygen" install_telemetrygen
optional jaeger go once bin/jaeger.version "$jaeger" build_jaeger
optional prometheus apt-get once bin/prometheus.version debian install_prometheus
optional opentelemetry-python python3 once python/installed "${python_packages[*]}" install_python
optional clickhouse-grafana go once bin/clickhouse-grafana.version \
  "$(cat ../sql-clients/grafana/main.go ../sql-clients/grafana/go.sum | cksum)" build_clickhouse_grafana
optional clickhouse-jdbc mvn once jdbc/installed "$(cksum <../sql-clients/jdbc/pom.xml)" install_jdbc
optional pandas python3 once pandas/installed "${pandas_packages[*]}" install_pandas

if [ ${#missing[@]} -gt 0 ]; then
  echo "missing, so that their tests will be skipped: ${missing[*]}" >&2
  exit 3
fi
echo 'all peers are installed'
