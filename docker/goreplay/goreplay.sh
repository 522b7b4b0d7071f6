#!/bin/sh
# GoReplay behind HAProxy: captures what HAProxy sends to the primary, replays it to a shadow.
#
# What it does   GoReplay (gor) reads packets from the network interface, puts requests together,
#                and hands them to the middleware (goreplay-middleware/). That keeps those of a
#                mirrored route (HAProxy's X-Route says which), samples them, drops what is not
#                whole, marks the copies with X-Mirrored-By, takes credentials out of headers and
#                trailers, and gives them back to GoReplay to send. Each request is accounted for on /metrics:
#                    received = sent + dropped{reason} + failed{reason} + in_flight
# What it costs  nobody waits for a capture, but it takes CPU from who does the work: where both
#                share a machine HAProxy answers 52 % of what it answers alone at full load, while
#                36 % of the copies arrive. At 2,000 requests/s 1.2 ms for the slowest of 100, and
#                every copy arrives. 107 microseconds of CPU per request, 298 per copy at full load;
#                120 MB of memory, 700 MB after a burst of 10 MB bodies.
# Its limits     only plain HTTP/1 can be read, so no TLS between HAProxy and the primary. Copies
#                have their header names in Go's order and spelling, `Accept-Encoding: identity`
#                where the client sent none, and in their path %-codes for "<>\^`{|}. Not copied
#                but counted (incomplete): many bodies without a length (chunked), uploads that
#                pause for more than a second or wait for 100 Continue, many a body of a
#                method that GoReplay does not know (PURGE), and what TCP sent twice,
#                which idle probes do on a busy machine: sysctl net.ipv4.tcp_early_retrans=0 where
#                HAProxy runs ends that. A body of more than a packet may be copied some seconds
#                late. Copies come in bursts, and most open a connection of their own to the
#                shadow. When a shadow breaks a kept connection, GoReplay sends a GET again. What
#                the kernel drops at overload is not counted here: compare received with
#                HAProxy's own count of requests.
#                In a container this shares the primary's network: restart it with the primary's.
#
# Needs          GoReplay 1.3.2 (install.sh makes it), Python 3.11, Linux 5.3, the right to
#                capture: root, CAP_NET_RAW, or once  setcap cap_net_raw+ep tools/goreplay  as root.
# Run            goreplay.sh             in the foreground; copies from when METRICS_BIND listens.
#                                        /healthz is 503 while nothing is captured, not even
#                                        HAProxy's health checks, as before HAProxy runs.
#                                        When GoReplay or its middleware dies, both are started
#                                        again after a second: a line says so, restarts_total
#                                        counts it, all other figures begin at 0. After five ends
#                                        in a row within 10 s of the start it gives up
#                goreplay.sh --check     says in one line what is missing (exit code 1)
#                goreplay.sh --version   the version of the module that GoReplay was built from
#                                        (1.3.2 calls itself 1.3.0)
#                A second shadow gets a GoReplay of its own, whose account is read at
#                SECOND_METRICS_BIND: one bad shadow does not hurt the other. (Of two
#                --output-http GoReplay 1.3.2 sends all copies to the last.)
#
# Environment    PRIMARY       host:port of the primary                    (127.0.0.1:8080)
#                SHADOW        host:port of the shadow                     (127.0.0.1:8081)
#                CAPTURE       where to capture, if not at $PRIMARY: address:port of this
#                              machine, or :port for all its addresses
#                METRICS_BIND  where the account is read                   (127.0.0.1:9902)
#                SECOND_SHADOW, SECOND_METRICS_BIND   the same of a second shadow
#                                                                    (none, 127.0.0.1:9903)
#                SETTINGS      a file that may set these as well     (goreplay.conf beside this)
#                MIRROR_SHARES what to mirror, route=percent               (v1=100 v2=50)
#                MIRROR_METHODS methods that are mirrored, such as GET HEAD     (all)
#                MIRROR_HOST   Host of the copies                     (the client's)
#                MIRROR_MARKER a secret, the value of X-Mirrored-By, as HAProxy knows it. Without
#                              it copies that come back are known by X-Mirror-Passed, until this ends
#                MIRROR_REMOVE headers and trailers that copies do not have; traceparent,
#                              tracestate and b3 as well keep them out of production's traces
#                              (Authorization Cookie Proxy-Authorization)
#                MIRROR_LARGEST       MiB, larger requests are not copied  (32)
#                SHADOW_TIMEOUT       seconds, from connecting to the end of the answer (5)
#                SHADOW_CONNECTIONS   copies in flight; more wait          (256)
#                GOREPLAY, PYTHON     the programs
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
fail() {
    echo "goreplay: $*" >&2
    exit 1
}

settings=${SETTINGS:-$here/goreplay.conf}
# shellcheck disable=SC1090
[ ! -r "$settings" ] || . "$settings"
export PRIMARY="${PRIMARY:-127.0.0.1:8080}" SHADOW="${SHADOW:-127.0.0.1:8081}"
export METRICS_BIND="${METRICS_BIND:-127.0.0.1:9902}"
export MIRROR_SHARES="${MIRROR_SHARES-v1=100 v2=50}" MIRROR_MARKER="${MIRROR_MARKER-}"
export MIRROR_METHODS="${MIRROR_METHODS-}" MIRROR_HOST="${MIRROR_HOST-}"
export MIRROR_REMOVE="${MIRROR_REMOVE-Authorization Cookie Proxy-Authorization}"
export MIRROR_LARGEST="${MIRROR_LARGEST:-32}"
export SHADOW_TIMEOUT="${SHADOW_TIMEOUT:-5}" SHADOW_CONNECTIONS="${SHADOW_CONNECTIONS:-256}"
# Copies go to the shadow itself, whatever proxy this machine uses for other things.
export NO_PROXY='*' no_proxy='*'
# On one processor GoReplay's ten assemblers do not take packets of one request from each other.
export GOMAXPROCS=1 GODEBUG=asyncpreemptoff=1

python=$(command -v "${PYTHON:-python3}") ||
    fail "no ${PYTHON:-python3} on this machine: name one with PYTHON=path"
# Beside this script in the image, in a directory of its own in the project.
middleware=$here
[ -d "$middleware/gor_middleware" ] || middleware=$here/../../goreplay-middleware
cd "$here"

if [ "${1-}" = --middleware ]; then
    # GoReplay itself calls this. Without the middleware it would go on, and copy nothing.
    PYTHONPATH="$middleware" "$python" -m gor_middleware || true
    read -r _ _ _ parent _ <"/proc/$$/stat"
    [ "$parent" != "$PPID" ] || kill "$PPID" 2>/dev/null || true
    exit
fi

gor=
if [ -n "${GOREPLAY-}" ]; then
    gor=$(command -v "$GOREPLAY") || fail "GOREPLAY=$GOREPLAY: there is no such program"
else
    for gor in "$here/../../tools/goreplay" goreplay gor; do
        gor=$(command -v "$gor") && break
    done
fi
[ -n "$gor" ] || fail "no goreplay on this machine: make tools, or name one with GOREPLAY=path"
if [ "${1-}" = --version ]; then
    # Go writes into a program which module it was built from (go version -m).
    module='mod[[:space:]]github\.com/buger/goreplay[[:space:]]v[0-9][0-9.]*'
    built=$(LC_ALL=C grep -aom1 "$module" "$gor" | head -n1 | sed 's/.*v//')
    echo "goreplay ${built:-$("$gor" --help 2>&1 | sed -n 's/.*Current Version: v*//p')}"
    exit
fi
PYTHONPATH="$middleware" "$python" -m gor_middleware --check
"$gor" --input-raw 127.0.0.1:1 --output-null --exit-after 1ms >/dev/null 2>&1 ||
    fail "no right to capture: run as root, or as root: setcap cap_net_raw+ep $gor"
[ "${1-}" != --check ] || exit 0

# --input-raw-override-snaplen   the kernel joins packets (GRO, TSO): without it what is longer
#                                than the interface's MTU is cut, and the request lost
# --input-raw-allow-incomplete   without it one body in five of 200 KB and more is lost, because
#                                packets that are handled in another order confuse the end of a
#                                message; the middleware tells whole requests from others
# --input-raw-expire             how long a message without an end waits for more packets
# --input-raw-buffer-timeout     how often the kernel hands over a part of its buffer, by default every
#                                2 s; the buffer has 256 parts, so this is also what it holds of a
#                                time in which GoReplay is not served: 10 s
# --input-raw-buffer-size        for bursts; the default, 2 MB, holds less than one 10 MB body
# --copy-buffer-size             longer requests are cut, 5 MB by default
# --http-original-host           otherwise copies have the shadow's name in Host
# --output-http-track-response   tells the middleware what was answered, and lets connections be
#                                used again: an answer that is not read closes its connection
capture() {
    "$gor" \
        --input-raw "${CAPTURE:-$PRIMARY}" \
        --input-raw-override-snaplen \
        --input-raw-allow-incomplete \
        --input-raw-expire 1s \
        --input-raw-buffer-timeout 40ms \
        --input-raw-buffer-size 64mb \
        --copy-buffer-size 1gb \
        --middleware "./goreplay.sh --middleware" \
        --output-http "http://$SHADOW" \
        --output-http-timeout "${SHADOW_TIMEOUT}s" \
        --output-http-workers "$SHADOW_CONNECTIONS" \
        --output-http-track-response \
        --http-original-host &
    child=$!
    [ -z "$stopping" ] || end
    code=0
    wait "$child" || code=$?
    # A signal ends the waiting before GoReplay ends.
    while kill -0 "$child" 2>/dev/null; do
        code=0
        wait "$child" || code=$?
    done
}

stopping=
child=
second=
end() {
    stopping=yes
    for each in $child $second; do
        kill "$each" 2>/dev/null || true
    done
}
trap end TERM INT HUP

if [ -n "${SECOND_SHADOW-}" ]; then
    SHADOW=$SECOND_SHADOW METRICS_BIND=${SECOND_METRICS_BIND:-127.0.0.1:9903} \
        SECOND_SHADOW='' SETTINGS=/dev/null ./goreplay.sh &
    second=$!
fi

export SUPERVISOR=$$ RESTARTS=0
quick=0
while :; do
    began=$(date +%s)
    capture
    [ -z "$stopping" ] || exit 0
    lived=$(($(date +%s) - began))
    quick=$((lived < 10 ? quick + 1 : 0))
    [ "$quick" -lt 5 ] || fail "ended with code $code five times in a row at its start: giving up"
    RESTARTS=$((RESTARTS + 1))
    echo "goreplay: ended with code $code after $lived s, start $((RESTARTS + 1))" >&2
    sleep 1 &
    child=$!
    wait "$child" || true
    [ -z "$stopping" ] || exit 0
done
