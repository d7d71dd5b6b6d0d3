#!/bin/sh
# Generates passwords and tokens in secrets/, and the variables for Compose in .env. Existing ones are kept.
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
# Containers read them as another user, so the files are readable; the folder's permissions protect them on this machine.
chmod 700 secrets
chmod 644 secrets/*
