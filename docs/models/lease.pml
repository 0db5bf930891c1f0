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
 * REST             a lease may rest while its worker runs callbacks of other objects, which may
 *                  block, too; it may be opened by the first claim in a turn. Not with OTHER
 * WORKERS          2, or 3
 * EARLY            so many posts of each poster were made before anybody begins
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

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef EARLY
#define EARLY 0
#endif

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
#endif
#ifdef REST
/* Something is left, and the lease is not the current one: on its behalf the object counts as running */
bool resting[WORKERS];
#if MUTATION == 29
/* The owner compares the line with what a thief forgets, Stripe.roundFirst */
bool round;
#endif
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
#ifdef REST
byte aside;       /* workers that have blocked in a callback of another object */
#define BLOCKED (blocks + aside)
#else
#define BLOCKED blocks
#endif
byte frees;
byte since;       /* posted since the canceller began */
bool cancelling;
bool waiter_gone;

#if WORKERS == 3
#define leased (left[0] * OWN(0) + left[1] * OWN(1) + left[2] * OWN(2))
#else
#define leased (left[0] * OWN(0) + left[1] * OWN(1))
#endif
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
#if WORKERS == 3
    :: atomic { parked[2] -> parked[2] = false }
    :: atomic { !parked[0] && !parked[1] && !parked[2] }
#else
    :: atomic { !parked[0] && !parked[1] }
#endif
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

#ifdef REST
/* HOLD: who takes what is left of a lease that rests takes over that the object counts as running */
#define TAKE_REST(w) hold = resting[w]; resting[w] = false
#else
#define TAKE_REST(w) skip
#endif

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
#elif MUTATION == 22
    :: atomic { left[w] > 0 -> hold = resting[w] };
        atomic { mine = left[w]; hold = hold && mine > 0; moving = moving + mine * puts_back; cancelled = cancelled + mine * (1 - puts_back); left[w] = 0; resting[w] = false }
#else
    :: atomic { left[w] > 0 -> mine = left[w]; moving = moving + mine * puts_back; cancelled = cancelled + mine * (1 - puts_back); left[w] = 0; TAKE_REST(w) }
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

#ifdef REST
#if MUTATION == 15
#define TAKEN_OVER(w) (hold && w == me)
#elif MUTATION == 16
#define TAKEN_OVER(w) (hold + (hold && w != me))
#elif MUTATION == 20
#define TAKEN_OVER(w) (hold && w != me)
#elif MUTATION == 26
#define TAKEN_OVER(w) (hold || w != me)
#else
#define TAKEN_OVER(w) hold
#endif
/* In the step that counts the callbacks in the state word again, which are pending then */
#define SETTLE_REST(w) running = running - TAKEN_OVER(w); hold = false
#else
#define SETTLE_REST(w) skip
#endif

/* Both the owner and others do it; the object is held meanwhile */
inline returnFrom(w) {
    if
    :: left[w] > 0 || opening[w] ->
        lockMoves;
        takeAllOf(w, 1);
        if
        :: mine > 0 ->
#if MUTATION == 23
            atomic { SETTLE_REST(w) };
#endif
            atomic { pending = pending + mine; moving = moving - mine; mine = 0; SETTLE_REST(w) };
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
    byte posts = POSTS - EARLY;
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

/* The other worker, or one of the others */
#define NEXT ((me + 1) % WORKERS)
#define LAST ((me + 2) % WORKERS)

#define isOpen(w) (left[w] > 0 || opening[w])

/* CallbackQueue.isLeased(); whoever looks has no lease itself yet, unless it has leased in a turn */
#if WORKERS == 3
#define IS_LEASED isOpen(0) || isOpen(1) || isOpen(2)
#elif defined(REST)
#define IS_LEASED isOpen(0) || isOpen(1)
#else
#define IS_LEASED isOpen(NEXT)
#endif

/* TpObject.putBackFrom() */
inline putBackFrom(w) {
#if MUTATION == 4
    returnFrom(w)
#else
    if
    :: atomic { running > 0 -> running++ };
        returnFrom(w);
        settle()
    :: atomic { running == 0 }
    fi
#endif
}

/*
 * Whether the node has left its place since the owner found it there: then others may have
 * looked while it was in somebody's hands, and have seen neither it nor the lease. If it is
 * in another place by now, that was told of.
 */
#define HAS_LOST_PLACE (in_queue == 0)

inline tellOfLeased() {
#if MUTATION == 29
    round = true;
#endif
    if
#if MUTATION == 28
    :: false ->
#elif MUTATION == 29
    :: !searching && HAS_LOST_PLACE && round ->
#else
    :: !searching && HAS_LOST_PLACE ->
#endif
        if
        :: left[me] > 0 -> signalWork()
        :: left[me] == 0
        fi
    :: else
    fi
}

/* What claimMoreOf() does afterwards */
inline tellOfMoreLeased() {
    if
    :: left[me] > 0 ->
        if
        :: HAS_LOST_PLACE -> signalWork()
        :: !HAS_LOST_PLACE
        fi
    :: left[me] == 0
    fi
}

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
#ifdef REST
    bool hold;
#endif

serve:
    if
    :: atomic { in_queue > 0 -> in_queue-- };
#if MUTATION == 29
        round = false;
#endif
        /* takeOne() */
        if
        :: atomic { pending == 0 || freed -> queued = false; goto serve }
        :: atomic { pending == 1 && !freed -> pending--; running++; queued = false; BEGIN }
        :: atomic { pending > 1 && !freed -> pending--; running++; BEGIN };
            enqueue()
        fi
    :: atomic { queued && pending > 1 && !freed -> pending--; running++; BEGIN }
#ifdef REST
    /* Stripe.takesTurn(): TpObject.claimInPlace(leases, most), with what it opens */
    :: atomic { queued && pending > 2 && !freed };
#if MUTATION != 27
        opening[me] = true;
#endif
        if
        :: atomic { queued && pending > 1 && !freed ->
#if MUTATION != 25
                running++;
#endif
                pending--; BEGIN;
                select(most : 0 .. pending - 1);
                pending = pending - most;
                moving = moving + most };
#if MUTATION == 25
            running++;
#endif
            atomic { opening[me] = false; left[me] = most; moving = moving - most; most = 0 };
            tellOfLeased()
        :: atomic { !queued || pending <= 1 || freed };
            opening[me] = false;
            goto serve
        fi
#endif
    /* steal(): putBackFrom() */
    :: atomic { in_queue == 0 && left[NEXT] > 0 && OWN(NEXT) };
        putBackFrom(NEXT);
        goto serve
#if WORKERS == 3
    :: atomic { in_queue == 0 && left[LAST] > 0 && OWN(LAST) };
        putBackFrom(LAST);
        goto serve
    :: atomic { in_queue == 0 && left[NEXT] == 0 && left[LAST] == 0 };
#else
    :: atomic { in_queue == 0 && left[NEXT] == 0 };
#endif
        /* Crew.park(), and the look at the queue after it: lanes, then leases */
        atomic { parked[me] = true; searching = false };
        if
        :: atomic { in_queue > 0 }
#if MUTATION != 6
        :: atomic { in_queue == 0 };
            if
            :: isOpen(NEXT)
#if WORKERS == 3
            :: !isOpen(NEXT) ->
                if
                :: isOpen(LAST)
                :: !isOpen(LAST) -> goto end_parked
                fi
#else
            :: !isOpen(NEXT) -> goto end_parked
#endif
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
        :: in_queue > 0 || IS_LEASED -> signalWork()
        :: in_queue == 0 && !(IS_LEASED)
        fi
    :: else
    fi;

callback:
#if BLOCKS > 0
    if
    :: atomic { BLOCKED < BLOCKS -> blocks++ };
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
#if WORKERS == 3
            tellOfMoreLeased();
#endif
            goto callback
        :: atomic { !queued || pending <= 1 };
            opening[me] = false
        fi
#ifdef REST
    /* Worker.rest(): Leases.rest(); it does not settle */
#if MUTATION == 18
    :: atomic { resting[me] = left[me] > 0; goto at_rest }
#else
    :: atomic { left[me] > 0 -> resting[me] = true; goto at_rest }
#endif
#endif
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
    goto serve;

#ifdef REST
at_rest:
#if BLOCKS > 0
    /* A callback of another object; it may disassociate or run long, too: putBackRest() */
    if
    :: atomic { BLOCKED < BLOCKS -> aside++ };
        if
        :: returnFrom(me)
        :: true
        fi;
        executed + cancelled + blocks >= ALL
    :: true
    fi;
#endif
    if
    /* Leases.resume(), turnTo() */
#if MUTATION == 19
    :: atomic { left[me] > 0 -> left[me]--; BEGIN; goto callback }
#else
    :: atomic { left[me] > 0 -> left[me]--; resting[me] = false; BEGIN; goto callback }
#endif
    /* Somebody has taken all of it, and has settled */
    :: atomic { left[me] == 0 };
#if MUTATION == 17
        settle()
#endif
    /* Leases.endRests(), before claimNext() */
    :: true ->
#if MUTATION != 21
        returnFrom(me)
#endif
    fi;
    goto serve
#endif
}

/* ----------------------------------------------------------------------------- others */

#ifdef REST
#if MUTATION == 14
#define DROP_REST holds = holds + (mine > 0); hold = false
#else
#define DROP_REST holds = holds + hold; hold = false
#endif
#else
#define DROP_REST skip
#endif

inline dropLeased(w) {
    takeAllOf(w, 0);
    atomic { dropped = dropped || mine > 0; DROP_REST; mine = 0 }
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
#if WORKERS == 3
    dropLeased(2);
#endif
#endif
#if MUTATION == 24
    if
    :: atomic { dropped -> LOOK }
    :: else
    fi;
#endif
#if defined(REST) && MUTATION != 13
    if
    :: holds > 0 -> atomic { running = running - holds; holds = 0 }
    :: else
    fi;
#endif
    atomic {
        unlockMoves;
        /* What has not begun was posted meanwhile */
        assert(unbegun <= since)
    };
    if
#if MUTATION == 24
    :: dropped -> countsChanged()
#else
    :: atomic { dropped -> LOOK };
        countsChanged()
#endif
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
#ifdef REST
    bool hold;
    byte holds;
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
#if EARLY > 0
        pending = EARLY * POSTERS;
        posted = pending;
        queued = true;
        in_queue = 1;
#endif
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
