#!/bin/sh
# Check Envoy's files together, before they are put into place.
#
# What it does   lets Envoy judge the files of a directory that ../render.sh has filled in. Alone,
#                `envoy --mode validate` reads envoy.yaml and none of the files that Envoy watches,
#                so they are put together as one static configuration.
# What it costs  a moment.
# Its limits     one route configuration. The exit code is Envoy's: 0 when all is well, 1 when not.
#
# Run            ../render.sh . /tmp/new && ./check.sh /tmp/new
#
# Environment    ENVOY   the program   (envoy)
set -eu

directory=${1?say which directory to check: check.sh DIRECTORY}
together=$directory/together.yaml

# The list of a file, without the types that only watched files have to tell.
listed() {
    sed -e '/^resources:$/d' -e '/^  - "@type":/{N;s/.*\n   /  -/}' "$directory/$1"
}

{
    sed '/^dynamic_resources:$/,$d' "$directory/envoy.yaml"
    echo 'static_resources:'
    echo '  clusters:'
    listed clusters.yaml
    echo '  listeners:'
    # In place of where routes are watched: the routes.
    listed listeners.yaml | sed '/^ *rds:$/,$d'
    echo '              route_config:'
    listed routes.yaml | sed -e 's/^  - name:/    name:/' -e 's/^/            /'
} >"$together"
exec "${ENVOY:-envoy}" --mode validate -c "$together"
