#!/usr/bin/env bash
#
# Checks the models exhaustively with Spin: each must hold as it is, and must fail with each
# bug that can be planted in it. Prints a table, and fails if a line of it is not as it
# should be.
#
#   check.sh              everything
#   check.sh crew 3       the lines of one model, or of one of its mutations
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
only_model=${1:-} only_mutation=${2:-}

# model | mutation, 0 for none | bounds | what it is
lines() {
    cat <<'TABLE'
crew   |  0 | -DPOSTERS=2 -DPOSTS=1 -DSLOTS=2                      | 2 posters of a one-shot, 2 workers
crew   |  0 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | a poster of 4 one-shots, 2 workers
crew   |  0 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2 -DBATCH_UNTOLD       | the same, and takeBatch() tells nobody
crew   |  0 | -DPOSTERS=1 -DPOSTS=1 -DCHILDREN=2 -DSLOTS=2         | a callback posts 2 more
crew   |  0 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DOBJECT             | 3 posts to one object, 2 workers
crew   |  0 | -DPOSTERS=2 -DPOSTS=1 -DSLOTS=2 -DOBJECT             | 2 posters to one object, 2 workers
crew   |  0 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DOBJECT -DSTAND_BY  | 3 posts to one object, and a worker stands by
crew   |  0 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DSTAND_BY           | 3 one-shots, and a worker stands by
crew   |  0 | -DPOSTERS=2 -DPOSTS=1 -DSLOTS=2 -DSTAND_BY           | 2 posters of a one-shot, and a worker stands by
crew   |  0 | -DPOSTERS=1 -DPOSTS=1 -DCLOSE -DSTAND_BY             | a worker stands by, and the pool is closed
crew   |  0 | -DPOSTERS=1 -DSLOTS=2 -DLEAVES=1 -DSTAND_BY          | who stands by leaves
crew   |  0 | -DPOSTERS=1 -DLEAVES=1                               | idle workers leave
crew   |  0 | -DPOSTERS=1 -DSLOTS=2 -DFAILS=1 -DGOVERNOR           | a start fails, a governor sees to it
crew   |  0 | -DPOSTERS=1 -DLIMIT=1 -DSLOTS=2 -DGOVERNOR           | a governor replaces who is blocked
crew   |  0 | -DPOSTERS=1 -DMAX=1 -DCLOSE                          | the pool is closed, 1 worker
crew   |  0 | -DPOSTERS=1 -DPOSTS=1 -DCLOSE                        | the pool is closed, 2 workers
crew   |  0 | -DPOSTERS=1 -DMAX=1 -DOBJECT -DCLOSE                 | the pool and its object are closed
crew   |  1 | -DPOSTS=1 -DSLOTS=2                                  | no look at the queue after parking
crew   |  2 | -DPOSTS=1 -DSLOTS=2                                  | found() wakes nobody
crew   |  3 | -DPOSTS=1 -DSLOTS=2                                  | a woken worker sees it before it is counted
crew   |  4 | -DPOSTS=1 -DSLOTS=2                                  | looks whom to wake before it pushes
crew   |  5 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2 -DBATCH_UNTOLD       | nothing stands in for what is turned round
crew   |  6 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2 -DBATCH_UNTOLD       | takeBatch() removes from the lane before the stripe shows the nodes
crew   |  7 | -DPOSTERS=1 -DPOSTS=1 -DCLOSE                        | who leaves does not look at the queue again
crew   |  8 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2 -DBATCH_UNTOLD       | isEmpty() looks at the stripes before the lane
crew   |  9 | -DPOSTERS=1 -DPOSTS=1 -DCLOSE                        | the last one to leave a closed pool wakes nobody
crew   | 10 | -DPOSTERS=1 -DSLOTS=2 -DFAILS=1 -DGOVERNOR           | a start that fails is not made good
crew   | 11 | -DPOSTERS=1 -DSLOTS=2 -DFAILS=1 -DGOVERNOR           | a start that fails still counts as searching
crew   | 12 | -DPOSTERS=1 -DLEAVES=1                               | who leaves does not look whether it was woken
crew   | 13 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DOBJECT             | an object goes back to the queue and nobody is told
crew   | 14 | -DPOSTS=1 -DMAX=1 -DSLOTS=2                          | looks at the limit and counts in two steps
crew   | 15 | -DPOSTS=1 -DSLOTS=2                                  | who takes itself from the stack does not look whether it was woken
crew   | 16 | -DPOSTERS=1 -DPOSTS=1 -DCLOSE                        | close() lets nobody go
crew   | 17 | -DPOSTERS=1 -DPOSTS=3 -DLIMIT=1 -DSLOTS=2 -DGOVERNOR | the governor does not look again when it goes
crew   | 18 | -DPOSTS=1 -DSLOTS=2 -DOBJECT                         | a post that came after the claim does not queue the object
crew   | 19 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | steal() tells nobody
crew   | 20 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | share() and freeStuck() tell nobody
crew   | 21 | -DPOSTERS=1 -DPOSTS=1 -DCHILDREN=2 -DSLOTS=2         | refill() tells nobody
crew   | 36 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | bringUpRear() tells nobody
crew   | 22 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | the owner takes without a compare-and-set
crew   | 23 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | isEmpty() does not look at the stripes
crew   | 25 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | the owner fills a line that is not empty
crew   | 26 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2                      | a lane without a lock
crew   | 27 | -DPOSTERS=1 -DPOSTS=4 -DSLOTS=2 -DBATCH_UNTOLD       | isEmpty() looks at the line before the arrivals
crew   | 28 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DOBJECT -DSTAND_BY  | who stands by waits to be woken
crew   | 33 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DOBJECT -DSTAND_BY  | who stands by no longer does not look at the queue
crew   | 34 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DSTAND_BY           | who is woken still stands by
crew   | 35 | -DPOSTERS=1 -DPOSTS=3 -DSLOTS=2 -DSTAND_BY           | looks at the queue before it stands by no longer
crew   | 29 | -DPOSTERS=1 -DMAX=1 -DCLOSE                          | a worker is started after the end
crew   | 30 | -DPOSTERS=1 -DMAX=1 -DCLOSE                          | what is added after the end stays in the queue
crew   | 31 | -DPOSTERS=1 -DMAX=1 -DCLOSE                          | who leaves stays for what is added after the end
crew   | 32 | -DPOSTERS=1 -DMAX=1 -DCLOSE                          | whoever asks for the end does so without the lock
object |  0 | -DPOSTS=2                                            | 2 posters of 2, 2 workers
object |  0 | -DPOSTS=1 -DWAITERS=1 -DCANCEL                       | a waiter that cancels, a canceller
object |  0 | -DPOSTS=1 -DWAITERS=2 -DCLOSE                        | 2 waiters, a closer
object |  0 | -DPOSTS=1 -DGROUP -DWAITERS=1                        | the close of the group, a waiter
object |  0 | -DPOSTS=1 -DGROUP -DCANCEL                           | the close of the group, with cancel
object |  0 | -DPOSTS=1 -DGROUP -DCANCEL -DCLOSE                   | the close of the group, with cancel, and a closer
object |  0 | -DONE_SHOT -DGROUP                                   | a one-shot joins a group that is closed
object |  0 | -DONE_SHOT -DGROUP -DCANCEL                          | the same, with cancel
object |  1 | -DPOSTS=1 -DWAITERS=1                                | settle() does not tell the waiter
object |  2 | -DPOSTS=1 -DWAITERS=1                                | a waiter says that it waits after it has looked
object |  3 | -DPOSTS=1 -DCLOSE                                    | settle() does not free
object |  4 | -DPOSTS=2 -DGROUP -DCANCEL                           | a claim does not ask whether the object is released
object |  5 | -DPOSTS=1                                            | the last post is claimed in place and the place given up
object |  6 | -DPOSTS=1                                            | pushes before it has the place
object |  7 | -DPOSTS=1                                            | a claim of the last post keeps the place
object |  8 | -DPOSTS=1 -DCANCEL                                   | a canceller gives up a place that is not its own
object |  9 | -DPOSTS=1 -DCLOSE                                    | close() does not free
object | 10 | -DPOSTS=1 -DCLOSE                                    | frees what is freed
object | 11 | -DPOSTS=1 -DGROUP                                    | letGo() does not free
object | 12 | -DPOSTS=1 -DGROUP                                    | frees what is held
object | 13 | -DPOSTS=1 -DGROUP                                    | releases an object that is not quiescent
object | 14 | -DPOSTS=1 -DCLOSE                                    | a post that is taken back tells nobody
object | 15 | -DPOSTS=1 -DWAITERS=1 -DCANCEL                       | a canceller tells nobody
object | 16 | -DPOSTS=1 -DCLOSE                                    | a post that is refused is not taken back
object | 17 | -DPOSTS=1                                            | a post that came after the claim does not queue the object
object | 18 | -DPOSTS=1 -DWAITERS=2                                | the first waiter that goes says that nobody waits
object | 19 | -DPOSTS=1                                            | a claim does not put the object back
object | 20 | -DPOSTS=2                                            | takes a place that is taken
object | 21 | -DPOSTS=1 -DGROUP -DCLOSE                            | the closer of the group asks in a second step whether the object is closed
object | 22 | -DONE_SHOT -DGROUP                                   | the end of a one-shot does not free
object | 23 | -DONE_SHOT -DGROUP -DCANCEL                          | endUnbegun() does not ask whether anything is pending
object | 24 | -DONE_SHOT -DGROUP                                   | a one-shot joins after it has looked whether the group is closed
object | 25 | -DONE_SHOT -DGROUP                                   | close() of a group looks for members before it is closed
object | 26 | -DONE_SHOT -DGROUP                                   | endUnbegun() does not tell the waiter
object | 27 | -DONE_SHOT -DGROUP                                   | the end of a one-shot does not tell the waiter
lease  |  0 | -DBLOCKS=1                                           | a callback blocks, another worker puts back
lease  |  0 | -DCANCEL                                             | a canceller
lease  |  0 | -DWAIT                                               | a waiter
lease  |  0 | -DCLOSE -DBLOCKS=1                                   | a closer, and a callback blocks
lease  |  0 | -DWAIT -DDISASSOCIATE                                | a callback disassociates
lease  |  0 | -DCANCEL -DALL_POSTED -DWAIT                         | a canceller once all is posted, and a waiter
lease  |  0 | -DOTHER                                              | leases of two objects
lease  |  0 | -DREST -DBLOCKS=1                                    | a lease rests, and a callback of either object blocks
lease  |  0 | -DREST -DWAIT                                        | a lease rests, a waiter
lease  |  0 | -DREST -DWAIT -DDISASSOCIATE                         | a lease rests, a callback disassociates
lease  |  0 | -DREST -DCLOSE -DBLOCKS=1                            | a lease rests, a closer, and a callback blocks
lease  |  0 | -DREST -DCANCEL -DALL_POSTED                         | a lease rests, a canceller once all is posted
lease  |  0 | -DREST -DCANCEL -DALL_POSTED -DWAIT -DPOSTS=3        | the same, and a waiter
lease  |  0 | -DREST -DCANCEL -DBLOCKS=1 -DPOSTS=3                 | a lease rests, a canceller, and a callback blocks
lease  |  0 | -DREST -DCANCEL -DCLOSE -DWAIT -DPOSTS=3 -DEARLY=3   | a lease rests, a canceller, a closer, a waiter
lease  |  0 | -DREST -DWORKERS=3 -DBLOCKS=2 -DPOSTS=5 -DEARLY=5    | a lease rests, 3 workers, of which 2 may block
lease  |  1 | -DCANCEL -DALL_POSTED                                | the lease does not say that it is about to be opened
lease  |  2 | -DCANCEL -DALL_POSTED                                | a canceller does not wait for a lease that is about to be opened
lease  |  3 | -DCANCEL -DALL_POSTED                                | a canceller looks at the leases before the state word
lease  |  4 | -DWAIT                                               | puts back without holding the object
lease  |  5 | -DWAIT                                               | the owner settles before it ends the lease
lease  |  6 | -DBLOCKS=1                                           | the look after parking leaves the leases out
lease  |  7 | -DWAIT                                               | what is put back takes no place in the queue
lease  |  8 | -DOTHER                                              | takes from a lease without comparing its number
lease  |  9 | -DWAIT -DDISASSOCIATE                                | disassociates without ending the lease
lease  | 10 | -DWAIT                                               | takes from a lease without a compare-and-set
lease  | 11 | -DCANCEL -DALL_POSTED                                | puts back in the midst of a cancel
lease  | 12 | -DWAIT -DDISASSOCIATE                                | tells the waiter only if nothing runs, disassociated or not
lease  | 13 | -DREST -DCANCEL -DALL_POSTED                         | a canceller leaves the object running for a lease that rested
lease  | 14 | -DREST -DCANCEL -DALL_POSTED                         | a canceller settles for a lease that does not rest
lease  | 15 | -DREST -DWAIT                                        | who puts back for another worker leaves the object running for a lease that rested
lease  | 16 | -DREST -DWAIT                                        | who puts back for another worker settles twice for a lease that rested
lease  | 17 | -DREST -DWAIT                                        | the owner settles though its rest was taken away
lease  | 18 | -DREST -DWAIT                                        | a lease rests of which nothing is left
lease  | 19 | -DREST -DWAIT                                        | a lease that is resumed still rests
lease  | 20 | -DREST -DWAIT                                        | endRests() leaves the object running
lease  | 21 | -DREST -DBLOCKS=1                                    | claimNext() does without endRests()
lease  | 22 | -DREST -DWAIT                                        | who takes away looks whether the lease rests in a step before
lease  | 23 | -DREST -DWAIT                                        | settles for a lease that rested before it counts what is put back
lease  | 24 | -DREST -DCANCEL -DALL_POSTED -DWAIT -DPOSTS=3        | a canceller settles after it has looked whom to tell
lease  | 25 | -DREST -DWAIT                                        | the first claim in a turn counts as running in a second step
lease  | 26 | -DREST -DWAIT                                        | who puts back for another worker settles for a lease that does not rest
lease  | 27 | -DREST -DCANCEL -DALL_POSTED                         | a lease in a turn does not say that it is about to be opened
lease  | 28 | -DREST -DWORKERS=3 -DBLOCKS=2 -DPOSTS=5 -DEARLY=5    | nobody is told of what is leased in a turn while the node is taken
lease  | 29 | -DREST -DWORKERS=3 -DBLOCKS=2 -DPOSTS=5 -DEARLY=5    | who takes the node makes the owner forget what it looks for
clock  |  0 | -DTICKS=3                                            | 2 armers of an entry each, in 2 shards
clock  |  0 | -DOPS=2                                              | the same, and they disarm, or arm again
clock  |  0 | -DSAME                                               | both entries in one shard
clock  |  0 | -DARMERS=1 -DOPS=3 -DANEW -DTICKS=3                  | an entry is armed anew without the lock
clock  |  0 | -DENTRIES=1 -DANEW -DTICKS=3                         | the same, by 2 armers
clock  |  0 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | a wait is set in place, or arms, and signalled
clock  |  0 | -DENTRIES=1 -DOPS=2 -DLAST_OPS=1 -DWAIT              | the same, by 2 setters of the wait
clock  |  0 | -DOPS=2 -DLAST_OPS=1 -DWAIT -DTICKS=1 -DLEAVES=1     | 2 waits, and the thread leaves
clock  |  0 | -DARMERS=1 -DOPS=3 -DLEAVES=2                        | the thread leaves, twice
clock  |  0 | -DOPS=2 -DTICKS=1 -DLEAVES=1                         | the thread leaves, 2 armers
clock  |  0 | -DSAME -DLEAVES=1 -DFAILS=1                          | a start fails
clock  |  1 | -DOPS=2                                              | does not look at the shards a second time
clock  |  2 | -DOPS=2                                              | does not use what the second look has found
clock  |  3 | -DOPS=2                                              | who arms looks at the word before it has the lock
clock  |  4 | -DOPS=2                                              | publishes the tick after the second look
clock  |  5 | -DOPS=2 -DTICKS=1 -DLEAVES=1                         | who leaves looks at the shards before it says so
clock  |  6 | -DOPS=2                                              | does not read the word again before it parks
clock  |  7 | -DOPS=2 -DTICKS=1 -DLEAVES=1                         | startThread() does not look again whether there is a thread
clock  |  8 | -DOPS=2                                              | reads the word again before the second look
clock  |  9 | -DTICKS=3                                            | the field thread is written after the start
clock  | 10 | -DOPS=2                                              | wakes the thread before the word says so
clock  | 11 | -DOPS=2 -DTICKS=1 -DLEAVES=1                         | leaves while somebody starts a thread
clock  | 12 | -DSAME -DLEAVES=1 -DFAILS=1                          | a start that failed is tried again only by its own shard
clock  | 13 | -DSAME -DLEAVES=1 -DFAILS=1                          | a start that failed does not say so
clock  | 14 | -DOPS=2 -DTICKS=1 -DLEAVES=1                         | who could not leave parks
clock  | 15 | -DOPS=2 -DTICKS=1 -DLEAVES=1                         | who leaves looks at one shard only
clock  | 16 | -DARMERS=1 -DOPS=3 -DLEAVES=2                        | who arms looks for the thread before it has the lock
clock  | 17 | -DOPS=2                                              | what is armed again stays in line
clock  | 18 | -DOPS=2                                              | what is served was in line, and may have been disarmed
clock  | 19 | -DARMERS=1 -DOPS=3 -DANEW -DTICKS=3                  | armAnew() looks at the slot before it says when the entry is due
clock  | 20 | -DARMERS=1 -DOPS=3 -DANEW -DTICKS=3                  | armAnew() does not look at the slot
clock  | 21 | -DARMERS=1 -DOPS=3 -DANEW -DTICKS=3                  | who moves an entry does not look again when it is due
clock  | 22 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | a setter reads the word before it has the wait's lock
clock  | 23 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | a setter does not look whether it comes too late
clock  | 24 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | a setter looks whether it comes too late before it says when it is due
clock  | 25 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | expire() times out whoever is live and armed
clock  | 26 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | expire() does not arm again what was put off
clock  | 27 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | expire() does not say that it does not come any more
clock  | 28 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | givesUpPlace() does not say so in the word
clock  | 29 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | givesUpPlace() does not ask whether anybody is live
clock  | 30 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | expire() without the wait's lock
clock  | 31 | -DENTRIES=1 -DOPS=2 -DLAST_OPS=1 -DWAIT              | disarmTimeout() without the wait's lock
clock  | 32 | -DENTRIES=1 -DOPS=2 -DLAST_OPS=1 -DWAIT              | a setter arms for a setting that is over
clock  | 33 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | expire() times out what has yet to be armed
clock  | 34 | -DARMERS=1 -DOPS=4 -DWAIT -DTICKS=3                  | givesUpPlace() without the wait's lock
clock  | 35 | -DENTRIES=1 -DOPS=2 -DLAST_OPS=1 -DWAIT              | disarmTimeout() does not ask whether another setting has armed the clock
clock  | 36 | -DENTRIES=1 -DOPS=3 -DLAST_OPS=1 -DWAIT              | a setter looks at the slot only, not at when the thread wakes up
TABLE
}

# check directory model mutation bounds what: one line of the table in a directory of its own
check() {
    local work=$1/$2-$3-${4//[^A-Za-z0-9]/} model=$2 mutation=$3 bounds=$4 what=$5
    local optimize=-O0 stored errors verdict=ok
    mkdir "$work" && cp "$here/$model.pml" "$work" && cd "$work"
    [ "$mutation" != 0 ] || optimize=-O2
    # shellcheck disable=SC2086 # the bounds are words
    if ! { spin -a -DMUTATION="$mutation" $bounds "$model.pml" \
            && gcc "$optimize" -w -DSAFETY -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c \
            && ./pan -n -m200000; } >log 2>&1; then
        verdict=BROKEN
    fi
    stored=$(sed -n 's/^ *\([0-9.e+]*\) states, stored$/\1/p' log)
    errors=$(sed -n 's/.*, errors: \([0-9]*\)$/\1/p' log)
    if [ -z "$errors" ] || [ -z "$stored" ]; then
        verdict=BROKEN
    elif [ "$mutation" != 0 ]; then
        [ "$errors" != 0 ] || verdict=MISSED
    elif [ "$errors" != 0 ]; then
        verdict=FAILS
    elif grep -qE 'max search depth too small|out of memory|Search not completed' log; then
        # What was not searched to the end proves nothing
        verdict=INCOMPLETE
    fi
    printf '%-10s %-6s %2s  %9s  %s  [%s]\n' "$verdict" "$model" "$mutation" "${stored:--}" "$what" "$bounds"
    if [ "$verdict" != ok ]; then
        cp log "$1/failed-${work##*/}"
        if [ "$verdict" = FAILS ]; then
            # shellcheck disable=SC2086
            spin -t -p -g -DMUTATION="$mutation" $bounds "$model.pml" >>"$1/failed-${work##*/}" || true
        fi
    fi
    cd "$1" && rm -rf "$work"
}

if [ "${1:-}" = --one ]; then
    shift
    check "$@"
    exit
fi

for tool in spin gcc; do
    command -v "$tool" >/dev/null || { echo "FAIL models: $tool is not installed"; exit 1; }
done

work=$(mktemp -d)
trap 'cd / && rm -rf "$work"' EXIT
printf '%-10s %-6s %2s  %9s  %s\n' '' model '' states 'what, and the bounds; with a number: what was planted'
while IFS='|' read -r model mutation bounds what; do
    read -r model <<<"$model" && read -r mutation <<<"$mutation" && read -r bounds <<<"$bounds" && read -r what <<<"$what"
    [ -z "$only_model" ] || [ "$only_model" = "$model" ] || continue
    [ -z "$only_mutation" ] || [ "$only_mutation" = "$mutation" ] || continue
    printf '%s\0' "$work" "$model" "$mutation" "$bounds" "$what"
done < <(lines) | xargs -0 -n 5 -P "${JOBS:-2}" "$here/check.sh" --one | tee "$work/table"

if ! grep -q '^ok' "$work/table" || grep -qv '^ok' "$work/table"; then
    cat "$work"/failed-* 2>/dev/null || true
    echo "FAIL models: not as they should be: $(grep -cv '^ok' "$work/table" || true) of $(wc -l <"$work/table")"
    exit 1
fi
clean=$(grep -cE '^ok +[a-z]+ +0 ' "$work/table")
echo "PASS models: $clean checks hold, $(($(wc -l <"$work/table") - clean)) planted bugs were found; $SECONDS s"
