#!/bin/sh
# Makes what nobody should choose by hand: passwords and tokens in secrets/, what Compose passes on in .env.
# What is already there stays.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
for name in clickhouse-password clickhouse-reader-password ingest-tokens query-tokens cluster-secret; do
  [ -s "secrets/$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$name"
done
digest() { printf %s "$(cat "secrets/$1")" | sha256sum | cut -d ' ' -f 1; }
cat > .env <<END
CLUSTER_SECRET=$(cat secrets/cluster-secret)
SANDSCOPE_PASSWORD_SHA256=$(digest clickhouse-password)
SANDSCOPE_READER_PASSWORD_SHA256=$(digest clickhouse-reader-password)
END
# A container reads them as a user of its own; on this machine the folder keeps others out.
chmod 700 secrets
chmod 644 secrets/*
