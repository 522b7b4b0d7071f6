#!/bin/sh
# Install vegeta 12.11.1, which loads at a fixed rate, into a directory (tools/ of this project);
# what is there is kept.
#
# It is built from its module, which takes a minute. Needs Go 1.19 or newer; later versions of vegeta
# need more than Debian 12 has.
#
# Use    install.sh [directory]
set -eu

version=v12.11.1
directory=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/tools}

fail() {
    echo "vegeta: $*" >&2
    exit 1
}

if [ -x "$directory/vegeta" ]; then
    echo "vegeta: $directory/vegeta is there already"
    exit 0
fi
command -v go >/dev/null || fail "no Go on this machine (Debian: apt install golang-go)"
mkdir -p "$directory"
directory=$(CDPATH='' cd -- "$directory" && pwd)
GOBIN=$directory go install "github.com/tsenart/vegeta/v12@$version" ||
    fail "go install github.com/tsenart/vegeta/v12@$version failed, see above"
echo "vegeta: installed $directory/vegeta"
