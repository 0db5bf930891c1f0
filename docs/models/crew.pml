/*
 * The crew: post, park, wake, grow, leave, rejoin and close, on a queue of one lane and a
 * stripe for each worker, between which nodes move.
 *
 * Inlines are named after the Java methods that they stand for. One step of the model is
 * one access to memory that others see without a lock; a step in atomic or d_step is one
 * compare-and-set, one addition, or what a lock hides. README.md says what is left out.
 *
 * POSTERS, POSTS   posting threads, posts of each
 * CHILDREN         posts that callbacks make besides
 * SLOTS            threads that may exist at once; MAX + 1, since one may be on its way out
 * LIMIT, MAX       growth limit at first, maximum
 * FAILS            starts of a worker that may fail
 * LEAVES           idle workers that may run out of patience
 * OBJECT           the posts go to one object; else they are one-shots
 * CLOSE            the pool is closed, at any moment, and somebody waits for its end
 * GOVERNOR         there is a governor, which nothing but FAILS and a LIMIT below MAX needs
 * BATCH_UNTOLD     takeBatch() is not followed by tellOfMore()
 * STAND_BY         one of those who park may stand by, and does not have to be woken for what others get to
 * MUTATION         plants the bug of this number
 */
#ifndef POSTERS
#define POSTERS 2
#endif
#ifndef POSTS
#define POSTS 2
#endif
#ifndef CHILDREN
#define CHILDREN 0
#endif
#define TOTAL (POSTERS * POSTS + CHILDREN)
#ifndef MAX
#define MAX 2
#endif
#ifndef LIMIT
#define LIMIT MAX
#endif
#ifndef SLOTS
#define SLOTS (MAX + 1)
#endif
#ifndef FAILS
#define FAILS 0
#endif
#ifndef LEAVES
#define LEAVES 0
#endif
#ifndef MUTATION
#define MUTATION 0
#endif

/* CrewState: read and written as one word */
byte alive;
byte idle;
byte searching;
bool closed;
bool terminated;

/* Crew */
bool lock;
bool waiting; /* the terminator, on workerLeft */
bool parked[SLOTS];
byte limit = LIMIT;
#ifdef STAND_BY
#define NOBODY SLOTS
byte standing_by = NOBODY;
#endif

/* Threads: whether one was started on the slot and has not ended */
bool thread[SLOTS];

/* CallbackQueue: how many nodes are where */
byte arrivals;    /* of the lane */
byte line;        /* of the lane */
bool stands_in;   /* the line is what stands in for the nodes that are turned round */
byte turned;      /* those; guarded by the lane's lock */
bool lane_lock;
byte arrived[SLOTS];  /* of the stripes */
byte near[SLOTS];     /* the lines of the stripes, each with the rear that follows it */

/* Governor */
bool watching;

#ifdef OBJECT
/* The state word of the object, without the flags that the crew does not depend on */
byte pending;
bool queued;
bool object_closed;
byte objects = 1;
#else
#define objects 0
#endif

/* What is counted for the assertions alone */
byte running;
byte ran;
byte refused;
byte children_left = CHILDREN;
byte fails_left = FAILS;
byte leaves_left = LEAVES;
byte posters_done;
bool one_waits; /* if two may run, one callback may block until all others have run */
bool told;

#define word(a, i, s) \
    assert(alive + (a) >= 0 && idle + (i) >= 0 && searching + (s) >= 0); \
    alive = alive + (a); idle = idle + (i); searching = searching + (s); \
    assert(idle + searching <= alive)

#define isFinished (closed && objects == 0)

/* --------------------------------------------------------------------- CallbackQueue */

inline add() {
    arrivals++
}

inline lookAtLane(answer) {
#if MUTATION == 27
    if
    :: atomic { line > 0 || stands_in -> answer = false; break }
    :: else
    fi;
    if
    :: atomic { arrivals > 0 -> answer = false; break }
    :: else
    fi
#else
    if
    :: atomic { arrivals > 0 -> answer = false; break }
    :: else
    fi;
    if
    :: atomic { line > 0 || stands_in -> answer = false; break }
    :: else
    fi
#endif
}

inline lookAtStripe(i, answer) {
#if defined(OBJECT) || CHILDREN > 0
    if
    :: atomic { arrived[i] > 0 -> answer = false; break }
    :: else
    fi;
#endif
    if
    :: atomic { near[i] > 0 -> answer = false; break }
    :: else
    fi
}

inline lookAtStripes(answer) {
    lookAtStripe(0, answer);
#if SLOTS > 1
    lookAtStripe(1, answer);
#endif
#if SLOTS > 2
    lookAtStripe(2, answer);
#endif
    skip
}

/* The lane, and then the stripes: each look breaks the loop if it sees something */
inline isEmpty(answer) {
    do
    :: true ->
#if MUTATION == 8
        lookAtStripes(answer);
        lookAtLane(answer);
#elif MUTATION == 23
        lookAtLane(answer);
#else
        lookAtLane(answer);
        lookAtStripes(answer);
#endif
        answer = true;
        break
    od
}

#define NOTHING 0
#define TAKEN 1
#define IN_PLACE 2

/* ------------------------------------------------------------------------------ Crew */

#define RETURN 0
#define SIGNAL 1
#define WAKE 2
#define WAKING 3
#define START 4
#define STARTING 5
#define BACKLOG 6
#define REPLACE 7
#define IS_SEEN_TO 8

#define SIGNAL_LOCALS bool none = true; bool late; byte next, otherwise, other

inline signalAll() {
    waiting = false
}

inline backlog() {
#ifdef GOVERNOR
    watching = true
#else
    skip
#endif
}

inline pickParked(w) {
    if
    :: parked[0] -> w = 0
#if SLOTS > 1
    :: parked[1] -> w = 1
#endif
#if SLOTS > 2
    :: parked[2] -> w = 2
#endif
    :: else -> w = SLOTS
    fi
}

/* wake() in two steps, both under the lock: the word, then the flag that the worker waits for */
inline countWoken(w) {
#if MUTATION == 3
    parked[w] = false
#else
    word(0, -1, 1)
#endif
}

inline noMoreStandBy(w) {
#if defined(STAND_BY) && MUTATION != 34
    if
    :: standing_by == w -> standing_by = NOBODY
    :: else
    fi
#else
    skip
#endif
}

inline popFromStack(w) {
#if MUTATION == 3
    word(0, -1, 1)
#else
    parked[w] = false
#endif
    ;
    noMoreStandBy(w)
}

/* Under the lock, which it gives back */
inline wakeAll() {
    atomic { pickParked(other); if :: other < SLOTS -> countWoken(other) :: else fi };
    do
    :: atomic { other < SLOTS ->
            popFromStack(other);
            pickParked(other);
            if :: other < SLOTS -> countWoken(other) :: else fi }
    :: atomic { other == SLOTS -> other = 0; signalAll(); lock = false; break }
    od
}

inline wakeAllIfFinished() {
    if
    :: atomic { isFinished && !lock -> lock = true };
        wakeAll()
    :: !isFinished
    fi
}

inline startThread() {
    if
    :: !thread[0] -> thread[0] = true
#if SLOTS > 1
    :: thread[0] && !thread[1] -> thread[1] = true
#endif
#if SLOTS > 2
    :: thread[0] && thread[1] && !thread[2] -> thread[2] = true
#endif
    fi
}

/*
 * signalWork() if next is SIGNAL, startSearcher(most) if it is START, replaceSearcher() if
 * it is REPLACE: each may have to go on with another.
 */
inline go(most) {
    do
    :: atomic { next == RETURN -> break }
    :: atomic { next == SIGNAL ->
            if
            :: alive < limit -> otherwise = START
            :: else -> otherwise = BACKLOG
            fi;
            if
            :: searching > 0 -> otherwise = RETURN; next = RETURN; break
#ifdef STAND_BY
            :: searching == 0 && idle < alive -> next = IS_SEEN_TO
            :: searching == 0 && idle == alive -> next = (idle > 0 -> WAKE : otherwise)
#else
            :: else -> next = (idle > 0 -> WAKE : otherwise)
#endif
            fi }
#ifdef STAND_BY
    /* isSeenTo(): whatever hasMoreThanOneObject() says */
    :: atomic { next == IS_SEEN_TO ->
            if
            :: standing_by != NOBODY -> otherwise = RETURN; next = RETURN; break
            :: true -> next = (idle > 0 -> WAKE : otherwise)
            fi }
#endif
    /* wakeOne() */
    :: atomic { next == WAKE && !lock ->
            if
            :: searching > 0 -> otherwise = RETURN; next = RETURN; break
            :: else ->
                pickParked(other);
                if
                :: other == SLOTS -> other = 0; next = otherwise
                :: else -> next = WAKING; lock = true
                fi
            fi }
    :: atomic { next == WAKING -> countWoken(other) };
        atomic {
            popFromStack(other);
            lock = false;
            other = 0; otherwise = RETURN; next = RETURN;
            break
        }
    /* startSearcher() */
    :: atomic { next == START ->
            otherwise = RETURN;
#if MUTATION == 14
            if
            :: searching > 0 || alive >= most -> next = RETURN; break
            :: else -> next = STARTING
            fi };
            word(1, 0, 1)
#else
            if
#if MUTATION == 29
            :: searching > 0 || alive >= most -> next = RETURN; break
#else
            /* signalWork() answers whether it is too late */
            :: searching > 0 || alive >= most || terminated -> late = terminated; next = RETURN; break
#endif
            :: else -> word(1, 0, 1); next = STARTING
            fi }
#endif
    /* startWorker() */
    :: atomic { next == STARTING -> startThread(); next = RETURN; break }
#if FAILS > 0
    /* oneLess() */
    :: atomic { next == STARTING && fails_left > 0 && !lock ->
            fails_left--;
#if MUTATION == 11
            word(-1, 0, 0);
#else
            word(-1, 0, -1);
#endif
            if
            :: closed -> signalAll()
            :: else
            fi
        };
#if MUTATION == 10
        next = RETURN
#else
        next = REPLACE
#endif
    /* replaceSearcher() */
    :: next == REPLACE ->
        isEmpty(none);
        atomic {
            if
            :: none -> next = RETURN
            :: else -> none = true; next = (idle > 0 -> SIGNAL : BACKLOG)
            fi
        }
#else
    :: atomic { next == REPLACE -> next = RETURN; break }
#endif
    :: atomic { next == BACKLOG -> backlog(); otherwise = RETURN; next = RETURN; break }
    od
}

inline signalWork() {
    next = SIGNAL;
    go(limit)
}

/* ---------------------------------------------------------------------------- posters */

proctype Poster() {
    byte posts = POSTS;
    SIGNAL_LOCALS;
    do
#ifdef OBJECT
    /* TpObject.post() */
    :: atomic { posts > 0 && !queued -> posts--; pending++; queued = true };
        add();
        signalWork()
    :: atomic { posts > 0 && queued -> posts-- };
        if
        :: atomic { queued -> pending++ }
        :: atomic { !queued -> pending++ };
#if MUTATION != 18
            /* takePlace() */
            if
            :: atomic { !queued && pending > 0 -> queued = true };
                add();
                signalWork()
            :: queued || pending == 0
            fi
#endif
        fi
#else
    /* TpPool.admit(): checkOpen(), ensureWorker() */
    :: atomic { posts > 0 && closed -> posts--; refused++ }
    :: atomic { posts > 0 && !closed -> posts-- };
        if
        :: alive > 0
        :: atomic { alive == 0 -> next = START };
            go(1)
        fi;
        if
        :: atomic { alive == 0 -> late = false; refused++ }
        :: alive > 0 ->
#if MUTATION == 4
            signalWork();
            add()
#else
            add();
            signalWork()
#endif
#ifdef CLOSE
            ;
#if MUTATION != 30
            /* enqueueAdmitted(): what this one and others have added too late is dropped */
            if
            :: late ->
                atomic { !lane_lock -> late = false; refused = refused + arrivals + line; arrivals = 0; line = 0 }
            :: !late
            fi
#else
            skip
#endif
#endif
        fi
#endif
    :: posts == 0 -> break
    od;
    posters_done++
}

/* ---------------------------------------------------------------------------- workers */

#define mineWas (mine -> -1 : 0)
#define floor (objects == 0 -> 0 : 1)

inline begin() {
    running++;
    assert(running <= MAX && !terminated)
}

#ifdef STAND_BY
inline beginStandBy() {
    if
    :: standing_by == NOBODY -> standing_by = me
    :: else
    fi
}
#endif

inline parkNow() {
    parked[me] = true;
    word(0, 1, mineWas);
    mine = false
}

/* unpark(), under the lock */
inline takeOneself() {
    parked[me] = false;
    noMoreStandBy(me);
    word(0, -1, 1)
}

/* The owner puts nodes in line, which is empty then */
inline fill(nodes) {
    assert(near[me] == 0);
    near[me] = nodes;
    nodes = 0
}

#define ownIsEmpty (near[me] == 0 && arrived[me] == 0)

#ifdef OBJECT
#define taken got = TAKEN
#else
/* With it goes the claim: one-shots cannot be dropped */
#define taken got = TAKEN; begin()
#endif

/*
 * takeLine(), takeRear() or takeArrivals() of a stripe, which is not empty: what is in line,
 * or all that is near, or else what has arrived. A thief leaves one node or all but one.
 */
inline takeAll(i) {
    if
    :: near[i] > 0 -> moved = near[i]; near[i] = 0
    :: near[i] > 1 -> moved = near[i] - 1; near[i] = 1
    :: near[i] > 2 -> moved = 1; near[i] = near[i] - 1
    :: near[i] == 0 -> moved = arrived[i]; arrived[i] = 0
    fi
}

inline steal(i) {
    takeAll(i);
    moved--;
    taken
}

#define isFilled(i) (near[i] + arrived[i] > 0)
inline tellOfMore() {
    if
    :: mine || ownIsEmpty
    :: else -> signalWork()
    fi
}

/*
 * claimNext(), before the claim. What a worker prefers to what is left open, but for its own
 * line: that is empty when it takes from elsewhere. It may find nothing as soon as its stripe
 * is empty, since others may always have been faster.
 */
inline claimNext(got) {
    do
#ifdef OBJECT
    /* Claim in place: the node stays where it is, wherever that is */
    :: atomic { queued && pending >= 2 -> pending--; begin(); got = IN_PLACE; break }
#endif
    /* bringUpRear(), if nothing is in line and all that is near is in the rear */
    :: atomic { near[me] > 0 -> moved = near[me]; near[me] = 0; goto brought_up }
    /* Stripe.take() */
#if MUTATION == 22
    :: atomic { near[me] > 0 -> moved = near[me] - 1 };
        atomic { near[me] = moved; moved = 0; taken; break }
#else
    :: atomic { near[me] > 0 -> near[me]--; taken; break }
#endif
#if defined(OBJECT) || CHILDREN > 0
    /* Stripe.refill() */
    :: atomic { near[me] == 0 && arrived[me] > 0 -> moved = arrived[me] - 1; arrived[me] = 0; taken };
        atomic { fill(moved) };
#if MUTATION != 21
        tellOfMore();
#endif
        break
#endif
    /* Lane.take(), takeBatch() */
#if MUTATION == 25
    :: atomic { !lane_lock && line + arrivals > 0 -> lane_lock = true;
#elif MUTATION == 26
    :: atomic { near[me] == 0 && line + arrivals > 0 ->
#else
    :: atomic { near[me] == 0 && !lane_lock && line + arrivals > 0 -> lane_lock = true;
#endif
#if MUTATION == 5
            turned = line; stands_in = (line > 0); line = 0 };
#else
            turned = line; stands_in = true; line = 0 };
#endif
        atomic {
            if
            :: turned == 0 -> turned = arrivals; arrivals = 0
            :: else
            fi;
            /* How many of those that follow the oldest go to the stripe */
            if
            :: moved = 0
            :: turned > 1 -> moved = 1
            :: turned > 2 -> moved = turned - 1
            fi;
            turned = turned - 1 - moved
        };
#if MUTATION == 6
        atomic { line = turned; turned = 0; stands_in = false; lane_lock = false; taken };
        atomic { fill(moved) };
#else
        if
        :: atomic { moved > 0 -> fill(moved) }
        :: moved == 0
        fi;
        atomic { line = turned; turned = 0; stands_in = false; lane_lock = false; taken };
#endif
#ifndef BATCH_UNTOLD
        tellOfMore();
#endif
        break
#if SLOTS > 1 && MAX > 1
    /* steal() */
    :: atomic { ownIsEmpty && isFilled(0) -> steal(0); goto stolen }
    :: atomic { ownIsEmpty && isFilled(1) -> steal(1); goto stolen }
#if SLOTS > 2
    :: atomic { ownIsEmpty && isFilled(2) -> steal(2); goto stolen }
#endif
#endif
    /* share(), or what freeStuck() takes from behind others */
    :: atomic { isFilled(0) -> takeAll(0); goto share }
#if SLOTS > 1
    :: atomic { isFilled(1) -> takeAll(1); goto share }
#endif
#if SLOTS > 2
    :: atomic { isFilled(2) -> takeAll(2); goto share }
#endif
    :: atomic { ownIsEmpty -> got = NOTHING; break }
    od
}

proctype Worker(byte me) {
    bool mine; /* Worker.searching */
    byte got, moved;
    SIGNAL_LOCALS;

end_not_started:
    atomic { thread[me] -> mine = true; goto serve };

#if SLOTS > 1 && MAX > 1
stolen:
    atomic { fill(moved) };
#if MUTATION != 19
    tellOfMore();
#endif
    goto claim;
#endif

brought_up:
    atomic { fill(moved) };
#if MUTATION == 36
    goto serve;
#else
    goto tell_of_moved;
#endif

share:
    atomic { arrivals = arrivals + moved; moved = 0 };
    /* empty() of a stripe: rear, line and arrivals one after the other */
    if
    :: atomic { isFilled(0) -> takeAll(0); goto share }
#if SLOTS > 1
    :: atomic { isFilled(1) -> takeAll(1); goto share }
#endif
#if SLOTS > 2
    :: atomic { isFilled(2) -> takeAll(2); goto share }
#endif
    :: true
    fi;
#if MUTATION == 20
    goto serve;
#endif

tell_of_moved:
    if
    :: mine
    :: else -> signalWork()
    fi;

serve:
    claimNext(got);
claim:
    if
    :: atomic { got == NOTHING -> goto awaitWork }
    :: else
    fi;
#ifdef OBJECT
    if
    :: atomic { got == IN_PLACE -> goto claimed }
    :: atomic { got == TAKEN ->
            /* takeOne() */
            if
            :: pending == 0 -> queued = false; got = NOTHING; goto serve
            :: pending == 1 -> queued = false; pending = 0; begin(); goto claimed
            :: pending > 1 -> pending--; begin()
            fi }
    fi;
    /* TpPool.enqueue(): to the own stripe if that is open */
    if
    :: add()
    :: arrived[me]++
    fi;
#if MUTATION != 13
    signalWork();
#endif
claimed:
#endif
    if
    :: atomic { mine ->
            /* found() */
            mine = false;
            got = NOTHING;
            word(0, 0, -1) };
#if MUTATION != 2
        isEmpty(none);
        if
        :: none
        :: else -> none = true; signalWork()
        fi
#endif
    :: atomic { !mine -> got = NOTHING }
    fi;

#ifdef OBJECT
execution:
#endif
#if CHILDREN > 0
    /* Callbacks post: to the own stripe, if that is open */
    do
    :: atomic { children_left > 0 -> children_left-- };
        if
        :: add()
        :: arrived[me]++
        fi;
        signalWork()
    :: children_left == 0 -> break
    od;
#endif
#if MAX > 1
    if
    :: atomic { !one_waits -> one_waits = true };
        ran + refused >= TOTAL - 1
    :: skip
    fi;
#endif
    /* The execution is over; settle() */
#ifdef OBJECT
    if
    :: atomic { !object_closed && queued && pending >= 2 ->
            /* settle and claim in one step */
            pending--;
            ran++;
            goto execution }
    :: atomic { running--;
            ran++;
            if
            :: object_closed && pending == 0 && running == 0 && objects > 0 -> objects--
            :: else -> goto serve
            fi };
        wakeAllIfFinished();
        goto serve
    fi;
#else
    atomic { running--; ran++; goto serve };
#endif

awaitWork:
    if
    /* spin(): looks as often as it likes, by going back to claimNext() */
    :: atomic { !mine && searching == 0 -> word(0, 0, 1); mine = true; goto serve }
#ifdef STAND_BY
    /* standBy(): looks for something else than the object, and there is nothing else */
    :: atomic { !lock && running > 0 -> beginStandBy(); parkNow(); goto end_parked }
    /* park(): callbacks are begun one soon after the other */
    :: atomic { !lock && !isFinished && alive - idle > 1 -> beginStandBy(); parkNow(); goto look }
#endif
    /* park() */
#ifdef CLOSE
    :: atomic { !lock && !isFinished -> lock = true }
    :: atomic { !lock && isFinished -> lock = true };
        isEmpty(none);
        if
        :: atomic { none -> word(-1, 0, mineWas); mine = false };
#if MUTATION == 9
            atomic { signalAll(); lock = false; goto rejoin }
#else
            wakeAll();
            goto rejoin
#endif
        :: else
        fi
    fi;
    atomic {
        none = true;
#ifdef STAND_BY
        if
        :: beginStandBy()
        :: true
        fi;
#endif
        parkNow();
        lock = false
    };
#else
    :: atomic { !lock -> parkNow() }
    fi;
#endif
#ifdef STAND_BY
look:
#endif
#if MUTATION != 1
    isEmpty(none);
#ifdef STAND_BY
    /* More than in Java: it may leave that to whoever stands by */
    if
    :: atomic { !none && idle < alive };
        if
        :: atomic { standing_by != NOBODY -> none = true }
        :: true
        fi
    :: atomic { none || idle == alive }
    fi;
unpark:
#endif
    if
    :: none
    :: atomic { !none && !lock ->
            /* unpark() */
            none = true;
#if MUTATION == 15
            takeOneself()
#else
            if
            :: parked[me] -> takeOneself()
            :: else
            fi
#endif
        }
    fi;
#endif

end_parked:
    if
    :: atomic { !parked[me] -> mine = true; goto serve }
#if LEAVES > 0
    /* leaveForIdleness() */
#if MUTATION == 12
    :: atomic { leaves_left > 0 && !lock && alive > floor -> leaves_left--; lock = true }
#else
    :: atomic { leaves_left > 0 && !lock && parked[me] && alive > floor -> leaves_left--; lock = true }
#endif
#endif
#if defined(STAND_BY) && MUTATION != 28
    /* endStandBy(), some time after a look that has found all in good hands */
#if MUTATION == 35
    :: atomic { standing_by == me };
        isEmpty(none);
        atomic { !lock -> noMoreStandBy(me) };
        goto unpark
#else
    :: atomic { standing_by == me && !lock -> standing_by = NOBODY };
#if MUTATION == 33
        goto end_parked
#else
        isEmpty(none);
        goto unpark
#endif
#endif
#endif
    fi;
#if LEAVES > 0
    atomic { parked[me] = false; noMoreStandBy(me); word(-1, -1, 0); signalAll(); lock = false };
#endif

rejoin:
#if LEAVES > 0 || defined(CLOSE)
#if MUTATION != 7
    isEmpty(none);
    if
    :: atomic { none && (alive > 0 || objects == 0) -> goto leave }
    :: atomic { !(none && (alive > 0 || objects == 0)) -> none = true }
    fi;
    if
#if MUTATION == 31
    :: atomic { alive < limit -> word(1, 0, 1); mine = true; goto serve }
#else
    :: atomic { terminated -> goto leave }
    :: atomic { !terminated && alive < limit -> word(1, 0, 1); mine = true; goto serve }
#endif
    :: atomic { alive >= limit -> next = REPLACE }
    fi;
    isEmpty(none);
    atomic {
        if
        :: none -> next = RETURN
        :: else -> none = true; next = (idle > 0 -> SIGNAL : BACKLOG)
        fi
    };
    go(limit);
leave:
#endif
    atomic { none = true; assert(ownIsEmpty); thread[me] = false; goto end_not_started }
#endif
}

/* --------------------------------------------------------------------------- governor */

#ifdef GOVERNOR
inline hasBacklog() {
    isEmpty(none);
    atomic {
        backlogged = (!none && idle == 0);
        none = true
    }
}

proctype Governor() {
    bool backlogged;
    SIGNAL_LOCALS;
end_not_watching:
    do
    :: watching ->
        do
        :: hasBacklog();
            if
            :: atomic { backlogged -> backlogged = false };
                /* look(): some are blocked, or none; at the maximum it only watches */
                if
                :: atomic { alive < MAX -> limit = MAX };
                    signalWork()
                :: alive < MAX ->
                    signalWork()
                :: alive >= MAX
                fi
            :: else -> break
            fi
        od;
        limit = LIMIT;
        watching = false;
#if MUTATION != 17
        hasBacklog();
        if
        :: backlogged -> backlogged = false; signalWork()
        :: else
        fi
#endif
    od
}
#endif

/* ------------------------------------------------------------------------------ close */

#ifdef CLOSE
proctype Closer() {
    byte other;
    closed = true;
#if MUTATION != 16
    wakeAllIfFinished();
#endif
#ifdef OBJECT
    /* The object is closed when the last post was made */
    posters_done == POSTERS;
    atomic {
        object_closed = true;
        if
        :: pending == 0 && running == 0 && objects > 0 -> objects--
        :: else -> goto done
        fi
    };
    wakeAllIfFinished();
done:
#endif
    skip
}

proctype Terminator() {
    bool none;
    do
#if MUTATION == 32
    /* Does nothing but ask, without the lock */
    :: isFinished && alive == 0 ->
        isEmpty(none);
        if
        :: atomic { none && alive == 0 -> terminated = true }
        :: atomic { !(none && alive == 0) -> none = false }
        fi
#endif
    :: atomic { !lock -> lock = true };
        /* isTerminated() */
again:
        if
        :: isFinished && alive == 0 -> isEmpty(none)
        :: else -> none = false
        fi;
        if
        :: none ->
            if
            :: atomic { alive == 0 -> terminated = true }
            :: alive > 0 -> goto again
            fi;
            lock = false;
            break
        :: else -> atomic { waiting = true; lock = false }; !waiting
        fi
    od;
    told = true
}
#endif

/* --------------------------------------------------------------------------- the whole */

init {
    byte i, live, on_stack;
    atomic {
#ifdef OBJECT
        /* TpPool.objectCreated() has seen to it that there is a worker */
        alive = 1; searching = 1; thread[0] = true;
#endif
        for (i : 1 .. POSTERS) { run Poster() };
        for (i : 0 .. SLOTS - 1) { run Worker(i) };
#ifdef GOVERNOR
        run Governor();
#endif
#ifdef CLOSE
        run Closer();
        run Terminator();
#endif
        i = 0
    };
    /* Nobody can do anything any more */
    atomic {
        timeout;
        for (i : 0 .. SLOTS - 1) {
            live = live + thread[i];
            on_stack = on_stack + parked[i]
        };
        assert(ran + refused == TOTAL);
        assert(arrivals + line + turned == 0 && !stands_in && !lane_lock && !lock);
        for (i : 0 .. SLOTS - 1) { assert(near[i] + arrived[i] == 0) };
        assert(alive == live);
        assert(idle == on_stack);
        assert(searching == 0 && running == 0);
#ifdef OBJECT
        assert(pending == 0 && !queued);
        assert(objects == 0 || alive > 0);
#endif
#ifdef CLOSE
        assert(told && alive == 0);
#endif
    }
}
