/*
 * The state word of one object: post, claim, cancel, settle, wait, close, the close of its
 * group, and free.
 *
 * Inlines are named after the Java methods that they stand for. The fields of the word are
 * variables here; whatever changes or reads several of them in one atomic is one
 * compare-and-set, one addition or one look. README.md says what is left out.
 *
 * POSTERS, POSTS, WORKERS   threads that post, posts of each, threads that run callbacks
 * WAITERS                   threads that wait for the object
 * CANCEL, CLOSE, GROUP      somebody cancels, closes the object, closes its group
 * ONE_SHOT                  the object is a one-shot that joins a group, which somebody closes
 * MUTATION                  plants the bug of this number
 */
#ifndef POSTERS
#define POSTERS 2
#endif
#ifndef POSTS
#define POSTS 2
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef WAITERS
#define WAITERS 0
#endif
#ifndef MUTATION
#define MUTATION 0
#endif

#ifdef ONE_SHOT
#undef POSTERS
#undef POSTS
#define POSTERS 1
#define POSTS 1
#define BORN true
#else
#define BORN false
#endif

/* ObjectState */
byte pending = BORN;
byte running;
bool queued = BORN;
bool waited;
bool closed = BORN;
bool freed;
bool released;
bool held;

/* How often the object is in the queue */
byte in_queue;

/* ObjectWaiters; the last of the sleepers is the closer of the group */
bool lock;
byte waiting;
bool asleep[WAITERS + 1];

/* What is counted for the assertions alone */
byte executed;
byte cancelled;
byte refused;
byte frees;
byte about_to_queue; /* posters that counted and did not yet look for the place */
byte about_to_push = BORN;  /* who won the place, or took the node, and is not done with it */
bool group_closed;

#ifdef ONE_SHOT
/* TpCleanupGroup: whether the one-shot is a member, or one that is being closed */
bool joined;
bool closing;
bool group_ends;  /* TpCleanupGroup.closed */
bool group_ended; /* its close() has returned */
#else
#define group_ended false
#endif

#define isQuiescent (pending == 0 && running == 0)
#if MUTATION == 4
#define isClaimable (pending > 0)
#else
#define isClaimable (pending > 0 && !freed && !released)
#endif
#if MUTATION == 12
#define isToBeFreed (closed && isQuiescent && !freed)
#elif MUTATION == 10
#define isToBeFreed (closed && isQuiescent && !held)
#else
#define isToBeFreed (closed && isQuiescent && !held && !freed)
#endif

/* --------------------------------------------------------------------- what is shared */

inline push() {
    in_queue++;
    assert(in_queue == 1);
    about_to_push--
}

inline freeIfFinal() {
    if
    :: atomic { isToBeFreed -> freed = true; frees++; assert(frees == 1 && !held) }
    :: atomic { !isToBeFreed }
    fi
}

inline signalAll() {
    asleep[0] = false;
#if WAITERS > 0
    asleep[1] = false;
#endif
#if WAITERS > 1
    asleep[2] = false;
#endif
    skip
}

/* What was read of the word in the step before; both are false again afterwards */
inline countsChanged(was_waited, was_closed) {
    if
    :: !was_waited && !was_closed
    :: else ->
        if
        :: atomic { was_waited && !lock -> signalAll() }
        :: !was_waited
        fi;
        freeIfFinal();
        atomic { was_waited = false; was_closed = false }
    fi
}

/* ObjectState.isToBeTold() and CLOSED, in the state that a change leaves behind */
#define LOOK saw_waited = waited && pending == 0; saw_closed = closed
#define SEEN bool saw_waited, saw_closed

inline dropPending() {
    atomic {
        dropped = pending;
        pending = 0;
        cancelled = cancelled + dropped;
#if MUTATION == 8
        queued = false
#endif
    }
}

inline cancelPendingCallbacks() {
    dropPending();
#if MUTATION != 15
    if
    :: atomic { dropped > 0 -> dropped = 0; LOOK };
        countsChanged(saw_waited, saw_closed)
    :: else
    fi
#endif
}

inline awaitQuiet(me) {
    if
    :: isQuiescent
    :: else ->
        atomic {
            !lock -> lock = true;
            waiting++;
#if MUTATION != 2
            waited = true
#endif
        };
        do
        :: isQuiescent -> break
        :: else ->
            atomic {
#if MUTATION == 2
                waited = true;
#endif
                asleep[me] = true;
                lock = false
            };
            atomic { !asleep[me] && !lock -> lock = true }
        od;
        atomic {
            waiting--;
#if MUTATION == 18
            waited = false;
#else
            if
            :: waiting == 0 -> waited = false
            :: else
            fi;
#endif
            lock = false
        }
    fi
}

/* ---------------------------------------------------------------------------- posters */

proctype Poster() {
    byte posts = POSTS;
    SEEN;
    do
    :: posts > 0 ->
        if
        /* A look, and a compare-and-set that nobody came before */
        :: atomic { !queued && !closed -> posts--;
#if MUTATION == 6
                about_to_push++; push() };
            atomic { pending++; queued = true }
#else
                pending++; queued = true; about_to_push++ };
            atomic { push() }
#endif
        :: atomic { queued || closed -> posts-- };
            /* getAndAdd */
            if
            :: atomic { queued && !closed -> pending++ }
            :: atomic { closed -> pending++; about_to_queue++ };
#if MUTATION == 16
                atomic { about_to_queue--; refused++ }
#else
                /* takeBack(): if nothing is there any more, a worker or canceller was faster */
                if
                :: atomic { pending > 0 -> pending--; about_to_queue--; refused++;
#if MUTATION != 14
                        LOOK
#endif
                    };
                    countsChanged(saw_waited, saw_closed)
                :: atomic { pending == 0 -> about_to_queue-- }
                fi
#endif
            :: atomic { !queued && !closed -> pending++; about_to_queue++ };
#if MUTATION == 17
                about_to_queue--
#else
                /* takePlace() */
                if
#if MUTATION == 20
                :: atomic { pending > 0 ->
#else
                :: atomic { !queued && pending > 0 ->
#endif
                        queued = true; about_to_queue--; about_to_push++ };
                    atomic { push() }
                :: atomic { queued || pending == 0 -> about_to_queue-- }
                fi
#endif
            fi
        fi
    :: posts == 0 -> break
    od
}

#ifdef ONE_SHOT
inline tellWaiters() {
    if
    :: atomic { saw_waited && !lock -> signalAll(); saw_waited = false }
    :: !saw_waited
    fi
}

/* TpCleanupGroup.addOneShot(), then enqueue() */
proctype OneShotPoster() {
    bool saw_ends;
    SEEN;
#if MUTATION == 24
    saw_ends = group_ends;
    joined = true;
#else
    joined = true;
    saw_ends = group_ends;
#endif
    if
    :: saw_ends ->
        /* endUnbegun() */
        if
#if MUTATION == 23
        :: atomic { true ->
#else
        :: atomic { pending > 0 ->
#endif
                pending = 0; freed = true; frees++; assert(frees == 1); refused++; saw_waited = waited };
#if MUTATION != 26
            tellWaiters();
#endif
            goto refused_at_last
        :: atomic { pending == 0 }
        fi
    :: else
    fi;
    atomic { push() };
refused_at_last:
    skip
}

/* TpCleanupGroup.close() */
proctype GroupEnder() {
#if MUTATION == 25
    if
    :: atomic { (joined && !freed) || closing }
    :: atomic { !((joined && !freed) || closing) }; group_ends = true; group_ended = true
    fi
#else
    group_ends = true;
    if
    :: atomic { (joined && !freed) || closing }; group_ends = false
    :: atomic { !((joined && !freed) || closing) -> group_ended = true }
    fi
#endif
}
#endif

/* ---------------------------------------------------------------------------- workers */

inline begin() {
    pending--;
    running++;
    assert(!freed && !released && !group_closed && !group_ended)
}

proctype Worker() {
    SEEN;
end_serve:
    if
    :: atomic { in_queue > 0 -> in_queue--; about_to_push++ };
        /* takeOne() */
        if
        :: atomic { !isClaimable -> queued = false; about_to_push--; goto end_serve }
        :: atomic { isClaimable && pending == 1 ->
                begin();
#if MUTATION != 7
                queued = false;
#endif
                about_to_push--
            }
        :: atomic { isClaimable && pending > 1 -> begin() };
#if MUTATION == 19
            about_to_push--
#else
            atomic { push() }
#endif
        fi
    /*
     * Claim in place: also while the node is not at the head, or in other hands, since what
     * was seen of the queue may be over by now
     */
#if MUTATION == 5
    :: atomic { queued && pending >= 1 && isClaimable -> begin(); queued = (pending > 0) }
#else
    :: atomic { queued && pending >= 2 && isClaimable -> begin() }
#endif
    fi;

execution:
    if
    /* Settle and claim in one step */
    :: atomic { queued && pending >= 2 && isClaimable ->
            executed++;
            pending--;
            assert(!freed && !released && !group_closed && !group_ended);
            goto execution }
#ifdef ONE_SHOT
    /* settleForGood() */
    :: atomic { running--; executed++; saw_waited = waited;
#if MUTATION != 22
            freed = true; frees++; assert(frees == 1)
#endif
        };
#if MUTATION != 27
        tellWaiters()
#endif
    fi;
#else
    /* settle() */
    :: atomic { running--; executed++;
#if MUTATION == 1
            saw_closed = closed
#elif MUTATION == 3
            saw_waited = waited
#else
            LOOK
#endif
        };
#if MUTATION == 3
        atomic { !saw_waited || !lock -> if :: saw_waited -> signalAll() :: else fi; saw_waited = false }
#else
        countsChanged(saw_waited, saw_closed)
#endif
    fi;
#endif
    goto end_serve
}

/* ----------------------------------------------------------------------------- others */

proctype Waiter(byte me) {
#ifdef CANCEL
    byte dropped;
    SEEN;
    cancelPendingCallbacks();
#endif
    awaitQuiet(me)
}

proctype Canceller() {
    byte dropped;
    SEEN;
    cancelPendingCallbacks()
}

proctype Closer() {
    SEEN;
    if
    :: atomic { !closed -> closed = true; LOOK };
#if MUTATION != 9
        countsChanged(saw_waited, saw_closed)
#endif
    :: closed
    fi
}

#ifdef ONE_SHOT
/* closeMembers(): a member that is closed has come to its end once it is quiet */
proctype GroupCloser() {
    byte dropped;
    SEEN;
    if
    :: atomic { joined && !freed -> joined = false; closing = true };
#ifdef CANCEL
        cancelPendingCallbacks();
#endif
        awaitQuiet(WAITERS);
        atomic { group_closed = true; closing = false }
    :: atomic { !joined || freed }
    fi
}
#else
proctype GroupCloser() {
    byte dropped;
    bool mine;
    SEEN;
#ifdef CANCEL
    cancelPendingCallbacks();
#endif
    do
    :: awaitQuiet(WAITERS);
        /* release(): an object that was closed is taken away as well, in the step that finds it quiescent */
        if
#if MUTATION == 21
        :: closed -> break
#endif
#if MUTATION == 13
        :: atomic { !closed -> released = true; held = true; closed = true; mine = true; break }
        :: closed
#else
        :: atomic { isQuiescent && !freed -> released = true; held = true; closed = true; mine = true; break }
        :: atomic { freed -> break }
        :: atomic { !isQuiescent }
#endif
        fi
    od;
    if
    :: mine ->
        /* The cancel callback runs while the object is held; then letGo() */
        assert(!freed);
        held = false;
#if MUTATION != 11
        freeIfFinal()
#endif
    :: else
    fi;
    group_closed = true
}
#endif

/* Never has a turn unless an invariant of the word is broken */
active proctype Invariant() {
end_invariant:
    atomic {
        ((pending > 0 && !queued && about_to_queue == 0)
        || (queued && in_queue + about_to_push == 0)
        || (in_queue > 1)
        || (freed && (!closed || running > 0 || held))
        || (released && (!closed || running > 0))) ->
        assert(false)
    }
}

init {
    byte i;
    atomic {
#ifdef ONE_SHOT
        run OneShotPoster();
        run GroupEnder();
#else
        for (i : 1 .. POSTERS) { run Poster() };
#endif
        for (i : 1 .. WORKERS) { run Worker() };
#if WAITERS > 0
        for (i : 0 .. WAITERS - 1) { run Waiter(i) };
#endif
#ifdef CANCEL
        run Canceller();
#endif
#ifdef CLOSE
        run Closer();
#endif
#ifdef GROUP
        run GroupCloser();
#endif
        i = 0
    };
    /* Nobody can do anything any more */
    atomic {
        timeout;
        assert(executed + cancelled + refused == POSTERS * POSTS);
        assert(pending == 0 && running == 0 && in_queue == 0);
#ifdef ONE_SHOT
        /* What never was queued keeps the bit */
        assert(queued == (refused > 0));
#else
        assert(!queued);
#endif
        assert(waiting == 0 && !waited && !lock);
        assert(frees == (closed -> 1 : 0));
    }
}
