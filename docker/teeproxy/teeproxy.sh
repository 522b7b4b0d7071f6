#!/bin/sh
# Teeproxy between HAProxy and the primary: sends a share of the requests to a shadow as well.
#
# What it does   starts one teeproxy, which mirrors one share of what it gets. HAProxy (haproxy.cfg)
#                sends each mirrored route through a teeproxy of its own, and the copies come back
#                to it, because teeproxy can neither mark them nor take credentials out.
# What it costs  every client waits for one more hop, and for the whole upload to arrive: 5.5 ms
#                for a GET (31 ms for the slowest of 100), and at full load HAProxy answers 6 % of
#                what it answers alone. 395 microseconds of CPU in teeproxy and 210 in HAProxy for
#                each request, for no connection is used twice. The memory of every body on its
#                way, without a bound.
# Its limits     are the reason to use something else where clients matter:
#                - When the primary resets before it answers, or is later than PRIMARY_TIMEOUT, the
#                  client gets 200 with an empty body. When it refuses connections, the same,
#                  until HAProxy's health check finds out, 1.5 s at most. An answer in chunks that
#                  breaks off looks whole; one with a length does not.
#                - Requests reach the primary rewritten by Go: header names in its order and
#                  spelling, %-codes for "<>\^`{|} in paths, POST, PUT, PATCH and PURGE without a
#                  body as chunked, `Accept-Encoding: identity` where the client sent none, or an
#                  empty one. A path with a bad %-code gets 400.
#                - Events reach the client all at the end. No WebSocket session passes.
#                - Without -close-connections each request leaks a connection to the primary.
#                - A copy comes back to HAProxy with some headers more than its request had. Where
#                  those of a request all but fill HAProxy's 15 KB, the copy is lost.
#                - Copies on their way are not limited: with a shadow that does not answer there
#                  are as many open files as requests in COPY_TIMEOUT.
#
# Needs          a teeproxy binary: https://github.com/chrislusf/teeproxy#build; known to work:
#                commit b3ba6ac (2023-11-15), the last one.
# Run            teeproxy.sh             in the foreground; ready when LISTEN accepts connections
#                teeproxy.sh --check     says in one line what is missing (exit code 1)
#                teeproxy.sh --version   the day and the commit that teeproxy was built from
#
# Environment    LISTEN    host:port where HAProxy connects              (127.0.0.1:8888)
#                PRIMARY   host:port of the primary                      (127.0.0.1:8080)
#                COPIES    host:port of HAProxy's frontend for copies    (127.0.0.1:10003)
#                SHARE     percent of the requests that are mirrored     (100)
#                SHADOWS   2: copies go to MORE_COPIES as well           (1)
#                MORE_COPIES   host:port of a second frontend for copies (127.0.0.1:10002)
#                SETTINGS  a file that may set these as well             (none)
#                PRIMARY_TIMEOUT, COPY_TIMEOUT   milliseconds until connected, and again until the
#                          answer begins                                 (35000, 1000)
#                          longer than HAProxy's `timeout server`, which tells clients 504
#                TEEPROXY  the binary                                    (teeproxy on PATH)
set -eu

fail() {
    echo "teeproxy: $*" >&2
    exit 1
}

teeproxy=$(command -v "${TEEPROXY:-teeproxy}") ||
    fail "no ${TEEPROXY:-teeproxy} on this machine: build it (https://github.com/chrislusf/teeproxy) and name it with TEEPROXY=path"
if [ "${1-}" = --version ]; then
    # Go writes into a program what it was built from (go version -m).
    built() {
        LC_ALL=C grep -aoE "build[[:space:]]vcs\.$1=[^[:space:]]+" "$teeproxy" | sed -n '1s/.*=//p'
    }
    echo "teeproxy $(built time | sed 's/T.*//; s/-/./g')-g$(built revision | cut -c1-7)"
    exit
fi
[ -z "${SETTINGS-}" ] || . "$SETTINGS"
# Teeproxy takes any number for a share.
share=${SHARE:-100}
case $share in
100 | [0-9] | [1-9][0-9] | [0-9].* | [1-9][0-9].*) ;;
*) fail "SHARE=$share is not a percentage from 0 to 100" ;;
esac
[ "${1-}" != --check ] || exit 0

if [ "${SHADOWS:-1}" = 2 ]; then
    set -- -b "${MORE_COPIES:-127.0.0.1:10002}"
else
    set --
fi
exec "$teeproxy" \
    -l "${LISTEN:-127.0.0.1:8888}" \
    -a "${PRIMARY:-127.0.0.1:8080}" \
    -b "${COPIES:-127.0.0.1:10003}" \
    "$@" \
    -p "$share" \
    -a.timeout "${PRIMARY_TIMEOUT:-35000}" \
    -b.timeout "${COPY_TIMEOUT:-1000}" \
    -close-connections
