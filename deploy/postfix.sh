#!/usr/bin/env bash
# The benches of sending hand their emails to smtp-sink, which comes with Postfix, and compare with its smtp-source.
set -euo pipefail
PATH="$PATH:/usr/sbin:/usr/local/sbin"

command -v smtp-sink > /dev/null && command -v smtp-source > /dev/null && exit 0

# A machine that only measures needs no mail server of its own: it is installed unconfigured and not started.
export ANSWER="postfix postfix/main_mailer_type select No configuration"
exec "$(dirname "$0")/install.sh" Postfix \
    "The benches of sending need smtp-sink and smtp-source: install the package \"postfix\". Postfix itself need not run." \
    postfix
