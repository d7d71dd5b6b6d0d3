#!/usr/bin/env bash
# Fetches the validators of examples/deploy from PyPI and npm into the folder given, default node_modules/.cache/deploy, and
# what the base image of the Dockerfile has: a minimal Debian, Node.js and npm.
# Each step has a time limit; what cannot be had is said and left out, and its tests are skipped.
set -u
cd "$(dirname "$0")/../.."
tools=${1:-node_modules/.cache/deploy}
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)

step() {
  local name=$1
  shift
  if timeout "${STEP_SECONDS:-900}" "$@" >"$tools/$name.log" 2>&1; then
    echo "$name: installed"
  else
    echo "$name: NOT INSTALLED, its checks will be skipped; see $tools/$name.log" >&2
  fi
}

step python python3 -m venv "$tools/python"
step pip "$tools/python/bin/pip" install --quiet \
  cfn-lint==1.58.0 aws-sam-translator python-hcl2 kubernetes-validate==1.37.0
step npm npm install --prefix "$tools" --no-audit --no-fund osls@3.77.1 aws-cdk@2.1148.1 aws-cdk-lib@2 constructs@10 \
  node@24 npm@11

debian() {
  [ ! -e "$tools/debian" ] || return 0
  command -v debootstrap >/dev/null ||
    { apt-get update && apt-get install --yes --no-install-recommends debootstrap; } || return 1
  rm -rf "$tools/debian.part"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$tools/debian.part" && mv "$tools/debian.part" "$tools/debian"
}
export -f debian
export tools
step debian bash -c debian
exit 0
