#!/bin/sh
# Make the base image debian:RELEASE-slim available: bookworm, trixie (default), forky or sid.
#
# An image that is there already is kept. Otherwise it is pulled; where no registry can be reached,
# it is made from Debian's signed packages with mmdebstrap (20 s), under the same tag.
#
# Environment   MIRROR        Debian mirror to use instead of mmdebstrap's default
#               PULL_WITHIN   seconds a pull may take (30)
set -eu

release=${1:-trixie}
image=debian:$release-slim

say() { echo "base-image: $*"; }
fail() {
    echo "base-image: $*" >&2
    exit 1
}

get_mmdebstrap() {
    command -v mmdebstrap >/dev/null && return
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        fail "no registry gives $image, and mmdebstrap, which can make it, is not installed"
    fi
    say "installing mmdebstrap"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    apt-get -o DPkg::Lock::Timeout=120 install -qy --no-install-recommends \
        mmdebstrap debian-archive-keyring >/dev/null
}

# Signatures are always checked. Whether a mirror may be older than it promises is this machine's
# own decision, read from its apt configuration and kept in the image for later builds.
age_checks() {
    for option in Check-Valid-Until Check-Date; do
        if [ "$(apt-config dump --format '%v' "Acquire::$option" 2>/dev/null)" = false ]; then
            echo "Acquire::$option \"false\";"
        fi
    done
}

# As in the official slim images: no documentation, and no packages, caches or translations kept.
make_image() {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    trap 'exit 1' INT TERM
    age_checks >"$scratch/age-checks"
    cat >"$scratch/90no-cache" <<SETTINGS
APT::Keep-Downloaded-Packages "false";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
SETTINGS
    # shellcheck disable=SC2016 # the $1 is for the hook
    mmdebstrap --variant=minbase \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --aptopt='Acquire::Languages "none"' \
        --aptopt='APT::Install-Recommends "false"' \
        --aptopt="$scratch/age-checks" \
        --customize-hook='rm -f "$1"/var/cache/apt/*.bin' \
        --customize-hook="copy-in $scratch/90no-cache /etc/apt/apt.conf.d" \
        "$release" "$scratch/root.tar" ${MIRROR:+"$MIRROR"} >"$scratch/log" 2>&1 || {
        tail -12 "$scratch/log" >&2
        fail "mmdebstrap could not make $release; the end of its messages is above"
    }
    docker import \
        --change 'CMD ["bash"]' \
        --change 'LABEL mirroring-spec.made-with=mmdebstrap' \
        "$scratch/root.tar" "$image" >/dev/null
}

case $release in
bookworm | trixie | forky | sid) ;;
*) fail "unknown release '$release'; known: bookworm, trixie, forky, sid" ;;
esac
docker version >/dev/null 2>&1 || fail "no Docker Engine answers"

if docker image inspect "$image" >/dev/null 2>&1; then
    say "$image is there already"
elif timeout "${PULL_WITHIN:-30}" docker pull -q "$image" >/dev/null 2>&1; then
    say "$image pulled"
else
    say "no registry gives $image; making it from Debian's packages"
    get_mmdebstrap
    make_image
    say "$image made"
fi
