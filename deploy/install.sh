#!/usr/bin/env bash
# deploy/install.sh NAME OTHERWISE PACKAGE...
# Installs packages of Debian where apt-get is at hand and allowed. Elsewhere it says what to do instead: OTHERWISE.
# ANSWER, in the environment, is what debconf would ask of whoever installs them.
set -euo pipefail
name=$1 otherwise=$2
shift 2

if [ "$(id -u)" = 0 ]; then
    administrator=
elif sudo -n true 2> /dev/null; then
    administrator="sudo -n"
else
    administrator=no
fi

if [ "$administrator" = no ] || ! command -v apt-get > /dev/null; then
    echo "$otherwise" >&2
    exit 1
fi

echo "Installing $name"
export DEBIAN_FRONTEND=noninteractive
[ -z "${ANSWER:-}" ] || echo "$ANSWER" | $administrator debconf-set-selections
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $administrator apt-get update && $administrator apt-get install --yes --no-install-recommends "$@"; } > "$log" 2>&1; then
    tail -20 "$log" >&2
    echo "$name could not be installed. $otherwise" >&2
    exit 1
fi
