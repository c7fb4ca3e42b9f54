#!/usr/bin/env bash
# The benches of sending hand their emails to smtp-sink, which comes with Postfix, and compare with its smtp-source.
# Installs it where apt-get is at hand and allowed, and says what to do elsewhere.
set -euo pipefail
PATH="$PATH:/usr/sbin:/usr/local/sbin"

command -v smtp-sink > /dev/null && command -v smtp-source > /dev/null && exit 0

if [ "$(id -u)" = 0 ]; then
    administrator=
elif sudo -n true 2> /dev/null; then
    administrator="sudo -n"
else
    administrator=no
fi

if [ "$administrator" = no ] || ! command -v apt-get > /dev/null; then
    echo "This needs smtp-sink and smtp-source: install the package \"postfix\". Postfix itself need not run." >&2
    exit 1
fi

echo "Installing Postfix, for its smtp-sink and smtp-source"
export DEBIAN_FRONTEND=noninteractive
# A machine that only measures needs no mail server of its own: it is installed unconfigured and not started.
echo "postfix postfix/main_mailer_type select No configuration" | $administrator debconf-set-selections
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $administrator apt-get update && $administrator apt-get install --yes --no-install-recommends postfix; } > "$log" 2>&1; then
    tail -20 "$log" >&2
    echo "Postfix could not be installed. Install the package \"postfix\" by hand." >&2
    exit 1
fi
