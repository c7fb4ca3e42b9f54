#!/usr/bin/env bash
# The browser tests drive a Chromium of the system.
set -euo pipefail

for browser in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$browser" ] && command -v "$browser" > /dev/null && exit 0
done

exec "$(dirname "$0")/install.sh" Chromium \
    "The browser tests need Chromium: install the package \"chromium\" (or Google Chrome), or set CHROMIUM=/path/to/it." \
    chromium fonts-liberation fonts-noto-core fonts-noto-color-emoji
