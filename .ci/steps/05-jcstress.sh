#!/usr/bin/env bash
#
# Runs every jcstress test of the build once, briefly: that each still starts and none
# sees what it forbids. CONTRIBUTING has the command that takes its time.
set -euo pipefail

jar=$PWD/tp-stress/target/jcstress.jar
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=0
(cd "$work" && exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -jar "$jar" -m sanity -r "$work/results") \
    >"$work/log" 2>&1 </dev/null || status=$?

# The last of them is the sum
sum=$(grep -o '(Results: .*)' "$work/log" | tail -n 1 || true)
wanted='^\(Results: ([0-9]+) planned; ([0-9]+) passed, 0 failed, 0 soft errs, 0 hard errs\)$'
if [ "$status" -ne 0 ] || ! [[ $sum =~ $wanted ]] || [ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ]; then
    cat "$work/log"
    echo "FAIL jcstress: status $status, ${sum:-no results}"
    exit 1
fi
tests=$("${JAVA_HOME:+$JAVA_HOME/bin/}jar" tf "$jar" | grep -cE "^dev/tpool/[A-Za-z]*Test\.class$" || true)
echo "PASS jcstress: $tests tests, ${BASH_REMATCH[2]} configurations passed"
