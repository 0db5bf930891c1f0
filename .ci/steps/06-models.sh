#!/usr/bin/env bash
#
# Checks the models of docs/models: that each holds, and that each planted bug is found.
# Installs Spin and a C compiler if they are missing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

install() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || return 1
        as_root=(sudo -n)
    fi
    command -v apt-get >/dev/null || return 1
    "${as_root[@]}" apt-get -qq update \
        && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install -y --no-install-recommends spin gcc libc6-dev
}

# That there is a compiler does not say that there are headers
can_check() {
    command -v spin >/dev/null && command -v gcc >/dev/null \
        && echo '#include <stdio.h>' | gcc -fsyntax-only -x c - 2>/dev/null
}

if ! can_check; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! install >"$log" 2>&1 </dev/null || ! can_check; then
        cat "$log"
        echo "FAIL models: needs spin and gcc with its headers, and could not install the packages spin, gcc and libc6-dev"
        exit 1
    fi
fi

docs/models/check.sh
