/*
 * Entries are armed and disarmed under the locks of their shards, and the clock's thread
 * serves them, decides by two looks when to look again by itself, parks, is woken, leaves,
 * and is started again.
 *
 * Inlines are named after the Java methods that they stand for. What a lock hides is one
 * step with the access beside it. README.md says what is left out.
 *
 * ARMERS, OPS      threads that arm, what each of them does to its entry
 * LAST_OPS         the same of the last of them
 * ENTRIES          1, if all of them have the same one
 * TICKS            ticks for which something is armed
 * SAME             all entries are in the first shard
 * ANEW             an entry that is armed may be armed anew without the lock
 * WAIT             the entries are those of waits, whose settings end without the clock; the next
 *                  one writes when it is due, or arms; the thread takes out what is armed for nobody
 * LEAVES, FAILS    how often the thread may leave, and its start may fail
 * MUTATION         plants the bug of this number
 */
#ifndef ARMERS
#define ARMERS 2
#endif
#ifndef ENTRIES
#define ENTRIES ARMERS
#endif
#ifndef OPS
#define OPS 1
#endif
#ifndef LAST_OPS
#define LAST_OPS OPS
#endif
#ifndef TICKS
#define TICKS 2
#endif
#ifndef LEAVES
#define LEAVES 0
#endif
#ifndef FAILS
#define FAILS 0
#endif
#ifndef MUTATION
#define MUTATION 0
#endif

#define SHARDS 2
#define THREADS (LEAVES + 1)

/* wakeTick; anything between is a tick */
#define AWAKE 0
#define NEVER 9
byte wake_tick = NEVER;

/* What an entry is: not armed, in a slot of the wheel, in line */
#define OFF 0
#define WHEEL 1
#define LINE 2
byte place[ENTRIES];
byte due[ENTRIES];
byte slot[ENTRIES];     /* the tick in which its slot is reached */
#ifdef SAME
#define SHARD(e) 0
#else
#define SHARD(e) (e)
#endif

/* The locks of the shards, and life */
bool lock[SHARDS];
bool life;

/* Threads are numbered from one */
byte thread;
bool start_failed;
bool permit[THREADS + 2];

/* Time, which the thread alone reads */
byte now;

/* What is counted for the assertions alone */
byte started;
byte alive;
byte serving;          /* threads between their start and their leave */
byte sleeps;           /* until when the thread is parked, 0 if it is not */
byte busy;             /* armers in the midst of what they do */
byte through;          /* armers that are over */
byte leaves;
byte fails;
bool wanted[ENTRIES];   /* whether an entry is to be served, as its armer sees it */

#define MAY_BE_ARMED_ANEW(e) (place[e] == WHEEL)

#ifdef WAIT
/* Whether the due word is negative */
bool movable[ENTRIES];
/* The lock of the wait */
bool wait_lock[ENTRIES];
/* The setting that is live: none, armed, or to be armed by one of the armers */
#define NOBODY 0
#define ARMED 1
#define TO_BE_ARMED_BY(setter) (setter + 2)
byte live[ENTRIES];
/* For the assertions alone: when that setting is due */
byte until[ENTRIES];
#define HAS_NO_PLACE(e) place[e] = OFF; slot[e] = 0
#define IS_LEFT_ALONE(e, t) (place[e] == LINE || (live[e] != NOBODY && until[e] < t))
#define IS_OFF(e) (place[e] == OFF && live[e] == NOBODY)
#else
#define IS_LEFT_ALONE(e, t) (place[e] == LINE || (place[e] == WHEEL && due[e] < t))
#define IS_OFF(e) (place[e] == OFF)
#endif

#if ENTRIES == 1
#define IS_EMPTY(s) (place[0] == OFF || SHARD(0) != s)
#define IS_LATE(t) IS_LEFT_ALONE(0, t)
#define NOTHING_ARMED IS_OFF(0)
#else
#define IS_EMPTY(s) ((place[0] == OFF || SHARD(0) != s) && (place[1] == OFF || SHARD(1) != s))
#define IS_LATE(t) (IS_LEFT_ALONE(0, t) || IS_LEFT_ALONE(1, t))
#define NOTHING_ARMED (IS_OFF(0) && IS_OFF(1))
#endif

/* ------------------------------------------------------------------- who arms and wakes */

inline lockShard(s) {
    atomic { !lock[s] -> lock[s] = true }
}

inline unpark() {
    /* Of a thread that is gone, or none, it does nothing */
    atomic { target = thread };
    atomic { permit[target] = target > 0; target = 0 }
}

inline wakeThread() {
    atomic { seen = wake_tick };
#if MUTATION == 10
    unpark();
#endif
    if
    :: atomic { seen == AWAKE -> seen = 0 }
    :: atomic { seen != AWAKE && wake_tick == seen -> wake_tick = AWAKE; seen = 0 };
#if MUTATION != 10
        unpark()
#else
        skip
#endif
    /* The thread has looked, or looks, after the entry was armed */
    :: atomic { seen != AWAKE && wake_tick != seen -> seen = 0 }
    fi
}

inline tryToStartThread() {
    if
    :: atomic { fails < FAILS -> fails++ };
        if
        /* There is not even a thread to start */
        :: true
        :: true ->
            wake_tick = AWAKE;
#if MUTATION != 9
            thread = THREADS + 1
#endif
        fi;
        thread = 0;
        wake_tick = NEVER;
#if MUTATION != 13
        start_failed = true
#endif
    :: true ->
        wake_tick = AWAKE;
#if MUTATION == 9
        atomic { started++; alive++; run Thread(started) };
        thread = started;
#else
        atomic { thread = started + 1 };
        atomic { started++; alive++; run Thread(started) };
#endif
        start_failed = false
    fi
}

inline startThread() {
    atomic { !life -> life = true };
    if
#if MUTATION == 7
    :: true -> tryToStartThread()
#else
    :: thread == 0 -> tryToStartThread()
    :: thread != 0
#endif
    fi;
    life = false
}

/* Clock.unlock(), with the lock of s, and what lookBy() has found */
inline unlock(s) {
#if MUTATION != 16
#if MUTATION == 12
    atomic { thread_needed = thread == 0 && !IS_EMPTY(s); lock[s] = false };
#else
    if
    :: atomic { thread != 0 -> thread_needed = false; lock[s] = false }
    :: thread == 0 -> atomic { thread_needed = start_failed || !IS_EMPTY(s); lock[s] = false }
    fi;
#endif
#else
    atomic { lock[s] = false };
#endif
    if
    :: atomic { thread_needed -> thread_needed = false; wake_needed = false };
        startThread()
    :: atomic { !thread_needed && wake_needed -> wake_needed = false };
        wakeThread()
    :: atomic { !thread_needed && !wake_needed }
    fi
}

inline armUnderLock(e, tick) {
#if MUTATION == 3
    atomic { wake_needed = tick < wake_tick };
#endif
#if MUTATION == 16
    atomic { thread_needed = thread == 0 };
#endif
    lockShard(SHARD(e));
    /* ClockShard.arm(), then lookBy() */
    atomic {
        due[e] = tick;
        wanted[e] = true;
        if
#if MUTATION == 17
        :: place[e] == LINE
#else
        :: place[e] == LINE -> place[e] = WHEEL; slot[e] = tick
#endif
        :: place[e] == OFF -> place[e] = WHEEL; slot[e] = tick
        /* A slot that is reached earlier is as good */
        :: place[e] == WHEEL && tick < slot[e] -> slot[e] = tick
        :: place[e] == WHEEL && tick >= slot[e]
        fi
    };
#if MUTATION != 3
    atomic { wake_needed = tick < wake_tick };
#endif
    unlock(SHARD(e))
}

/* Clock.bringForward() */
inline bringForward(e) {
    lockShard(SHARD(e));
    if
    :: atomic { place[e] == LINE -> place[e] = WHEEL; slot[e] = due[e] }
    :: atomic { place[e] == WHEEL && due[e] < slot[e] -> slot[e] = due[e] }
    :: atomic { place[e] == OFF || (place[e] == WHEEL && due[e] >= slot[e]) }
    fi;
    atomic { wake_needed = place[e] != OFF && due[e] < wake_tick };
    unlock(SHARD(e))
}

#ifdef ANEW
/* The lock is taken only if the entry comes earlier than the wheel or the thread would see */
inline armAnew(e, tick) {
#if MUTATION == 19
    atomic { late = tick < slot[e] };
#endif
    if
    :: atomic { MAY_BE_ARMED_ANEW(e) -> due[e] = tick; wanted[e] = true };
#if MUTATION != 19 && MUTATION != 20
        atomic { late = tick < slot[e] };
#endif
        if
        :: !late -> atomic { late = tick < wake_tick }
        :: late
        fi;
        if
        :: atomic { late -> late = false };
            bringForward(e)
        :: !late
        fi
    :: atomic { !MAY_BE_ARMED_ANEW(e) -> late = false };
        armUnderLock(e, tick)
    fi
}
#endif

#ifdef WAIT
/* Written by whoever has the wait's lock and has seen a negative word, without the clock's lock */
inline putOff(e, tick) {
#if MUTATION == 24
    atomic { late = place[e] == LINE || tick < slot[e] };
#endif
    /* TpWait.install(): whoever finds the setting live waits for the lock, or ends it */
    atomic { due[e] = tick; movable[e] = true; live[e] = ARMED; until[e] = tick };
#if MUTATION != 23 && MUTATION != 24
    atomic { late = place[e] == LINE || tick < slot[e] };
#endif
    if
#if MUTATION != 23 && MUTATION != 36
    :: !late -> atomic { late = tick < wake_tick; wait_lock[e] = false }
#else
    :: !late -> wait_lock[e] = false
#endif
    :: late -> wait_lock[e] = false
    fi;
    if
    :: atomic { late -> late = false };
        bringForward(e)
    :: !late
    fi
}

/* Under both locks nobody else writes the word, so what is done there is one step */
inline armTimeout(e, tick) {
    lockShard(SHARD(e));
    atomic {
        !wait_lock[e] ->
        if
        :: live[e] == TO_BE_ARMED_BY(_pid) || MUTATION == 32 ->
            if
            :: live[e] == TO_BE_ARMED_BY(_pid) -> live[e] = ARMED
            :: else
            fi;
            due[e] = tick;
            movable[e] = true;
            if
            :: place[e] != WHEEL || tick < slot[e] -> place[e] = WHEEL; slot[e] = tick
            :: else
            fi;
            wake_needed = true
        :: else
        fi
    };
    if
    :: atomic { wake_needed -> wake_needed = tick < wake_tick }
    :: atomic { !wake_needed }
    fi;
    unlock(SHARD(e))
}

inline set(e, tick) {
    if
#if MUTATION == 22
    :: movable[e] ->
        atomic { !wait_lock[e] -> wait_lock[e] = true; live[e] = NOBODY; until[e] = 0 };
#else
    :: atomic { !wait_lock[e] && movable[e] -> wait_lock[e] = true; live[e] = NOBODY; until[e] = 0 };
#endif
        putOff(e, tick)
    :: atomic { !wait_lock[e] && !movable[e] -> live[e] = TO_BE_ARMED_BY(_pid); until[e] = tick };
        armTimeout(e, tick)
    fi
}

inline disarmTimeout(e) {
    lockShard(SHARD(e));
    atomic {
#if MUTATION != 31
        !wait_lock[e] ->
#endif
        if
        :: live[e] != ARMED || MUTATION == 35 -> HAS_NO_PLACE(e); due[e] = 0; movable[e] = false
        :: else
        fi
    };
    unlock(SHARD(e))
}
#endif

proctype Armer(byte e, ops) {
    byte tick, seen, target;
    bool wake_needed, thread_needed;
#if defined(ANEW) || defined(WAIT)
    bool late;
#endif
    do
#ifdef WAIT
    :: atomic { ops > 0 -> ops--; busy++; select(tick : 1 .. TICKS) };
        set(e, tick);
        atomic { busy--; tick = 0 }
    /* TpWait.disarm() */
    :: atomic { ops > 0 && ops < OPS && !wait_lock[e] -> ops--; busy++; live[e] = NOBODY; until[e] = 0 };
        disarmTimeout(e);
        busy--
#else
    :: atomic { ops > 0 -> ops--; busy++; select(tick : 1 .. TICKS) };
        armUnderLock(e, tick);
        atomic { busy--; tick = 0 }
#ifdef ANEW
    :: atomic { ops > 0 -> ops--; busy++; select(tick : 1 .. TICKS) };
        armAnew(e, tick);
        atomic { busy--; tick = 0 }
#endif
    :: atomic { ops > 0 && ops < OPS -> ops--; busy++ };
        lockShard(SHARD(e));
        atomic { wanted[e] = false; place[e] = OFF; due[e] = 0; slot[e] = 0 };
        unlock(SHARD(e));
        busy--
#endif
    :: atomic { ops == 0 -> through++; break }
    od
}

#ifdef WAIT
/* The line ends a setting at any moment, or nobody does */
active proctype Signaller() {
end_signaller:
    do
    :: atomic { live[0] != NOBODY -> live[0] = NOBODY; until[0] = 0 }
#if ENTRIES > 1
    :: atomic { live[1] != NOBODY -> live[1] = NOBODY; until[1] = 0 }
#endif
    od
}
#endif

/* Uses the clock once the others are through, by another shard, after a start that failed */
#if FAILS > 0
proctype User() {
    byte seen, target;
    bool wake_needed, thread_needed;
end_user:
    atomic { through == ARMERS && alive == 0 && fails > 0 && !NOTHING_ARMED -> busy++ };
    lockShard(1);
    unlock(1);
    busy--
}
#endif

/* --------------------------------------------------------------------------- the thread */

/* Who waits for a lock may spend the permit */
inline waitForLock(which) {
    do
    :: atomic { !which -> which = true; break }
    :: atomic { which && permit[me] -> permit[me] = false }
    od
}

#ifdef WAIT
/* Whoever waits for the lock of the wait may spend the permit, too */
#define WAITING(e) atomic { wait_lock[e] && permit[me] -> permit[me] = false }

#if MUTATION == 29
#define IS_IDLE(e) (movable[e])
#else
#define IS_IDLE(e) (movable[e] && live[e] != ARMED)
#endif

/* TpWait.givesUpPlace(), under the lock of its shard */
inline givesUpPlace(e) {
    do
#if MUTATION == 28
    :: atomic { !wait_lock[e] && IS_IDLE(e) -> HAS_NO_PLACE(e); due[e] = 0; break }
#elif MUTATION == 34
    :: atomic { IS_IDLE(e) -> HAS_NO_PLACE(e); due[e] = 0; movable[e] = false; break }
#else
    :: atomic { !wait_lock[e] && IS_IDLE(e) -> HAS_NO_PLACE(e); due[e] = 0; movable[e] = false; break }
#endif
    :: atomic { !wait_lock[e] && !IS_IDLE(e) -> break }
    :: WAITING(e)
    od
}
#endif

/* TimerWheel.sort(): takes out what is due, and links the others again by when they are due */
inline sort(e) {
    if
#ifdef WAIT
    /* ClockEntry.holdIfDue(), then putInLine(): the slot is what it was in between */
    :: atomic { SHARD(e) == s && place[e] == WHEEL && slot[e] <= now && due[e] <= now -> movable[e] = false };
        atomic { place[e] = LINE; slot[e] = 0 }
    :: atomic { SHARD(e) == s && place[e] == WHEEL && slot[e] <= now && due[e] > now };
        givesUpPlace(e);
        if
        :: atomic { place[e] != OFF -> read = due[e] };
#else
    :: atomic { SHARD(e) == s && place[e] == WHEEL && slot[e] <= now && due[e] <= now -> place[e] = LINE; slot[e] = 0 }
    :: atomic { SHARD(e) == s && place[e] == WHEEL && slot[e] <= now && due[e] > now -> read = due[e] };
#endif
        atomic { slot[e] = read; read = 0 };
#if MUTATION != 21
        do
        :: atomic { due[e] < slot[e] -> slot[e] = due[e] }
        :: atomic { due[e] >= slot[e] -> break }
        od
#endif
#ifdef WAIT
        :: place[e] == OFF
        fi
#endif
    :: atomic { SHARD(e) != s || place[e] != WHEEL || slot[e] > now }
    fi
}

#ifdef WAIT
/* TimerWheel.removeIdle() */
inline removeIdle(e) {
    if
    :: SHARD(e) == s && place[e] == WHEEL -> givesUpPlace(e)
    :: SHARD(e) != s || place[e] != WHEEL
    fi
}

inline disarmIdle() {
    atomic { s = 0 };
    do
    :: s < SHARDS ->
        waitForLock(lock[s]);
        removeIdle(0);
#if ENTRIES > 1
        removeIdle(1);
#endif
        atomic { lock[s] = false; s++ }
    :: atomic { s == SHARDS -> s = 0; break }
    od
}
#endif

inline lineUp() {
    atomic { s = 0 };
    do
    :: s < SHARDS ->
        waitForLock(lock[s]);
        sort(0);
#if ENTRIES > 1
        sort(1);
#endif
        atomic { lock[s] = false; s++ }
    :: atomic { s == SHARDS -> s = 0; break }
    od
}

#ifdef WAIT
#if MUTATION == 33
#define IS_ARMED(e) (live[e] != NOBODY)
#else
#define IS_ARMED(e) (live[e] == ARMED)
#endif

/* TpWait.expire(): goes by time. Under both locks the word is nobody else's, and who is live may only end. */
inline serveWait(e) {
    if
    :: IS_ARMED(e) && (!movable[e] || due[e] <= now || MUTATION == 25) ->
        if
        :: true ->
            assert(until[e] <= now);
            live[e] = NOBODY;
            until[e] = 0;
            HAS_NO_PLACE(e);
            due[e] = 0;
            movable[e] = false
        /* Its line is busy */
        :: place[e] = WHEEL; slot[e] = due[e]; movable[e] = true
        fi
#if MUTATION != 26
    :: IS_ARMED(e) && movable[e] && due[e] > now && MUTATION != 25 -> place[e] = WHEEL; slot[e] = due[e]
#else
    :: IS_ARMED(e) && movable[e] && due[e] > now -> HAS_NO_PLACE(e); due[e] = 0; movable[e] = false
#endif
    :: else ->
        HAS_NO_PLACE(e);
        due[e] = 0;
#if MUTATION != 27
        movable[e] = false
#endif
    fi
}

inline expire(e) {
    if
    :: place[e] == LINE ->
        waitForLock(lock[SHARD(e)]);
        if
        :: atomic { place[e] != LINE -> lock[SHARD(e)] = false }
        :: atomic { place[e] == LINE };
            do
#if MUTATION == 30
            :: atomic { serveWait(e); lock[SHARD(e)] = false; break }
#else
            :: atomic { !wait_lock[e] -> serveWait(e); lock[SHARD(e)] = false; break }
            :: WAITING(e)
#endif
            od
        fi
    :: place[e] != LINE
    fi
}
#else
inline expire(e) {
    if
    :: place[e] == LINE ->
        waitForLock(lock[SHARD(e)]);
        atomic {
            if
            :: place[e] == LINE || MUTATION == 18 ->
                /* Never early, and what was disarmed is not served */
                assert(wanted[e] && due[e] <= now);
                place[e] = OFF;
                wanted[e] = false;
                due[e] = 0
            :: else
            fi;
            lock[SHARD(e)] = false
        }
    :: place[e] != LINE
    fi
}
#endif

inline neededTickOf(e, tick) {
    if
    :: SHARD(e) == s && place[e] == WHEEL && slot[e] < tick -> tick = slot[e]
    :: else
    fi
}

inline neededTick(tick) {
    atomic { tick = NEVER; s = 0 };
    do
    :: s < SHARDS ->
        waitForLock(lock[s]);
        atomic {
            neededTickOf(0, tick);
#if ENTRIES > 1
            neededTickOf(1, tick);
#endif
            lock[s] = false;
            s++
        }
    :: atomic { s == SHARDS -> s = 0; break }
    od
}

inline lookAgain() {
    neededTick(second);
#if MUTATION == 2
    atomic { second = 0 }
#else
    if
    :: atomic { second < needed -> second = 0; needed = 0 }
    :: atomic { second >= needed -> second = 0 }
    fi
#endif
}

inline readAgain() {
    if
    :: atomic { wake_tick == needed || needed == 0 }
    :: atomic { wake_tick != needed && needed != 0 -> needed = 0 }
    fi
}

/* If not, needed is 0: the thread serves again at once */
inline isStillRight() {
#if MUTATION != 4
    wake_tick = needed;
#endif
#if MUTATION == 8
    readAgain();
#endif
#if MUTATION != 1
    lookAgain();
#endif
#if MUTATION == 4
    wake_tick = needed;
#endif
#if MUTATION != 6 && MUTATION != 8
    readAgain();
#endif
}

inline nanosToNext() {
    neededTick(needed);
#ifdef WAIT
    if
    /* Not every time */
    :: needed != NEVER ->
        disarmIdle();
        neededTick(needed)
    :: true
    fi;
#endif
    isStillRight()
}

/* Gone only if nothing is armed */
inline leave() {
#if MUTATION != 11
    waitForLock(life);
#endif
#if MUTATION != 5
    thread = 0;
#endif
    s = 0;
    do
#if MUTATION == 15
    :: s < 1 ->
#else
    :: s < SHARDS ->
#endif
        waitForLock(lock[s]);
        if
        :: atomic { IS_EMPTY(s) -> lock[s] = false; s++ }
        :: atomic { !IS_EMPTY(s) };
            thread = me;
            atomic { lock[s] = false; s = 0; break }
        fi
    :: else ->
#if MUTATION == 5
        thread = 0;
#endif
        /* From here on it does nothing any more */
        atomic { serving--; alive--; leaves++; life = false; s = 0; goto gone }
    od;
#if MUTATION != 11
    life = false
#endif
}

proctype Thread(byte me) {
    byte needed, second, s, read;
    bool over;
    atomic { serving++; assert(serving == 1) };

serve:
    wake_tick = AWAKE;
    lineUp();
    expire(0);
#if ENTRIES > 1
    expire(1);
#endif
    nanosToNext();

    if
    :: needed == NEVER ->
        if
        /* Has lingered long enough */
        :: over && leaves < LEAVES ->
            leave();
#if MUTATION == 14
            goto park
#else
            goto serve
#endif
        :: else -> goto park
        fi
    :: needed <= now -> over = false; goto serve
    :: else -> over = false
    fi;

park:
    atomic { sleeps = needed };
end_parked:
    if
    :: atomic { permit[me] -> permit[me] = false; sleeps = 0 }
    /* Time passes as fast as it likes */
    :: atomic { needed != NEVER -> now = needed; sleeps = 0 }
    :: atomic { needed == NEVER && !over && leaves < LEAVES -> over = true; sleeps = 0 }
    fi;
    needed = 0;
    goto serve;

gone:
    skip
}

/* Never has a turn unless the thread sleeps too long, or is missing, and nobody is about to change that */
active proctype Invariant() {
end_invariant:
    atomic { busy == 0 && ((sleeps > 0 && !permit[thread] && IS_LATE(sleeps))
            || (alive == 0 && !NOTHING_ARMED && !start_failed && fails == 0)) -> assert(false) }
}

init {
    byte i;
    atomic {
        for (i : 0 .. ARMERS - 1) { run Armer(i % ENTRIES, (i < ARMERS - 1 -> OPS : LAST_OPS)) };
#if FAILS > 0
        run User();
#endif
        i = 0
    };
    /* Nobody can do anything any more */
    atomic {
        timeout;
        assert(through == ARMERS && busy == 0 && NOTHING_ARMED && !life && !lock[0] && !lock[1]);
        for (i : 0 .. ENTRIES - 1) { assert(!wanted[i]) };
#ifdef WAIT
        for (i : 0 .. ENTRIES - 1) { assert(!wait_lock[i]) };
#endif
        assert(alive == (thread > 0 -> 1 : 0) && serving == alive);
    }
}
