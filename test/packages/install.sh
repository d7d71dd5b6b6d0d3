#!/usr/bin/env bash
# Installs the compilers, bundlers and Node versions that the packages are tried with; only when they changed.
set -euo pipefail
cd "$(dirname "$0")/toolchain"
[ "$(cat node_modules/.installed 2>/dev/null)" = "$(cat package-lock.json)" ] || {
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed
}
