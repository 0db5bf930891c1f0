package dev.tpool;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool: who is woken, who is started, who parks and who leaves. See
 * {@link CrewState} for the protocol.
 */
final class Crew {

    private static final System.Logger logger = System.getLogger(TpPool.class.getName());

    /** What a park and a wake-up may cost: more than that is not worth a spin. */
    private static final long LONGEST_SPIN_NANOS = 50_000;

    /** Less than a wake-up costs on any machine. */
    private static final long SHORTEST_SPIN_NANOS = 2_000;

    private static final int LOOKS_PER_CLOCK_READ = 16;

    /**
     * So long a worker stays at least that has parked though the queue is not empty: if
     * it left it would come back at once.
     */
    private static final long SHORTEST_STAY_NANOS = 1_000_000;

    private final TpPool pool;

    private final CallbackQueue queue;

    private final ThreadFactory threadFactory;

    private final int processors;

    private final long keepAliveNanos;

    private final Governor governor;

    /** Virtual threads cost next to nothing: only the maximum limits them. */
    private final boolean growsFreely;

    /** See {@link CrewState}. */
    private final AtomicLong state = new AtomicLong();

    /** Guards the idle stack, and the moves between it and the state. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition workerLeft = this.lock.newCondition();

    private @Nullable Worker idleTop;

    /**
     * The one on the idle stack that looks by itself, soon, whether those who run
     * callbacks get on; written under the lock.
     */
    private volatile @Nullable Worker standingBy;

    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();

    /**
     * Guarded by the lock, so that nobody counts a worker that leaves twice, or not at
     * all.
     */
    private long completedByFormerWorkers;

    /** Callbacks that run and said, or whose environment said, that they may run long. */
    private final AtomicInteger longRunning = new AtomicInteger();

    /** Workers that the governor saw blocked, the long-running ones not among them. */
    private volatile int blocked;

    /** Whether the last attempt to start a worker failed: it was said then. */
    private volatile boolean startsFail;

    /**
     * How long a searcher spins before it parks: as long as it would have helped lately.
     * There is one searcher at most who spins, and an old value does no harm.
     */
    private long spinNanos = SHORTEST_SPIN_NANOS;

    private volatile int minimum;

    private volatile int maximum;

    Crew(TpPool pool, CallbackQueue queue, ThreadFactory threadFactory, int minimum, int maximum, long keepAliveNanos) {
        this.pool = pool;
        this.queue = queue;
        this.threadFactory = threadFactory;
        this.minimum = minimum;
        this.maximum = maximum;
        this.keepAliveNanos = keepAliveNanos;
        this.processors = Runtime.getRuntime().availableProcessors();
        this.growsFreely = pool.threadKind() == TpThreadKind.VIRTUAL;
        this.governor = new Governor(this, queue, pool);
    }

    int minimum() {
        return this.minimum;
    }

    int maximum() {
        return this.maximum;
    }

    int alive() {
        return CrewState.alive(this.state.get());
    }

    int idle() {
        return CrewState.idle(this.state.get());
    }

    boolean isClosed() {
        return CrewState.isClosed(this.state.get());
    }

    Iterable<Worker> workers() {
        return this.workers;
    }

    long completed() {
        this.lock.lock();
        try {
            long sum = this.completedByFormerWorkers;
            for (Worker worker : this.workers) {
                sum += worker.completed();
            }
            return sum;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Sees to it that what was just added to the queue finds a worker.
     * @return {@code false} if there will be none any more, since the pool came to its
     * end before
     */
    boolean signalWork() {
        return signalWork(0);
    }

    /**
     * Does the same for what a callback has added, which may go on for long, or wait for
     * it.
     */
    boolean signalWorkOfCallback() {
        return signalWork(1);
    }

    private boolean signalWork(int busy) {
        long seen = this.state.get();
        if (CrewState.searching(seen) > 0 || isSeenTo(seen, busy)) {
            return true;
        }
        if (CrewState.idle(seen) > 0 && wakeOne()) {
            return true;
        }
        int limit = growthLimit();
        if (CrewState.alive(seen) < limit) {
            return startSearcher(limit) || !isMarkedTerminated();
        }
        this.governor.backlog();
        return true;
    }

    /**
     * Whether what is queued needs nobody to be woken: it is one object at most and of
     * normal priority, some worker runs a callback and looks at the queue after it, and
     * if that takes long another one comes by itself.
     * @param busy how many workers there are that do not look soon, besides those of
     * which that is known
     */
    private boolean isSeenTo(long seen, int busy) {
        return this.standingBy != null && running(seen) > this.longRunning.get() + this.blocked + busy
                && isOneObjectAtMost();
    }

    private boolean isOneObjectAtMost() {
        return this.queue.low().isEmpty() && !this.queue.hasMoreThanOneObject();
    }

    /**
     * The workers that are not idle.
     */
    private static int running(long state) {
        return CrewState.alive(state) - CrewState.idle(state);
    }

    /**
     * Sees to it that there is at least one worker.
     * @return {@code false} if none could be started
     */
    boolean ensureWorker() {
        return alive() > 0 || startSearcher(1) || alive() > 0;
    }

    /**
     * Starts workers up to the new minimum.
     * @return {@code false}, with nothing changed but the workers that were started, if
     * one could not be
     */
    boolean setMinimum(int minimum) {
        return startAndSet(minimum, () -> Math.max(this.maximum, minimum));
    }

    /**
     * Starts workers up to the new minimum, and changes both limits under the lock.
     * @return {@code false}, with nothing changed but the workers that were started, if
     * one could not be
     */
    boolean setLimits(int minimum, int maximum) {
        if (!startAndSet(minimum, () -> maximum)) {
            return false;
        }
        limitsChanged();
        return true;
    }

    private boolean startAndSet(int minimum, IntSupplier maximum) {
        while (startUpTo(minimum)) {
            this.lock.lock();
            try {
                // One that was idle for too long may have left meanwhile; from here on it
                // may not.
                if (alive() >= minimum || isClosed()) {
                    this.maximum = maximum.getAsInt();
                    this.minimum = minimum;
                    return true;
                }
            }
            finally {
                this.lock.unlock();
            }
        }
        return false;
    }

    private boolean startUpTo(int count) {
        while (true) {
            long seen = this.state.get();
            // Those of a pool that has come to its end would leave at once.
            if (CrewState.alive(seen) >= count || isFinished() || CrewState.isTerminated(seen)) {
                return true;
            }
            if (this.state.compareAndSet(seen, seen + CrewState.ALIVE_ONE + CrewState.SEARCHING_ONE)
                    && !startWorker()) {
                return false;
            }
        }
    }

    void setMaximum(int maximum) {
        this.lock.lock();
        try {
            this.maximum = maximum;
            this.minimum = Math.min(this.minimum, maximum);
        }
        finally {
            this.lock.unlock();
        }
        limitsChanged();
    }

    private void limitsChanged() {
        this.governor.hurry();
        if (!this.queue.isEmpty()) {
            signalWork();
        }
    }

    /**
     * A running callback says that it may run long.
     * @return whether somebody else is there to run callbacks, or could be started
     */
    boolean replaceLongRunning() {
        long seen = this.state.get();
        enterLongRunning();
        return CrewState.idle(seen) + CrewState.searching(seen) > 0 || startSearcher(this.maximum)
                || CrewState.searching(this.state.get()) > 0;
    }

    void enterLongRunning() {
        this.longRunning.incrementAndGet();
        if (!this.queue.isEmpty()) {
            signalWork();
        }
    }

    void leaveLongRunning() {
        this.longRunning.decrementAndGet();
    }

    /**
     * The governor has counted how many workers are blocked.
     */
    void setBlocked(int blocked) {
        this.blocked = blocked;
    }

    void close() {
        this.state.getAndAccumulate(CrewState.CLOSED, (state, flag) -> state | flag);
        wakeAllIfFinished();
    }

    /**
     * Lets the workers go if the pool was closed and has nothing left to serve.
     */
    void wakeAllIfFinished() {
        if (!isFinished()) {
            return;
        }
        this.lock.lock();
        try {
            wakeAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Lets the workers look whether they have to leave, and whoever waits for the end
     * whether it has come.
     */
    private void wakeAll() {
        while (this.idleTop != null) {
            wake(this.idleTop);
        }
        this.workerLeft.signalAll();
    }

    /**
     * Whether the pool was closed and takes nothing new: only what is queued is left.
     */
    private boolean isFinished() {
        return isClosed() && this.pool.hasNoObjects();
    }

    boolean isTerminated() {
        if (isMarkedTerminated()) {
            return true;
        }
        // Under it nobody is taken away from those who are alive. Without it, a worker
        // might come and go between the look at the queue and the mark.
        this.lock.lock();
        try {
            while (true) {
                long seen = this.state.get();
                if (CrewState.isTerminated(seen)) {
                    return true;
                }
                if (!isFinished() || CrewState.alive(seen) > 0 || !this.queue.isEmpty()) {
                    return false;
                }
                if (this.state.compareAndSet(seen, seen | CrewState.TERMINATED)) {
                    return true;
                }
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Whether somebody was told that the pool is at its end.
     */
    boolean isMarkedTerminated() {
        return CrewState.isTerminated(this.state.get());
    }

    boolean awaitTermination(Deadline deadline) throws InterruptedException {
        this.lock.lockInterruptibly();
        try {
            while (!isTerminated()) {
                if (!deadline.await(this.workerLeft)) {
                    return isTerminated();
                }
            }
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * The calling worker, which was searching, has something to run.
     */
    void found() {
        this.state.getAndAdd(-CrewState.SEARCHING_ONE);
        if (!this.queue.isEmpty()) {
            signalWork();
        }
    }

    /**
     * A worker begins.
     * @return whether its stripe is part of the queue
     */
    boolean entered(Worker worker) {
        this.workers.add(worker);
        return this.queue.addStripe(worker.stripe);
    }

    /**
     * A worker's thread ends.
     * @param inOrder whether the worker has taken itself out of the state
     */
    void left(Worker worker, boolean inOrder) {
        this.lock.lock();
        try {
            this.completedByFormerWorkers += worker.completed();
            this.workers.remove(worker);
        }
        finally {
            this.lock.unlock();
        }
        try {
            this.queue.removeStripe(worker.stripe);
        }
        finally {
            if (!inOrder) {
                oneLess(worker.searching);
                if (!this.queue.isEmpty()) {
                    signalWork();
                }
            }
        }
    }

    /**
     * One worker less, otherwise than in order: lets whoever waits for the end look
     * whether it has come.
     */
    private void oneLess(boolean searching) {
        this.lock.lock();
        try {
            this.state.getAndAdd(-CrewState.ALIVE_ONE - (searching ? CrewState.SEARCHING_ONE : 0));
            if (isClosed()) {
                this.workerLeft.signalAll();
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Parks the calling worker until there is something to do.
     * @return {@code false} if it has to leave
     */
    boolean awaitWork(Worker worker) {
        if (!this.queue.isEmpty()) {
            return true;
        }
        long idleSince = System.nanoTime();
        if (spin(worker, idleSince)) {
            return true;
        }
        long seen = this.state.get();
        boolean brisk = worker.standBy.look(System.nanoTime(), this.queue.begun(), running(seen)) != StandBy.Pace.SLOW;
        if (!park(worker, brisk && running(seen) > 1)) {
            return rejoin(worker);
        }
        // Whatever is seen to: this worker is awake.
        if (!this.queue.isEmpty() && unpark(worker)) {
            return true;
        }
        return idle(worker, idleSince, this.keepAliveNanos, true) || rejoin(worker);
    }

    /**
     * Parks the calling worker though the queue is not empty, since another one serves it
     * better alone. The worker counts as idle: whoever adds another object to the queue
     * wakes it, and if the other one gets stuck it comes back by itself.
     * @return {@code false} if it has to leave
     */
    boolean standBy(Worker worker) {
        long idleSince = System.nanoTime();
        worker.standBy.begin(idleSince, this.queue.begun());
        if (!park(worker, true)) {
            return rejoin(worker);
        }
        // While it counted as searching nobody else was woken for what came.
        if ((!this.queue.hasEmptyStripes() || this.queue.hasMoreThanOneObject()) && unpark(worker)) {
            return true;
        }
        return idle(worker, idleSince, Math.max(SHORTEST_STAY_NANOS, this.keepAliveNanos), false) || rejoin(worker);
    }

    /**
     * Waits, on the idle stack, until the worker was taken from there.
     * @param keepAlive for how many nanoseconds it stays at least
     * @param learns whether it shows something if that is soon
     * @return {@code false} if it was idle for too long, and has to leave
     */
    private boolean idle(Worker worker, long since, long keepAlive, boolean learns) {
        try {
            long deadline = since + keepAlive;
            long look = System.nanoTime() + ((this.standingBy == worker) ? worker.standBy.nanosToNextLook() : 0);
            while (worker.isParked()) {
                long now = System.nanoTime();
                boolean standsBy = this.standingBy == worker;
                long left = (standsBy ? look : deadline) - now;
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                    // An interrupt would turn every further park into a spin, and is
                    // meant for nobody here.
                    Thread.interrupted();
                }
                else if (standsBy && isStillToStandBy(worker, now)) {
                    look = now + worker.standBy.nanosToNextLook();
                }
                else if (standsBy) {
                    endStandBy(worker);
                    if (!this.queue.isEmpty() && unpark(worker)) {
                        return true;
                    }
                    deadline = now + keepAlive;
                }
                else if (leaveForIdleness(worker)) {
                    return false;
                }
                else {
                    deadline = System.nanoTime() + keepAlive;
                }
            }
        }
        catch (Throwable ex) {
            // It goes on, and must not count as idle, or as standing by, meanwhile.
            if (!unpark(worker)) {
                worker.searching = true;
            }
            throw ex;
        }
        worker.searching = true;
        if (learns) {
            learnToSpin(System.nanoTime() - since);
        }
        return true;
    }

    /**
     * Whether callbacks are still begun so soon after each other that whoever begins them
     * gets to the next one before this worker would.
     */
    private boolean isStillToStandBy(Worker worker, long now) {
        long seen = this.state.get();
        return switch (worker.standBy.look(now, this.queue.begun(), running(seen))) {
            case SHORT -> isOneObjectAtMost();
            case BRISK -> this.queue.isEmpty() || CrewState.searching(seen) > 0;
            case SLOW -> false;
        };
    }

    /**
     * From here on the worker has to be woken for everything, so it has to look at the
     * queue once more.
     */
    private void endStandBy(Worker worker) {
        this.lock.lock();
        try {
            if (this.standingBy == worker) {
                this.standingBy = null;
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    private boolean spin(Worker worker, long since) {
        if (this.processors == 1) {
            return false;
        }
        if (!worker.searching) {
            long seen = this.state.get();
            worker.searching = CrewState.searching(seen) == 0
                    && this.state.compareAndSet(seen, seen + CrewState.SEARCHING_ONE);
        }
        if (worker.searching) {
            // Nobody else is woken meanwhile, since it counts as searching.
            long pause = worker.gathering.idle(since, worker.stripe.begun());
            while (pause > 0 && System.nanoTime() - since < pause) {
                Thread.onSpinWait();
            }
            long longest = pause + this.spinNanos;
            do {
                for (int i = 0; i < LOOKS_PER_CLOCK_READ; i++) {
                    if (!this.queue.isEmpty()) {
                        return true;
                    }
                    Thread.onSpinWait();
                }
            }
            while (System.nanoTime() - since < longest);
        }
        return false;
    }

    /**
     * A worker has parked and was woken.
     * @param idleNanos after how long
     */
    private void learnToSpin(long idleNanos) {
        if (idleNanos <= LONGEST_SPIN_NANOS) {
            this.spinNanos = Math.min(LONGEST_SPIN_NANOS, 2 * idleNanos);
        }
        else {
            this.spinNanos = Math.max(SHORTEST_SPIN_NANOS, this.spinNanos / 2);
        }
    }

    /**
     * Puts the worker on the idle stack.
     * @param standsBy whether it is to look by itself, unless another one does
     * @return {@code false} if the pool is closed and there is nothing left to do: it has
     * to leave
     */
    private boolean park(Worker worker, boolean standsBy) {
        long searching = worker.searching ? CrewState.SEARCHING_ONE : 0;
        worker.searching = false;
        this.lock.lock();
        try {
            if (isFinished() && this.queue.isEmpty()) {
                this.state.getAndAdd(-searching - CrewState.ALIVE_ONE);
                // Somebody may have parked while this worker still had something to do.
                wakeAll();
                return false;
            }
            worker.push(this.idleTop);
            this.idleTop = worker;
            if (standsBy && this.standingBy == null) {
                this.standingBy = worker;
            }
            this.state.getAndAdd(CrewState.IDLE_ONE - searching);
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Takes the worker from the idle stack again, by its own wish.
     * @return {@code false} if somebody else was faster
     */
    private boolean unpark(Worker worker) {
        this.lock.lock();
        try {
            if (!worker.isParked()) {
                return false;
            }
            popFromStack(worker);
            this.state.getAndAdd(CrewState.SEARCHING_ONE - CrewState.IDLE_ONE);
            worker.searching = true;
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    private boolean leaveForIdleness(Worker worker) {
        this.lock.lock();
        try {
            if (!worker.isParked() || alive() <= floor()) {
                return false;
            }
            popFromStack(worker);
            this.state.getAndAdd(-CrewState.IDLE_ONE - CrewState.ALIVE_ONE);
            this.workerLeft.signalAll();
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * The worker is about to end. If there is something to do after all it stays, since
     * another thread in its place might not be had.
     */
    private boolean rejoin(Worker worker) {
        if (this.queue.isEmpty() && (alive() > 0 || this.pool.hasNoObjects())) {
            return false;
        }
        while (true) {
            long seen = this.state.get();
            if (CrewState.isTerminated(seen)) {
                return false;
            }
            if (CrewState.alive(seen) >= growthLimit()) {
                replaceSearcher();
                return false;
            }
            if (this.state.compareAndSet(seen, seen + CrewState.ALIVE_ONE + CrewState.SEARCHING_ONE)) {
                worker.searching = true;
                return true;
            }
        }
    }

    private int floor() {
        if (this.pool.hasPersistentObjects()) {
            return Integer.MAX_VALUE;
        }
        return Math.max(this.minimum, this.pool.hasNoObjects() ? 0 : 1);
    }

    private int growthLimit() {
        if (this.growsFreely) {
            return this.maximum;
        }
        int wanted = this.processors + this.longRunning.get() + this.blocked;
        return Math.min(this.maximum, Math.max(this.minimum, wanted));
    }

    private boolean wakeOne() {
        this.lock.lock();
        try {
            if (CrewState.searching(this.state.get()) > 0) {
                return true;
            }
            if (this.idleTop == null) {
                return false;
            }
            wake(this.idleTop);
            return true;
        }
        finally {
            this.lock.unlock();
        }
    }

    private void wake(Worker worker) {
        // Before the worker can see it: it may find something to run at once, and stop
        // counting as searching. The word must have counted it then.
        this.state.getAndAdd(CrewState.SEARCHING_ONE - CrewState.IDLE_ONE);
        popFromStack(worker);
        LockSupport.unpark(worker.thread());
    }

    private void popFromStack(Worker worker) {
        if (this.idleTop == worker) {
            this.idleTop = worker.below();
        }
        worker.pop();
        if (this.standingBy == worker) {
            this.standingBy = null;
        }
    }

    private boolean startSearcher(int limit) {
        while (true) {
            long seen = this.state.get();
            if (CrewState.searching(seen) > 0 || CrewState.alive(seen) >= limit || CrewState.isTerminated(seen)) {
                return false;
            }
            if (this.state.compareAndSet(seen, seen + CrewState.ALIVE_ONE + CrewState.SEARCHING_ONE)) {
                return startWorker();
            }
        }
    }

    private boolean startWorker() {
        Worker worker = null;
        try {
            worker = new Worker(this, this.pool, this.queue);
            Thread thread = this.threadFactory.newThread(worker);
            if (thread == null) {
                throw new IllegalStateException("the thread factory of pool '" + this.pool.name() + "' made no thread");
            }
            worker.startOn(thread);
            if (this.startsFail) {
                this.startsFail = false;
            }
            return true;
        }
        catch (Throwable ex) {
            if (worker != null && !worker.giveUp()) {
                return true;
            }
            oneLess(true);
            if (!this.startsFail) {
                this.startsFail = true;
                Failures.log(logger, Level.WARNING, () -> "pool '" + this.pool.name()
                        + "' could not start a worker; it has " + alive() + " of at most " + this.maximum, ex);
            }
            replaceSearcher();
            return false;
        }
    }

    /**
     * A worker that counted as searching is not coming: those who relied on it woke
     * nobody else.
     */
    private void replaceSearcher() {
        if (this.queue.isEmpty()) {
            return;
        }
        if (idle() > 0) {
            signalWork();
        }
        else {
            // It tries again after a while.
            this.governor.backlog();
        }
    }

}
