/*
 * Entries are armed and disarmed under the locks of their shards, and the clock's thread
 * serves them, decides by two looks when to look again by itself, parks, is woken, leaves,
 * and is started again.
 *
 * Inlines are named after the Java methods that they stand for. What a lock hides is one
 * step with the access beside it. README.md says what is left out.
 *
 * ARMERS, OPS      threads that arm, what each of them does to its entry
 * ENTRIES          1, if all of them have the same one
 * TICKS            ticks for which something is armed
 * SAME             all entries are in the first shard
 * ANEW             an entry that is armed may be armed anew without the lock
 * IDLE             with ANEW: an entry may keep its place without being due, and is armed anew
 *                  without the lock only then; the thread takes out those that are like that
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

/* ClockEntry.IDLE */
#define NOT_DUE 8
#ifdef IDLE
#define MAY_BE_ARMED_ANEW(e) (place[e] == WHEEL && due[e] == NOT_DUE)
#else
#define MAY_BE_ARMED_ANEW(e) (place[e] == WHEEL)
#endif

#if ENTRIES == 1
#define IS_EMPTY(s) (place[0] == OFF || SHARD(0) != s)
#define IS_LATE(t) (place[0] == LINE || (place[0] == WHEEL && due[0] < t))
#define NOTHING_ARMED (place[0] == OFF)
#else
#define IS_EMPTY(s) ((place[0] == OFF || SHARD(0) != s) && (place[1] == OFF || SHARD(1) != s))
#define IS_LATE(t) (place[0] == LINE || (place[0] == WHEEL && due[0] < t) || place[1] == LINE || (place[1] == WHEEL && due[1] < t))
#define NOTHING_ARMED (place[0] == OFF && place[1] == OFF)
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
            lockShard(SHARD(e));
            /* ClockShard.bringForward() */
            if
            :: atomic { place[e] == LINE -> place[e] = WHEEL; slot[e] = due[e] }
            :: atomic { place[e] == WHEEL && due[e] < slot[e] -> slot[e] = due[e] }
            :: atomic { place[e] == OFF || (place[e] == WHEEL && due[e] >= slot[e]) }
            fi;
            atomic { wake_needed = place[e] != OFF && due[e] < wake_tick };
            unlock(SHARD(e))
        :: !late
        fi
    :: atomic { !MAY_BE_ARMED_ANEW(e) -> late = false };
        armUnderLock(e, tick)
    fi
}
#endif

proctype Armer(byte e) {
    byte ops = OPS;
    byte tick, seen, target;
    bool wake_needed, thread_needed;
#ifdef ANEW
    bool late;
#endif
    do
    :: atomic { ops > 0 -> ops--; busy++; select(tick : 1 .. TICKS) };
        armUnderLock(e, tick);
        atomic { busy--; tick = 0 }
#ifdef ANEW
    :: atomic { ops > 0 -> ops--; busy++; select(tick : 1 .. TICKS) };
        armAnew(e, tick);
        atomic { busy--; tick = 0 }
#endif
#ifdef IDLE
    /* ClockEntry.becomeIdle() */
#if MUTATION == 23
    :: atomic { ops > 0 && ops < OPS && place[e] != OFF && due[e] != NOT_DUE ->
#else
    :: atomic { ops > 0 && ops < OPS && place[e] == WHEEL && due[e] != NOT_DUE ->
#endif
            ops--; due[e] = NOT_DUE; wanted[e] = false }
#endif
    :: atomic { ops > 0 && ops < OPS -> ops--; busy++ };
        lockShard(SHARD(e));
        atomic { wanted[e] = false; place[e] = OFF; due[e] = 0; slot[e] = 0 };
        unlock(SHARD(e));
        busy--
    :: atomic { ops == 0 -> through++; break }
    od
}

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

#ifdef IDLE
#define IS_IDLE(e) (place[e] == WHEEL && due[e] == NOT_DUE)
/* ClockEntry.holdIfIdle() */
#if MUTATION == 22
#define TAKE_OUT(e) }; atomic { place[e] = OFF; due[e] = 0; slot[e] = 0
#else
#define TAKE_OUT(e) -> place[e] = OFF; due[e] = 0; slot[e] = 0
#endif
#endif

/* TimerWheel.sort(): takes out what is due, and links the others again by when they are due */
inline sort(e) {
    if
    :: atomic { SHARD(e) == s && place[e] == WHEEL && slot[e] <= now && due[e] <= now -> place[e] = LINE; slot[e] = 0 }
#ifdef IDLE
    :: atomic { SHARD(e) == s && slot[e] <= now && IS_IDLE(e) TAKE_OUT(e) }
#endif
    :: atomic { SHARD(e) == s && place[e] == WHEEL && slot[e] <= now && due[e] > now && due[e] != NOT_DUE -> read = due[e] };
        atomic { slot[e] = read; read = 0 };
#if MUTATION != 21
        do
        :: atomic { due[e] < slot[e] -> slot[e] = due[e] }
        :: atomic { due[e] >= slot[e] -> break }
        od
#endif
    :: atomic { SHARD(e) != s || place[e] != WHEEL || slot[e] > now }
    fi
}

#ifdef IDLE
/* TimerWheel.removeIdle() */
inline removeIdle(e) {
    if
    :: atomic { SHARD(e) == s && IS_IDLE(e) TAKE_OUT(e) }
    :: atomic { SHARD(e) != s || !IS_IDLE(e) }
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
#ifdef IDLE
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
        for (i : 0 .. ARMERS - 1) { run Armer(i % ENTRIES) };
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
        assert(alive == (thread > 0 -> 1 : 0) && serving == alive);
    }
}
