#!/usr/bin/env bash
#
# Runs the sample as a user would: from the sources on its own class path, on the local
# Maven repository, through errors, a cancel, a kill and restarts from the packaged jar.
# What it counts is compared with unzip.
#
# The repository is -Dmaven.repo.local among the arguments, which are passed to Maven, or
# M2_REPO, or ~/.m2/repository.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Everything together may take this long; each wait below has its own, shorter limit.
limit=${SAMPLE_STEP_SECONDS:-900}
if [ "${1:-}" != --guarded ]; then
    exec timeout --foreground --kill-after=30 "$limit" "$PWD/.ci/steps/10-sample.sh" --guarded "$@"
fi
shift

repository=${M2_REPO:-$HOME/.m2/repository}
for argument in "$@"; do
    case $argument in -Dmaven.repo.local=*) repository=${argument#*=} ;; esac
done
repository=$(realpath "$repository")

work=$(mktemp -d)
log=$work/application.log
application=
trap cleanup EXIT
trap 'exit 130' INT TERM

cleanup() {
    local status=$?
    if [ -n "$application" ]; then
        kill -KILL -- "-$application" 2>/dev/null || true
    fi
    if [ "$status" -ne 0 ] && [ -f "$log" ]; then
        echo "The application's log ends so:"
        tail -n 60 "$log"
    fi
    rm -rf "$work"
}

pass() {
    echo "PASS $*"
}

fail() {
    echo "FAIL $*"
    exit 1
}

# Runs a command again and again until it succeeds: wait_for seconds what command...
wait_for() {
    local seconds=$1 what=$2 until=$((SECONDS + $1))
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$until" ] || fail "$what: not within $seconds s"
        sleep 0.2
    done
}

# ------------------------------------------------------------------ the application

# Starts it in a process group of its own, so that all it starts can be ended with it
start() {
    : >"$log"
    setsid "$@" >"$log" 2>&1 </dev/null &
    application=$!
    disown "$application" # or the shell would report how it ended
    wait_for 300 "the port of the application" has_port
    url=http://127.0.0.1:$port
}

has_port() {
    kill -0 "$application" 2>/dev/null || fail "the application ended"
    port=$(sed -n 's/.*Tomcat started on port \([0-9]*\).*/\1/p' "$log")
    [ -n "$port" ]
}

is_gone() {
    ! kill -0 -- "-$application" 2>/dev/null
}

stop() {
    kill "-$1" -- "-$application"
    wait_for 60 "the end of the application" is_gone
    application=
}

# ------------------------------------------------------------------ HTTP and JSON

# Sets status and body
request() {
    local answer
    answer=$(curl -sS --max-time 60 -H 'Content-Type: application/json' -w '\n%{http_code}' "$@") \
        || fail "no answer: curl $*"
    status=${answer##*$'\n'}
    body=${answer%$'\n'*}
}

# The value of a number or a word in the JSON on stdin
field() {
    sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

post_scan() {
    request -X POST -d "{\"directory\": \"$1\"}" "$url/scans"
    [ "$status" = 202 ] || fail "POST /scans answered $status: $body"
    id=$(field id <<<"$body")
}

has_state() {
    request "$url/scans/$1"
    [ "$(field state <<<"$body")" = "$2" ]
}

# expect what status text-in-the-body curl-arguments...
expect() {
    local what=$1 wanted=$2 text=$3
    shift 3
    request "$@"
    [ "$status" = "$wanted" ] || fail "$what: $status instead of $wanted: $body"
    grep -qF -- "$text" <<<"$body" || fail "$what: no \"$text\" in $body"
    pass "$what: $wanted"
}

counts() {
    echo "$(field jars <<<"$body") $(field entries <<<"$body") $(field bytes <<<"$body")"
}

compare() {
    [ "$2" = "$3" ] || fail "$1: the sample counts $2 (jars, entries, bytes), unzip $3"
    pass "$1: $2 (jars, entries, bytes), as unzip"
}

jars_of() {
    find "$1" -type f -name '*.jar' | LC_ALL=C sort
}

summary() {
    grep -q 'Summary of the class path: DONE' "$log"
}

# The summary is another callback's: it may come before the line for the last stage
has_stage() {
    grep -qE "Scan 1 \(class path\): $1" "$log"
}

# ------------------------------------------------------------------ the checks

if ! command -v unzip >/dev/null; then
    [ "$(id -u)" = 0 ] || fail "unzip is not installed"
    apt-get -qq update >/dev/null && apt-get -qq install -y unzip >/dev/null
fi

options="--server.port=0 --doctor.data=$work/doctor --doctor.roots=$repository,$work"

start mvn -B -ntp "$@" -pl sample-app -am spring-boot:run -Dspring-boot.run.arguments="$options"
wait_for 120 "the summary of the class path" summary
grep -o 'Summary of the class path: .*' "$log"
for stage in 'found [1-9][0-9]* jars' digesting 'all jars stored' done; do
    wait_for 60 "the line for the stage \"$stage\"" has_stage "$stage"
done
pass "spring-boot:run scans its own class path"

# Jars that come or go meanwhile would be counted by one side only.
for attempt in 1 2 3; do
    jars_of "$repository" >"$work/jars"
    post_scan "$repository"
    repository_scan=$id
    wait_for 300 "scan $id of the repository" has_state "$id" DONE
    sample=$(counts)
    findings=$(field findingCount <<<"$body")
    unzip=$(.ci/compare-unzip.sh <"$work/jars")
    jars_of "$repository" | cmp -s - "$work/jars" && break
    echo "The repository changed during scan $id (attempt $attempt)"
done
compare "local Maven repository" "$sample" "$unzip"
echo "     $findings findings, $(field duplicateClasses <<<"$body") classes in more than one jar"
expect "a page of duplicates" 200 '"className"' "$url/scans/$repository_scan/duplicates?page=1&size=5"

mkdir -p "$work/jars.d"
head -n 3 "$work/jars" | while IFS= read -r jar; do cp "$jar" "$work/jars.d/"; done
head -c 3000 "$(find "$repository" -type f -name '*.jar' -size +99k -print -quit)" >"$work/jars.d/truncated.jar"
post_scan "$work/jars.d"
wait_for 60 "a scan with a broken jar" has_state "$id" DONE
grep -qF '"path":"truncated.jar"' <<<"$body" || fail "the truncated jar is no finding: $body"
pass "a truncated jar is a finding of a scan that is done"

expect "no such directory" 422 'There is no directory' -X POST -d "{\"directory\": \"$work/missing\"}" "$url/scans"
expect "a file" 422 'is not a directory' -X POST -d "{\"directory\": \"$work/jars\"}" "$url/scans"
expect "outside the roots" 422 'is outside' -X POST -d '{"directory": "/etc"}' "$url/scans"
expect "a blank directory" 400 'must not be blank' -X POST -d '{"directory": " "}' "$url/scans"
expect "no body" 400 'must be JSON' -X POST "$url/scans"
expect "no such scan" 404 'There is no scan 987654' "$url/scans/987654"
expect "cancel of no such scan" 404 'There is no scan 987654' -X DELETE "$url/scans/987654"
expect "cancel of a scan that is done" 409 'is DONE' -X DELETE "$url/scans/$repository_scan"

post_scan "$repository"
cancelled=$id
expect "cancel of a running scan" 200 '"state":"CANCELLED"' -X DELETE "$url/scans/$cancelled"
expect "a second cancel" 409 'is CANCELLED' -X DELETE "$url/scans/$cancelled"
post_scan "$work/jars.d"
wait_for 60 "a scan after the cancel" has_state "$id" DONE
pass "the next scan is done after a cancel"

expect "pools in Actuator" 200 '"io"' "$url/actuator/threadpools"
expect "one pool in Actuator" 200 '"threadMaximum":8' "$url/actuator/threadpools/io"
expect "cleanup groups in Actuator" 200 '"groups"' "$url/actuator/cleanupgroups"
expect "who holds the writer in Actuator" 200 '"writer":{' "$url/actuator/synchronization"
for meter in executor executor.active executor.queued executor.completed executor.pool.size executor.pool.max; do
    expect "meter $meter" 200 "\"name\":\"$meter\"" "$url/actuator/metrics/$meter?tag=name:io"
done
expect "health" 200 '"UP"' "$url/actuator/health"

post_scan "$repository"
killed=$id
stop KILL
pass "killed while scan $killed was running"

mvn -B -ntp -q "$@" -pl sample-app -am package -DskipTests >"$log" 2>&1 </dev/null
packaged=$(ls sample-app/target/sample-app-*.jar)
# shellcheck disable=SC2086 # the options are words
start "${JAVA_HOME:+$JAVA_HOME/bin/}java" -jar "$packaged" $options
wait_for 120 "the summary of the packaged jar" summary
grep -o 'Summary of the class path: .*' "$log"
has_state "$repository_scan" DONE || fail "scan $repository_scan is lost: $body"
[ "$(counts)" = "$sample" ] || fail "scan $repository_scan was $sample and is $(counts)"
has_state "$cancelled" CANCELLED || fail "scan $cancelled is not CANCELLED: $body"
has_state "$killed" INTERRUPTED || fail "scan $killed is not INTERRUPTED: $body"
pass "scans survive a kill; the one that ran is INTERRUPTED"

request "$url/scans"
own=$(field id <<<"${body/\},*/}")
has_state "$own" DONE || fail "the scan at start-up is not the latest: $body"
[ "$(field findingCount <<<"$body")" = 0 ] || fail "the packaged jar has findings: $body"
mkdir "$work/packaged"
unzip -q "$packaged" 'BOOT-INF/lib/*' -d "$work/packaged"
compare "nested jars of the packaged application" "$(counts)" "$(jars_of "$work/packaged" | .ci/compare-unzip.sh)"

stop TERM
pass "the application stops when it is told to"

# shellcheck disable=SC2086 # the options are words
start "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dspring.aot.enabled=true -jar "$packaged" $options \
    --tp.pools.added.max-threads=3
grep -q 'Starting AOT-processed SampleApplication' "$log" || fail "not what was processed ahead of time"
wait_for 120 "the summary, processed ahead of time" summary
expect "a pool of the build, processed ahead of time" 200 '"threadMaximum":8' "$url/actuator/threadpools/io"
expect "a pool of this run, processed ahead of time" 200 '"threadMaximum":3' "$url/actuator/threadpools/added"
post_scan "$work/jars.d"
wait_for 60 "a scan, processed ahead of time" has_state "$id" DONE
stop TERM
pass "the application runs as it was processed ahead of time"
echo "PASS sample"
