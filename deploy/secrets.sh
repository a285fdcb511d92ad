#!/bin/sh
# Makes the secrets that docker-compose.yml reads, each a random one, and leaves those that exist as they are.
# The folder is closed to other users; the files inside are readable, so that the containers' own users can read them.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)/secrets
mkdir -p "$folder"
chmod 700 "$folder"
for name in api_token clickhouse_password grafana_admin_password grafana_clickhouse_password; do
    if [ ! -s "$folder/$name" ]; then
        od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$folder/$name"
        chmod 644 "$folder/$name"
        echo "made deploy/secrets/$name"
    fi
done
