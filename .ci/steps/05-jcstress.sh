#!/usr/bin/env bash
#
# Runs every jcstress test of the build once, briefly: that each still starts and none
# sees what it forbids. CONTRIBUTING has the command that takes its time. On the newest JDK
# at hand: of an older one jcstress tries two kinds of locks, which takes twice as long, and
# nobody runs with the other kind.
set -euo pipefail

jar=$PWD/tp-stress/target/jcstress.jar
home=${NEWEST_JDK:-${JAVA_HOME:-}}
java=${home:+$home/bin/}java
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

passed=0

# run WHICH [JVM OPTION...] -- [OPTION...]: the tests whose name matches
run() {
    local which=$1 options=() status=0 sum wanted
    shift
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    (cd "$work" && exec "$java" "${options[@]}" -jar "$jar" -m sanity -t "$which" -r "$work/results" "$@") \
        >"$work/log" 2>&1 </dev/null || status=$?
    # The last of them is the sum
    sum=$(grep -o '(Results: .*)' "$work/log" | tail -n 1 || true)
    wanted='^\(Results: ([0-9]+) planned; ([0-9]+) passed, 0 failed, 0 soft errs, 0 hard errs\)$'
    if [ "$status" -ne 0 ] || ! [[ $sum =~ $wanted ]] || [ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ]; then
        cat "$work/log"
        echo "FAIL jcstress: status $status, ${sum:-no results}"
        exit 1
    fi
    passed=$((passed + BASH_REMATCH[2]))
}

# Those with two actors, and those with more
mapfile -t sources < <(ls tp-stress/src/main/java/dev/tpool/*Test.java)
few='' many=''
for source in "${sources[@]}"; do
    name=$(basename "$source" .java)
    if [ "$(grep -c '@Actor' "$source")" -gt 2 ]; then
        many=$many${many:+|}$name
    else
        few=$few${few:+|}$name
    fi
done

run "$few" --
if [ "$(nproc)" -gt 3 ]; then
    run "$many" --
else
    # It leaves out tests with more actors than the system lists processors, and says nothing.
    # Of a system whose list it does not read it believes what it is told.
    run "$many" -Dos.name=AIX -XX:ActiveProcessorCount=4 -- -c 4 -af NONE -spinStyle THREAD_YIELD
fi
echo "PASS jcstress: ${#sources[@]} tests, $passed configurations passed"
