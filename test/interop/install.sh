#!/usr/bin/env bash
# Installs the programs that the interop tests run against into test/interop/peers: packages of npm in node_modules,
# Jaeger and telemetrygen (where Go is) and Prometheus (where Debian is) in bin, the OpenTelemetry SDK for Python (where
# Python is) in python. Running it again does only what is missing. Exit code 0 when everything is there, 3 when something optional is missing,
# else what failed. No step takes longer than LIMIT_SECONDS (default 600); building Jaeger may take twice as long.
set -euo pipefail
cd "$(dirname "$0")/peers"
limit=${LIMIT_SECONDS:-600}
PATH="$(cd ../../.. && pwd)/node_modules/.bin:$PATH"
export PATH
missing=()

# Jaeger 2.13 is the program cmd/jaeger of this version of the module.
jaeger=github.com/jaegertracing/jaeger@v1.76.0
telemetrygen=github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v0.160.0
python_packages=(opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2)

# The Lambda runtime client is compiled.
install_tools() {
  local tools=(cmake autoconf automake libtool make g++) absent=() tool
  for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || [ "$tool" = libtool -a -n "$(command -v libtoolize)" ] || absent+=("$tool")
  done
  [ ${#absent[@]} -gt 0 ] || return 0
  echo "installing ${absent[*]}"
  (timeout "$limit" apt-get update && timeout "$limit" apt-get install --yes --no-install-recommends "${absent[@]}") \
    >/dev/null 2>&1 || echo "could not install ${absent[*]}: aws-lambda-ric will be missing" >&2
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

install_python() {
  rm -rf python
  timeout "$limit" python3 -m venv python &&
    timeout "$limit" python/bin/pip install --quiet --disable-pip-version-check "${python_packages[@]}"
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
[ "$(cat node_modules/.installed 2>/dev/null)" = "$(cat package-lock.json)" ] || {
  timeout "$limit" npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed
}
[ -f node_modules/aws-lambda-ric/rapid-client.node ] || missing+=(aws-lambda-ric)
mkdir -p bin
optional telemetrygen go once bin/telemetrygen.version "$telemetrygen" install_telemetrygen
optional jaeger go once bin/jaeger.version "$jaeger" build_jaeger
optional prometheus apt-get once bin/prometheus.version debian install_prometheus
optional opentelemetry-python python3 once python/installed "${python_packages[*]}" install_python

if [ ${#missing[@]} -gt 0 ]; then
  echo "missing, so that their tests will be skipped: ${missing[*]}" >&2
  exit 3
fi
echo 'all peers are installed'
