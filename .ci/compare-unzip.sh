#!/usr/bin/env bash
#
# Adds up what unzip lists for the jars whose paths it reads, one a line.
# Prints three numbers: jars, entries, bytes. A file that unzip cannot list is a jar without entries.
set -euo pipefail

jars=0 entries=0 bytes=0
while IFS= read -r jar; do
    jars=$((jars + 1))
    # the closing line of the list: "   1234      5 files"; an empty or broken jar has none
    if read -r size count _ < <(unzip -l "$jar" 2>/dev/null | tail -n 1 | grep -E '^ *[0-9]+ +[0-9]+ files?$'); then
        bytes=$((bytes + size))
        entries=$((entries + count))
    fi
done
echo "$jars $entries $bytes"
