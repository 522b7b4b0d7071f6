#!/bin/sh
# Install GoReplay 1.3.2 into a directory (tools/ of this project); what is there is kept.
#
# It is built from its module, which takes half a minute. Needs Go and libpcap's headers. That it
# calls itself 1.3.0 is its own mistake; goreplay.sh --version reads what it was built from.
#
# Use    install.sh [directory]
set -eu

version=v1.3.2
directory=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)/tools}

fail() {
    echo "goreplay: $*" >&2
    exit 1
}

module="mod[[:space:]]github\.com/buger/goreplay[[:space:]]$version[[:space:]]"
if LC_ALL=C grep -aq "$module" "$directory/goreplay" 2>/dev/null; then
    echo "goreplay: $directory/goreplay is there already"
    exit 0
fi
command -v go >/dev/null || fail "no Go on this machine (Debian: apt install golang-go)"
echo '#include <pcap.h>' | "${CC:-cc}" -E - >/dev/null 2>&1 ||
    fail "no C compiler or no libpcap headers (Debian: apt install gcc libc6-dev libpcap-dev)"
mkdir -p "$directory"
directory=$(CDPATH='' cd -- "$directory" && pwd)
GOBIN=$directory CGO_ENABLED=1 go install "github.com/buger/goreplay@$version" ||
    fail "go install github.com/buger/goreplay@$version failed, see above"
echo "goreplay: installed $directory/goreplay"
if [ "$(id -u)" != 0 ]; then
    echo "goreplay: to capture it needs a right; as root: setcap cap_net_raw+ep $directory/goreplay"
fi
