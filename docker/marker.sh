#!/bin/sh
# Give a program the secret that tells copies from requests, and run it.
#
# What it does   where MIRROR_MARKER is empty, takes the secret from a file that two containers
#                share; whoever comes first makes it, by chance. Then it becomes COMMAND. So a gateway
#                and its tool have a secret of their own without anybody having to think of one.
# What it costs  a moment at the start; nothing afterwards.
# Its limits     only for containers that share a directory. Gateways that a copy passes one after
#                the other need MIRROR_MARKER set.
#
# Run            marker.sh COMMAND ...
#
# Environment    MIRROR_MARKER the secret; what is set is left as it is
#                MARKER_FILE   where it is kept                  (/run/mirror/marker)
set -eu

if [ -z "${MIRROR_MARKER-}" ]; then
    file=${MARKER_FILE:-/run/mirror/marker}
    if [ ! -s "$file" ]; then
        new=$(mktemp "$file.XXXXXX") || {
            echo "marker: cannot write $file: set MIRROR_MARKER, or mount a directory there" >&2
            exit 1
        }
        od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$new"
        chmod 644 "$new"
        ln "$new" "$file" 2>/dev/null || [ -s "$file" ] # the other one was quicker
        rm -f "$new"
    fi
    MIRROR_MARKER=$(cat "$file")
    export MIRROR_MARKER
fi
exec "$@"
