#!/bin/sh
# Makes the folders that Commonplace works in, and becomes the command that it is given:
#
#     deploy/start.sh commonplace refresh
#
# COMMONPLACE_RAW, COMMONPLACE_OUT and DAGSTER_HOME name the folders; one that is not set is left to
# the command. A raw folder that is not there, or empty, gets the project's own sources.yaml and
# sample; one that holds anything is left as it is. A kill leaves it whole or not there.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

if [ $# -eq 0 ]; then
    echo "start.sh: names no command. Write, for one: start.sh commonplace refresh" >&2
    exit 2
fi

is_empty() {
    [ ! -e "$1" ] || { [ -d "$1" ] && [ -z "$(ls -A -- "$1")" ]; }
}

seed() {
    is_empty "$1" || return 0
    parent=$(dirname -- "$1")
    mkdir -p -- "$parent"
    # What a seeding left that was killed.
    find "$parent" -maxdepth 1 -name '.raw-??????' -mmin +60 -exec rm -rf -- {} +
    new=$(mktemp -d -- "$parent/.raw-XXXXXX")
    cp -R -- "$project/raw/README.md" "$project/raw/sample" "$project/raw/sources.yaml" "$new"
    chmod -R u=rwX,go=rX -- "$new"
    # Moved in one step, and never over anything: of two that start at once, one comes too late.
    if mv -T -- "$new" "$1" 2>/dev/null; then
        echo "start.sh: $1 was empty, and has the project's sources.yaml and sample now." >&2
        return 0
    fi
    rm -rf -- "$new"
    if is_empty "$1"; then
        echo "start.sh: $1 cannot be filled. Copy sources.yaml and sample from $project/raw there." >&2
        exit 1
    fi
}

if [ -n "${COMMONPLACE_RAW:-}" ]; then
    seed "$COMMONPLACE_RAW"
fi
if [ -n "${COMMONPLACE_OUT:-}" ]; then
    mkdir -p -- "$COMMONPLACE_OUT"
fi
if [ -n "${DAGSTER_HOME:-}" ]; then
    mkdir -p -- "$DAGSTER_HOME"
    # The project's settings are those of every start; a process that reads them meanwhile finds all.
    cp -- "$project/dagster.yaml" "$DAGSTER_HOME/.dagster.yaml.$$"
    mv -- "$DAGSTER_HOME/.dagster.yaml.$$" "$DAGSTER_HOME/dagster.yaml"
fi

# The project's own environment, where it has one.
if [ -d "$project/.venv/bin" ]; then
    PATH="$project/.venv/bin:$PATH"
    export PATH
fi
exec "$@"
