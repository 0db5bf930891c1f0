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

/* ObjectState */
byte pending;
byte running;
bool queued;
bool waited;
bool closed;
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
byte about_to_push;  /* who won the place, or took the node, and is not done with it */
bool group_closed;

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

#define LOOK saw_waited = waited; saw_closed = closed
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

/* ---------------------------------------------------------------------------- workers */

inline begin() {
    pending--;
    running++;
    assert(!freed && !released && !group_closed)
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
    :: atomic { !waited && !closed && queued && pending >= 2 ->
            executed++;
            pending--;
            assert(!freed && !released && !group_closed);
            goto execution }
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
        for (i : 1 .. POSTERS) { run Poster() };
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
        assert(pending == 0 && running == 0 && !queued && in_queue == 0);
        assert(waiting == 0 && !waited && !lock);
        assert(frees == (closed -> 1 : 0));
    }
}
