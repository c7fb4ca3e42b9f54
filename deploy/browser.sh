#!/usr/bin/env bash
# The browser tests drive a Chromium of the system. Installs it where apt-get is at hand and allowed, and says what to do elsewhere.
set -euo pipefail

for browser in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$browser" ] && command -v "$browser" > /dev/null && exit 0
done

if [ "$(id -u)" = 0 ]; then
    administrator=
elif sudo -n true 2> /dev/null; then
    administrator="sudo -n"
else
    administrator=no
fi

if [ "$administrator" = no ] || ! command -v apt-get > /dev/null; then
    echo "The browser tests need Chromium: install the package \"chromium\" (or Google Chrome), or set CHROMIUM=/path/to/it." >&2
    exit 1
fi

echo "Installing Chromium"
export DEBIAN_FRONTEND=noninteractive
packages="chromium fonts-liberation fonts-noto-core fonts-noto-color-emoji"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $administrator apt-get update && $administrator apt-get install --yes --no-install-recommends $packages; } > "$log" 2>&1; then
    tail -20 "$log" >&2
    echo "Chromium could not be installed. Install it by hand, or set CHROMIUM=/path/to/it." >&2
    exit 1
fi
