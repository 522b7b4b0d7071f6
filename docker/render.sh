#!/bin/sh
# Fill in the ${NAME}s of a configuration from the environment, and run what reads it.
#
# What it does   writes TEMPLATE to TARGET with each ${NAME} replaced by the environment variable
#                NAME, then becomes COMMAND if one is given. For a NAME that is host:port,
#                ${NAME_HOST} and ${NAME_PORT} are its parts. Names are of A-Z, 0-9 and _, so that
#                a tool's own $variables stay as they are. TARGET is there whole or not at all, so
#                that who watches it never reads half of it. COMMAND gets the defaults as well.
#                Where TEMPLATE is a directory its files *.yaml are filled in, into the directory
#                TARGET; when one cannot be, none is put into place.
#                What stands between lines `# >>> NAME` and `# <<< NAME` is left out where NAME is
#                empty.
# What it costs  a moment at the start; nothing afterwards.
# Its limits     values are put in as they are: quotes are the template's to write.
#
# Run            render.sh TEMPLATE TARGET [COMMAND ...]
#                PRIMARY=10.0.0.7:80 render.sh nginx/nginx.conf /tmp/nginx.conf nginx -c /tmp/nginx.conf
#                render.sh envoy /tmp/envoy     again, so that an Envoy that runs takes what is new
#
# Environment    what the template names; these have defaults, also where they are empty:
#                PRIMARY       host:port of the primary          (127.0.0.1:8080)
#                SHADOW        host:port of the shadow           (127.0.0.1:8081)
#                GATEWAY_BIND  where clients connect             (127.0.0.1:10004)
#                TLS_BIND      where they connect with TLS       (127.0.0.1:10443)
#                TLS_CERTIFICATE  a file with certificate and key; without it there is no TLS
#                STATS_BIND    where the figures are read        (127.0.0.1:9999)
#                MIRROR_MARKER a secret that tells copies from requests: the value of X-Mirrored-By.
#                              Letters, digits, and - . _ ~ (a new one by chance, each time this
#                              runs). Only gateways that a copy passes one after the other need a
#                              common one
#                MIRROR_PASSED a name of this gateway that nobody can guess, made of MIRROR_MARKER:
#                              copies bear it in X-Mirror-Passed, and what comes back with it is
#                              not copied again, whatever became of its marker
#                COPIES_BIND   an inner door for copies          (127.0.0.1:10003)
#                COPIES        where that is reached             (COPIES_BIND)
#                ROUTES        a directory of routes             (routes, beside TEMPLATE)
#                RENDERED      the directory that is written to  (TARGET, or where it is)
#                RESOLVER      who is asked for names            (127.0.0.1)
#                SCRATCH       a directory for what is written   (/tmp)
set -eu

fail() {
    echo "render: $*" >&2
    exit 1
}

[ $# -ge 2 ] || fail "say what to fill in and where to: render.sh TEMPLATE TARGET [COMMAND ...]"
template=$1 target=$2
shift 2
[ -r "$template" ] || fail "there is no file $template to read"
directory=$(dirname "$target")
if [ -d "$template" ]; then
    directory=$target
    mkdir -p "$target" || fail "cannot write $target"
fi

: "${PRIMARY:=127.0.0.1:8080}" "${SHADOW:=127.0.0.1:8081}"
: "${GATEWAY_BIND:=127.0.0.1:10004}" "${STATS_BIND:=127.0.0.1:9999}"
: "${TLS_BIND:=127.0.0.1:10443}" "${TLS_CERTIFICATE:=}"
: "${COPIES_BIND:=127.0.0.1:10003}" "${ROUTES:=$(dirname "$template")/routes}"
: "${RENDERED:=$(cd "$directory" && pwd)}"
: "${COPIES:=$COPIES_BIND}" "${RESOLVER:=127.0.0.1}" "${SCRATCH:=/tmp}"
: "${MIRROR_MARKER:=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}"
case $MIRROR_MARKER in
*[!A-Za-z0-9._~-]*) fail "MIRROR_MARKER must be of letters, digits, and - . _ ~ alone" ;;
esac
MIRROR_PASSED=$(printf %s "$MIRROR_MARKER" | sha1sum | cut -c-16)
export PRIMARY SHADOW GATEWAY_BIND TLS_BIND TLS_CERTIFICATE STATS_BIND COPIES_BIND COPIES
export ROUTES RENDERED RESOLVER SCRATCH MIRROR_MARKER MIRROR_PASSED

value() {
    if eval "[ -n \"\${$1+set}\" ]"; then
        eval "printf %s \"\$$1\""
        return
    fi
    case $1 in
    *_HOST) eval "[ -n \"\${${1%_HOST}+set}\" ]" && eval "printf %s \"\${${1%_HOST}%:*}\"" ;;
    *_PORT) eval "[ -n \"\${${1%_PORT}+set}\" ]" && eval "printf %s \"\${${1%_PORT}##*:}\"" ;;
    *) false ;;
    esac
}

# Write a template, filled in, beside its place.
fill() {
    script=
    for name in $(sed -n 's/^ *# >>> \([A-Z][A-Z0-9_]*\)$/\1/p' "$1"); do
        text=$(value "$name") || text=
        [ -n "$text" ] || script="$script
/^ *# >>> $name\$/,/^ *# <<< $name\$/d"
    done
    for name in $(grep -o '\${[A-Z][A-Z0-9_]*}' "$1" | tr -d '${}' | sort -u); do
        text=$(value "$name") || fail "$1 names \${$name}, which is not set"
        # What sed would take for more than text: \ & and the character that ends its expression.
        text=$(printf %s "$text" | sed 's/[\\&|]/\\&/g')
        script="$script
s|\${$name}|$text|g"
    done
    sed "$script" "$1" >"$2.new" || fail "cannot write $2"
}

put() {
    mv -f "$1.new" "$1" || fail "cannot write $1"
}

if [ -d "$template" ]; then
    for file in "$template"/*.yaml; do
        fill "$file" "$target/${file##*/}"
    done
    for file in "$template"/*.yaml; do
        put "$target/${file##*/}"
    done
else
    fill "$template" "$target"
    put "$target"
fi
[ $# -eq 0 ] || exec "$@"
