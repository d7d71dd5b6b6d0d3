#!/usr/bin/env bash
# Installs the runtimes that the interop tests run against into test/interop/peers/node_modules. The Lambda runtime
# client is compiled, for which cmake, autoconf, automake, libtool, make and a C++ compiler are needed; they are
# installed from Debian where that is permitted. Exit code 0 when everything is there, 3 when only the optional Lambda
# client is missing, else what failed. No step takes longer than LIMIT_SECONDS (default 600).
set -euo pipefail
cd "$(dirname "$0")/peers"
limit=${LIMIT_SECONDS:-600}
PATH="$(cd ../../.. && pwd)/node_modules/.bin:$PATH"
export PATH

tools=(cmake autoconf automake libtool make g++)
missing=()
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || [ "$tool" = libtool -a -n "$(command -v libtoolize)" ] || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  (timeout "$limit" apt-get update && timeout "$limit" apt-get install --yes --no-install-recommends "${missing[@]}") \
    >/dev/null 2>&1 || echo "could not install ${missing[*]}: aws-lambda-ric will be missing" >&2
fi

timeout "$limit" npm ci --no-audit --no-fund --loglevel=error
if [ ! -f node_modules/aws-lambda-ric/rapid-client.node ]; then
  echo 'aws-lambda-ric could not be built: its tests will be skipped' >&2
  exit 3
fi
echo 'all peers are installed'
