/*
 * A worker takes several callbacks of an object together, out of the state word into its
 * lease, and begins them one by one; what it does not get to is put back by another worker,
 * or by itself. Beside that: post, claim, cancel, wait, close and free, and who parks.
 *
 * Inlines are named after the Java methods that they stand for. The fields of a word are
 * variables here; whatever changes or reads several of them in one atomic is one
 * compare-and-set, one addition or one look. README.md says what is left out.
 *
 * POSTERS, POSTS   threads that post, posts of each
 * BLOCKS           so many callbacks may block, each until all others have run
 * CANCEL, WAIT, CLOSE
 *                  somebody cancels, waits, closes the object
 * ALL_POSTED       the canceller begins once all is posted
 * DISASSOCIATE     a callback may disassociate, and then it may block until the waiter is gone
 * OTHER            the first worker may lease callbacks of another object, once
 * MUTATION         plants the bug of this number
 */
#ifndef POSTERS
#define POSTERS 1
#endif
#ifndef POSTS
#define POSTS 4
#endif
#ifndef BLOCKS
#define BLOCKS 0
#endif
#ifndef MUTATION
#define MUTATION 0
#endif

#define WORKERS 2
#define ALL (POSTERS * POSTS)

/* ObjectState */
byte pending;
byte running;
bool queued;
bool waited;
bool closed;
bool freed;

/* How often the object is in the queue */
byte in_queue;

/* Lease; with OTHER, whether it is one of the other object */
byte left[WORKERS];
bool opening[WORKERS];
#ifdef OTHER
byte number[WORKERS];
bool of_other[WORKERS];
#else
#define of_other_seen false
#endif

/* ObjectWaiters: the lock, who sleeps, who is disassociated */
bool lock;
bool asleep;
byte disassociated;

/* CallbackQueue.moves() */
bool moves;

/* Crew: who is on the idle stack */
bool parked[WORKERS];

/* What is counted for the assertions alone */
byte posted;
byte begun;
byte executed;
byte cancelled;
byte moving;      /* callbacks that are in neither word for a moment */
byte blocks;
byte frees;
byte since;       /* posted since the canceller began */
bool cancelling;
bool waiter_gone;

#define leased (left[0] * OWN(0) + left[1] * OWN(1))
#ifdef OTHER
#define OWN(w) (!of_other[w])
#else
#define OWN(w) 1
#endif
#define unbegun (pending + leased + moving)
#define isQuiescent (pending == 0 && running == 0)
#define isQuiet (pending == 0 && running == disassociated)
#define isToBeFreed (closed && isQuiescent && !freed)

/* ----------------------------------------------------------------------------- queue */

/* Crew.signalWork(): nobody is told who counts as searching, which crew.pml is about */
inline signalWork() {
    if
    :: atomic { parked[0] -> parked[0] = false }
    :: atomic { parked[1] -> parked[1] = false }
    :: atomic { !parked[0] && !parked[1] }
    fi
}

inline enqueue() {
    atomic { in_queue++; assert(in_queue == 1) };
    signalWork()
}

inline takePlace() {
    if
    :: atomic { !queued && pending > 0 -> queued = true };
        enqueue()
    :: atomic { queued || pending == 0 }
    fi
}

/* ----------------------------------------------------------------------- state word */

inline freeIfFinal() {
    if
    :: atomic { isToBeFreed -> freed = true; frees++; assert(frees == 1 && unbegun == 0) }
    :: atomic { !isToBeFreed }
    fi
}

inline countsChanged() {
    if
    :: saw_waited -> atomic { !lock -> asleep = false; saw_waited = false }
    :: else
    fi;
    if
    :: saw_closed -> freeIfFinal(); saw_closed = false
    :: else
    fi
}

/* ObjectState.isToBeTold() and CLOSED, in the state that a change leaves behind */
#if MUTATION == 12
#define LOOK saw_waited = waited && isQuiescent; saw_closed = closed
#else
#define LOOK saw_waited = waited && pending == 0; saw_closed = closed
#endif

inline settle() {
    atomic { running--; LOOK };
    countsChanged()
}

/* ----------------------------------------------------------------------------- lease */

/* Takes what is left in the lease of w away, into mine; by CAS of the whole word */
#ifdef OTHER
inline takeAllOf(w, puts_back) {
    do
    :: atomic { left[w] == 0 && !opening[w] -> break }
    :: atomic { left[w] > 0 -> seen_number = number[w]; seen_left = left[w] };
        if
        :: atomic { of_other[w] -> seen_number = 0; seen_left = 0; break }
        :: !of_other[w]
        fi;
        if
#if MUTATION == 8
        :: atomic { left[w] == seen_left && !opening[w] ->
#else
        :: atomic { left[w] == seen_left && number[w] == seen_number && !opening[w] ->
#endif
                assert(!of_other[w]);
                mine = left[w]; moving = moving + mine * puts_back; cancelled = cancelled + mine * (1 - puts_back); left[w] = 0; seen_number = 0; seen_left = 0; break }
        :: atomic { left[w] != seen_left || number[w] != seen_number || opening[w] -> seen_number = 0; seen_left = 0 }
        fi
    od
}
#else
inline takeAllOf(w, puts_back) {
    if
    :: atomic { left[w] == 0 && !opening[w] }
#if MUTATION == 2
    :: atomic { left[w] == 0 && opening[w] }
#endif
#if MUTATION == 10
    :: atomic { left[w] > 0 -> mine = left[w] };
        atomic { moving = moving + mine * puts_back; cancelled = cancelled + mine * (1 - puts_back); left[w] = 0 }
#else
    :: atomic { left[w] > 0 -> mine = left[w]; moving = moving + mine * puts_back; cancelled = cancelled + mine * (1 - puts_back); left[w] = 0 }
#endif
    fi
}
#endif

#if MUTATION == 11
#define lockMoves skip
#define unlockMoves skip
#else
#define lockMoves atomic { !moves -> moves = true }
#define unlockMoves moves = false
#endif

/* Both the owner and others do it; the object is held meanwhile */
inline returnFrom(w) {
    if
    :: left[w] > 0 || opening[w] ->
        lockMoves;
        takeAllOf(w, 1);
        if
        :: mine > 0 -> atomic { pending = pending + mine; moving = moving - mine; mine = 0 };
            unlockMoves;
#if MUTATION != 7
            takePlace()
#endif
        :: else -> unlockMoves
        fi
    :: else
    fi
}

/* ---------------------------------------------------------------------------- posters */

proctype Poster() {
    byte posts = POSTS;
    do
    :: posts > 0 ->
        posts--;
        /* A closed object refuses: nothing was posted */
        if
        :: atomic { !closed -> pending++; posted++; since = since + cancelling };
            takePlace()
        :: atomic { closed -> cancelled++; posted++ }
        fi
    :: posts == 0 -> break
    od
}

/* ---------------------------------------------------------------------------- workers */

#define BEGIN begun++; assert(!freed)

proctype Worker(byte me) {
    byte mine;
    byte most;
    bool saw_waited, saw_closed;
    bool searching = true;
#ifdef DISASSOCIATE
    bool alone;
#endif
#ifdef OTHER
    byte seen_number, seen_left;
#endif

serve:
    if
    :: atomic { in_queue > 0 -> in_queue-- };
        /* takeOne() */
        if
        :: atomic { pending == 0 || freed -> queued = false; goto serve }
        :: atomic { pending == 1 && !freed -> pending--; running++; queued = false; BEGIN }
        :: atomic { pending > 1 && !freed -> pending--; running++; BEGIN };
            enqueue()
        fi
    :: atomic { queued && pending > 1 && !freed -> pending--; running++; BEGIN }
    /* steal(): putBackFrom() */
    :: atomic { in_queue == 0 && left[1 - me] > 0 && OWN(1 - me) };
#if MUTATION == 4
        returnFrom(1 - me);
#else
        if
        :: atomic { running > 0 -> running++ };
            returnFrom(1 - me);
            settle()
        :: atomic { running == 0 }
        fi;
#endif
        goto serve
    :: atomic { in_queue == 0 && left[1 - me] == 0 };
        /* Crew.park(), and the look at the queue after it: lanes, then leases */
        atomic { parked[me] = true; searching = false };
        if
        :: atomic { in_queue > 0 }
#if MUTATION != 6
        :: atomic { in_queue == 0 };
            if
            :: left[1 - me] > 0 || opening[1 - me]
            :: left[1 - me] == 0 && !opening[1 - me] -> goto end_parked
            fi
#else
        :: atomic { in_queue == 0 -> goto end_parked }
#endif
        fi;
        if
        :: atomic { parked[me] -> parked[me] = false }
        :: atomic { !parked[me] }
        fi;
        searching = true;
        goto serve;
end_parked:
        atomic { !parked[me] -> searching = true; goto serve }
    fi;
    /* found() */
    if
    :: searching ->
        searching = false;
        if
        :: in_queue > 0 || left[1 - me] > 0 || opening[1 - me] -> signalWork()
        :: in_queue == 0 && left[1 - me] == 0 && !opening[1 - me]
        fi
    :: else
    fi;

callback:
#if BLOCKS > 0
    if
    :: atomic { blocks < BLOCKS -> blocks++ };
        /* All others are over, or block as well */
        executed + cancelled + blocks >= ALL
    :: true
    fi;
#endif
#ifdef DISASSOCIATE
    if
    :: atomic { disassociated == 0 && !waiter_gone -> alone = true };
#if MUTATION != 9
        returnFrom(me);
#endif
        atomic { !lock -> disassociated++; asleep = false };
        if
        /* One does, so that there is a worker for the others */
        :: atomic { blocks == 0 -> blocks++ };
            waiter_gone
        :: true
        fi
    :: true
    fi;
#endif
    atomic { executed++ };
#ifdef DISASSOCIATE
    if
    :: alone ->
        returnFrom(me);
        atomic { !lock -> disassociated--; running--; LOOK; alone = false };
        countsChanged();
        goto serve
    :: else
    fi;
#endif

    /* Worker.settleAndBeginLeased() or settleAndClaimInPlace(), if the object is still alone, as far as the worker saw */
    if
    /* Lease.next() */
    :: atomic { left[me] > 0 && OWN(me) -> left[me]--; BEGIN; goto callback }
    /* One of them */
    :: atomic { left[me] == 0 && queued && pending > 1 -> pending--; BEGIN; goto callback }
    /* Several */
    :: atomic { left[me] == 0 && queued && pending > 2 };
#if MUTATION != 1
        opening[me] = true;
#endif
#ifdef OTHER
        number[me]++;
#endif
        if
        :: atomic { queued && pending > 1 ->
                pending--; BEGIN;
                /* Slices, and MOST */
                select(most : 0 .. pending - 1);
                pending = pending - most;
                moving = moving + most };
            atomic { opening[me] = false; left[me] = most; moving = moving - most; most = 0 };
            goto callback
        :: atomic { !queued || pending <= 1 };
            opening[me] = false
        fi
    :: true
    fi;
#if MUTATION == 5
    settle();
    returnFrom(me);
#else
    returnFrom(me);
    settle();
#endif
#ifdef OTHER
    if
    :: me == 0 && number[0] < 4 ->
        assert(left[me] == 0);
        of_other[me] = true;
        atomic { number[me]++; opening[me] = true };
        atomic { opening[me] = false; select(most : 1 .. 2); left[me] = most; most = 0 };
        do
        :: left[me] > 0 -> left[me]--
        :: left[me] == 0 -> break
        od;
        of_other[me] = false
    :: true
    fi;
#endif
    goto serve
}

/* ----------------------------------------------------------------------------- others */

inline dropLeased(w) {
    takeAllOf(w, 0);
    atomic { dropped = dropped || mine > 0; mine = 0 }
}

inline dropPendingByState() {
    atomic { cancelled = cancelled + pending; dropped = dropped || pending > 0; pending = 0 }
}

inline cancelPendingCallbacks() {
#ifdef ALL_POSTED
    atomic { posted == ALL -> cancelling = true };
#else
    atomic { cancelling = true };
#endif
    lockMoves;
#if MUTATION == 3
    dropLeased(0);
    dropLeased(1);
    dropPendingByState();
#else
    dropPendingByState();
    dropLeased(0);
    dropLeased(1);
#endif
    atomic {
        unlockMoves;
        /* What has not begun was posted meanwhile */
        assert(unbegun <= since)
    };
    if
    :: atomic { dropped -> LOOK };
        countsChanged()
    :: else
    fi
}

proctype Canceller() {
    byte mine;
    bool dropped;
    bool saw_waited, saw_closed;
#ifdef OTHER
    byte seen_number, seen_left;
#endif
    cancelPendingCallbacks()
}

proctype Waiter() {
    atomic { !lock -> lock = true; waited = true };
    do
    :: atomic { isQuiet -> assert(unbegun == 0); break }
    :: !isQuiet ->
        atomic { asleep = true; lock = false };
        atomic { !asleep && !lock -> lock = true }
    od;
    atomic { waited = false; lock = false; waiter_gone = true }
}

proctype Closer() {
    bool saw_waited, saw_closed;
    atomic { closed = true; LOOK };
    saw_closed = true;
    countsChanged()
}

/* Never has a turn unless somebody could see the object quiet while something is under way */
active proctype Invariant() {
end_invariant:
    atomic { (isQuiet && leased + moving > 0) || begun + cancelled > posted -> assert(false) }
}

init {
    byte i;
    atomic {
        for (i : 1 .. POSTERS) { run Poster() };
        for (i : 0 .. WORKERS - 1) { run Worker(i) };
#ifdef CANCEL
        run Canceller();
#endif
#ifdef WAIT
        run Waiter();
#else
        waiter_gone = true;
#endif
#ifdef CLOSE
        run Closer();
#endif
        i = 0
    };
    /* Nobody can do anything any more */
    atomic {
        timeout;
        assert(executed == begun && executed + cancelled == ALL && posted == ALL);
        assert(unbegun == 0 && running == 0 && in_queue == 0 && !queued);
        assert(disassociated == 0 && !waited && !lock && !moves && waiter_gone);
        assert(frees == (closed -> 1 : 0));
    }
}
