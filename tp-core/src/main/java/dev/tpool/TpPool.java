package dev.tpool;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * An independent set of worker threads: the counterpart of {@code TP_POOL}. Callbacks
 * reach it through a {@link TpEnvironment} that names it. All methods may be called from
 * any thread, callbacks among them.
 * <p>
 * Workers are started as callbacks come: at once up to the number of processors, and past
 * that, up to the maximum, only for callbacks that block or say that they run long;
 * callbacks that compute never make the pool grow. A pool on virtual threads grows to its
 * maximum without delay.
 */
public final class TpPool implements AutoCloseable {

    /*-
     * The way of one callback, and who is on it:
     *
     *   post      TpWork, TpEnvironment      counts it in the object's state word (ObjectState)
     *   queue     CallbackQueue              lanes and stripes of objects, not of posts
     *   crew      Crew, Worker, Governor     somebody takes it: woken, started, or there anyway (CrewState)
     *   execution Execution                  the callback, and what belongs to it, in a fixed order
     *   settle    TpObject                   the state word again; whoever waits is let go
     *
     * Nothing on this way calls back up. This class holds the parts together, keeps the objects that are
     * alive, admits posts to a bounded queue, and counts.
     */

    /** The name of what fails to say its own. */
    private static final String NAMELESS = "(its name failed)";

    /**
     * Who takes over what was leased may be told that it has waited for longer, by this
     * much and one callback: to note each begin is to write where posters do.
     */
    private static final long NOTED_NANOS = 100_000;

    private static final System.Logger logger = System.getLogger(TpPool.class.getName());

    private final String name;

    private final boolean helpsClock;

    private final TpThreadKind threadKind;

    private final Duration keepAlive;

    private final int queueCapacity;

    private final TpFullPolicy whenFull;

    /** The room left in a bounded queue. */
    private final @Nullable Semaphore room;

    private final TpExceptionHandler exceptionHandler;

    private final @Nullable TpMonitor monitor;

    private final LongSupplier ticker;

    private final Clock clock;

    private final boolean ofProcess;

    private final CallbackQueue queue = new CallbackQueue();

    private final Crew crew;

    private final LiveObjects objects = new LiveObjects();

    private final Dropping dropping;

    private final AtomicInteger persistentObjects = new AtomicInteger();

    private final LongAdder completedByCallers = new LongAdder();

    private final LongAdder failed = new LongAdder();

    private final LongAdder dropped = new LongAdder();

    private final LongAdder rejected = new LongAdder();

    private volatile TpStackInformation stackInformation;

    private TpPool(Builder builder, boolean ofProcess) {
        this.name = builder.name;
        this.threadKind = builder.threadKind;
        this.keepAlive = builder.keepAlive;
        this.queueCapacity = builder.queueCapacity;
        this.whenFull = builder.whenFull;
        this.room = (builder.queueCapacity > 0) ? new Semaphore(builder.queueCapacity) : null;
        this.exceptionHandler = (builder.exceptionHandler != null) ? builder.exceptionHandler : TpPool::log;
        this.monitor = builder.monitor;
        this.ticker = builder.ticker;
        this.clock = builder.clock;
        this.stackInformation = builder.stackInformation;
        this.ofProcess = ofProcess;
        ThreadFactory threadFactory = builder.threadFactory;
        this.helpsClock = threadFactory == null && this.threadKind == TpThreadKind.PLATFORM;
        if (threadFactory == null) {
            threadFactory = (this.threadKind == TpThreadKind.VIRTUAL) ? WorkerThreads.virtual(this.name)
                    : WorkerThreads.platform(this.name, builder.daemon,
                            ofProcess ? TpPool.class.getClassLoader() : Thread.currentThread().getContextClassLoader(),
                            () -> this.stackInformation.reserve());
        }
        this.crew = new Crew(this, this.queue, threadFactory, 0, builder.threadMaximum, this.keepAlive.toNanos());
        this.dropping = new Dropping(this, this.objects, this.queue, this.crew);
    }

    /**
     * Starts a pool with the defaults of Windows: no thread at first, at most 500, and
     * those that are idle for 5 seconds leave.
     * @param name the name: of its threads, in snapshots and in messages
     * @return a builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Creates a pool with the defaults ({@code CreateThreadpool}).
     * @param name the name
     * @return the pool, without any thread yet
     */
    public static TpPool create(String name) {
        return builder(name).build();
    }

    /**
     * The pool of the process, which callbacks run on when their environment names none.
     * Made when it is first asked for; it cannot be closed. The context class loader of
     * its threads is the one that loaded this class, whoever asks first.
     * @return the one pool
     */
    public static TpPool processDefault() {
        return ProcessDefault.POOL;
    }

    /**
     * The name given at creation.
     * @return the name
     */
    public String name() {
        return this.name;
    }

    /**
     * The kind of its threads.
     * @return the kind
     */
    public TpThreadKind threadKind() {
        return this.threadKind;
    }

    /**
     * The threads that stay when they are idle.
     * @return the minimum
     */
    public int threadMinimum() {
        return this.crew.minimum();
    }

    /**
     * The threads the pool may have at most.
     * @return the maximum
     */
    public int threadMaximum() {
        return this.crew.maximum();
    }

    /**
     * Changes the maximum ({@code SetThreadpoolThreadMaximum}). Stops no thread: surplus
     * workers go on as long as there is something to do, and leave when they are idle. A
     * minimum above it is lowered to it.
     * @param maximum the maximum; 0 is taken as 1
     * @throws IllegalArgumentException if it is negative or above 1048575
     */
    public void setThreadMaximum(int maximum) {
        this.crew.setMaximum(Math.max(1, Builder.checkRange("threadMaximum", maximum, 0, ObjectState.MAX_RUNNING)));
    }

    /**
     * Changes the minimum ({@code SetThreadpoolThreadMinimum}) and starts threads until
     * there are as many. A maximum below it is raised to it.
     * @param minimum the minimum
     * @return {@code false} if a thread could not be started: neither number has changed
     * then, and the threads that were started leave when they are idle
     * @throws IllegalArgumentException if it is negative or above 1048575
     */
    public boolean setThreadMinimum(int minimum) {
        return this.crew.setMinimum(Builder.checkRange("threadMinimum", minimum, 0, ObjectState.MAX_RUNNING));
    }

    /**
     * Changes the minimum and the maximum in one step, whichever way they go, and starts
     * threads until there are as many as the minimum. Stops none, as for
     * {@link #setThreadMaximum}.
     * @param minimum the minimum
     * @param maximum the maximum
     * @return {@code false} if a thread could not be started: neither number has changed
     * then, and the threads that were started leave when they are idle
     * @throws IllegalArgumentException if the minimum is negative or above the maximum,
     * or the maximum is less than 1 or above 1048575
     */
    public boolean setThreadLimits(int minimum, int maximum) {
        Builder.checkRange("threadMaximum", maximum, 1, ObjectState.MAX_RUNNING);
        Builder.checkRange("threadMinimum", minimum, 0, maximum);
        return this.crew.setLimits(minimum, maximum);
    }

    /**
     * How many callbacks may be queued.
     * @return the capacity, 0 if the queue is unbounded
     */
    public int queueCapacity() {
        return this.queueCapacity;
    }

    /**
     * What a bounded queue does when it is full.
     * @return the policy; without effect if the queue is unbounded
     */
    public TpFullPolicy whenFull() {
        return this.whenFull;
    }

    /**
     * How long a worker above the minimum stays when it is idle.
     * @return the time
     */
    public Duration keepAlive() {
        return this.keepAlive;
    }

    /**
     * The stack sizes of threads that will be started
     * ({@code QueryThreadpoolStackInformation}).
     * @return the sizes last set
     */
    public TpStackInformation stackInformation() {
        return this.stackInformation;
    }

    /**
     * Changes the stack sizes of threads that will be started
     * ({@code SetThreadpoolStackInformation}); those that are there keep theirs. Of no
     * effect on virtual threads and on threads from a factory.
     * @param stackInformation the sizes, not checked
     */
    public void setStackInformation(TpStackInformation stackInformation) {
        this.stackInformation = Objects.requireNonNull(stackInformation, "stackInformation");
    }

    /**
     * The pool, its objects and its running callbacks at this moment.
     * @return an immutable snapshot
     */
    public TpPoolSnapshot snapshot() {
        long now = (this.monitor != null) ? now() : 0;
        List<TpRunningCallback> running = new ArrayList<>();
        for (Worker worker : this.crew.workers()) {
            TpCallbackInstance instance = worker.instance();
            TpRunningCallback callback = (instance != null) ? instance.snapshot(now) : null;
            if (callback != null) {
                running.add(callback);
            }
        }
        List<TpObjectSnapshot> alive = this.objects.all()
            .stream()
            .map(TpObjectSnapshot::of)
            .sorted(Comparator.comparing(TpObjectSnapshot::name))
            .toList();
        return new TpPoolSnapshot(this.name, this.threadKind, threadMinimum(), threadMaximum(), this.crew.alive(),
                this.crew.idle(), running.size(), queued(), this.queueCapacity, completed(), this.failed.sum(),
                this.dropped.sum(), this.rejected.sum(), isClosed(), isTerminated(), alive, List.copyOf(running));
    }

    /**
     * Where a callback of a snapshot is at this moment. Stops its thread for an instant.
     * @param callback the callback
     * @return the frames of the callback and what it calls, at most 32, the innermost
     * first; none if it is over by now. Of a pool without a monitor, which does not know
     * when a callback began, they may be those of a later callback of the same thread.
     */
    public List<StackTraceElement> stackTrace(TpRunningCallback callback) {
        for (Worker worker : this.crew.workers()) {
            TpCallbackInstance instance = worker.instance();
            Thread thread = worker.thread();
            if (instance != null && thread != null && instance.isRunning(callback)) {
                List<StackTraceElement> frames = WorkerStacks.callbackFrames(thread.getStackTrace());
                return instance.isRunning(callback) ? frames : List.of();
            }
        }
        return List.of();
    }

    /**
     * Creates a timer that does no work of its own but looks after callbacks of this
     * pool: it goes on when {@link #disarm()} ends all others, as long as it is not
     * closed, and nobody has to answer for it when {@link #closeObjects()} does that. For
     * those who build on the pool.
     * @param name a name for logs and snapshots
     * @param callback the callback, which should be short
     * @return the timer, not set
     * @throws IllegalStateException if the pool is closed
     */
    public TpTimer housekeepingTimer(String name, Runnable callback) {
        // Looks after callbacks of any priority.
        return TpEnvironment.builder()
            .pool(this)
            .priority(TpPriority.HIGH)
            .housekeeping()
            .build()
            .timer(name, callback);
    }

    /**
     * Disarms all timers and unregisters all waits of the pool at this moment, whoever
     * owns them, but for {@linkplain #housekeepingTimer housekeeping}: none of them fires
     * any more unless it is set again. Callbacks that they have posted are left alone.
     * What comes before the pool is drained.
     * @return how many of them were armed
     */
    public int disarm() {
        int armed = 0;
        for (TpObject object : this.objects.all()) {
            if (!object.environment().isHousekeeping() && object.disarm()) {
                armed++;
            }
        }
        return armed;
    }

    /**
     * Drops the callbacks that are queued at this moment, whoever posted them: they run
     * neither their callback nor anything that belongs to it, and futures are cancelled.
     * Running callbacks are not interrupted. Whoever is told of it, the handler of a
     * future among them, is told once all is dropped, and may post, and wait for that,
     * but not for the futures of others that were dropped or for the end of the pool.
     * Members of a cleanup group should be closed with it before, since cancel callbacks
     * are called by the group alone. What {@linkplain TpIo#channelGroup channel groups}
     * have queued stays and runs: it completes operations that others wait for. Takes
     * time in proportion to what is queued.
     * @return how many were dropped, by the name of their object
     */
    public Map<String, Long> cancelPendingCallbacks() {
        return this.dropping.dropPending();
    }

    /**
     * Drops the {@linkplain TpDeferredCallback deferred} callbacks that nobody has posted
     * at this moment, the newest first, as {@link #close()} does.
     * @return how many were dropped, by their name
     */
    public Map<String, Long> cancelDeferredCallbacks() {
        return this.dropping.dropDeferred();
    }

    /**
     * Closes all objects of the pool at this moment, whoever owns them: what is queued
     * still runs, posting throws. An object that nobody closes keeps a thread of its
     * pool, and with it the class loader of an application that has ended.
     * @return the names of those that were open, but for {@linkplain #housekeepingTimer
     * housekeeping}
     */
    public List<String> closeObjects() {
        List<String> names = new ArrayList<>();
        for (TpObject object : this.objects.all()) {
            if (!object.isClosed()) {
                if (!object.environment().isHousekeeping()) {
                    names.add(object.name());
                }
                object.close();
            }
        }
        return names;
    }

    /**
     * The threads the pool has at this moment.
     * @return their number
     */
    public int threads() {
        return this.crew.alive();
    }

    /**
     * The callbacks that are queued at this moment.
     * @return their number
     */
    public long queued() {
        return this.objects.pending() + this.queue.leased() + this.queue.countOneShots();
    }

    /**
     * The callbacks that run on its threads at this moment.
     * @return their number
     */
    public int running() {
        int running = 0;
        for (Worker worker : this.crew.workers()) {
            TpCallbackInstance instance = worker.instance();
            if (instance != null && instance.isExecuting()) {
                running++;
            }
        }
        return running;
    }

    /**
     * The callbacks that were cancelled before they began.
     * @return their number since the pool was created
     */
    public long dropped() {
        return this.dropped.sum();
    }

    /**
     * The callbacks that were refused.
     * @return their number since the pool was created
     */
    public long rejected() {
        return this.rejected.sum();
    }

    /**
     * The callbacks that have run to their end, those that threw among them.
     * @return their number since the pool was created
     */
    public long completed() {
        return this.crew.completed() + this.completedByCallers.sum();
    }

    /**
     * Whether the pool was closed.
     * @return {@code true} once it takes no new objects
     */
    public boolean isClosed() {
        return this.crew.isClosed();
    }

    /**
     * Whether the pool was closed and has come to its end.
     * @return {@code true} once its last object is freed, its queue empty and its last
     * thread gone
     */
    public boolean isTerminated() {
        return this.crew.isTerminated();
    }

    /**
     * Waits for the end of a closed pool. From a callback of the pool itself that cannot
     * come, so the time runs out.
     * @param timeout how long to wait at most; zero or less only looks
     * @return whether it has ended in time
     * @throws InterruptedException if the caller is interrupted
     */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return this.crew.awaitTermination(Deadline.in(timeout));
    }

    /**
     * Closes the pool ({@code CloseThreadpool}). Never blocks and drops nothing that is
     * queued: objects bound to the pool go on working until they are closed, queued
     * callbacks run, and then the threads leave. New objects and one-shot callbacks are
     * refused, and {@linkplain TpDeferredCallback deferred} ones that have not been
     * posted yet are dropped.
     * @throws UnsupportedOperationException if it is the pool of the process
     */
    @Override
    public void close() {
        if (this.ofProcess) {
            throw new UnsupportedOperationException("the pool of the process cannot be closed");
        }
        this.crew.close();
        // After that: whoever joins later finds the pool closed.
        cancelDeferredCallbacks();
    }

    /**
     * The name.
     */
    @Override
    public String toString() {
        return "pool '" + this.name + "'";
    }

    Clock clock() {
        return this.clock;
    }

    CallbackQueue queue() {
        return this.queue;
    }

    Crew crew() {
        return this.crew;
    }

    /**
     * Whether a post needs nobody's permission and nobody watches it.
     */
    boolean isPlain() {
        return this.room == null && this.monitor == null;
    }

    boolean isWatched() {
        return this.monitor != null;
    }

    boolean hasNoObjects() {
        return this.objects.isEmpty();
    }

    boolean hasPersistentObjects() {
        return this.persistentObjects.get() > 0;
    }

    /**
     * Takes in a new object. From then on there is a worker, so that a post never fails.
     */
    void objectCreated(TpObject object) {
        // Not only below: a pool that has ended shows no object that it refuses.
        checkOpen();
        if (this.monitor != null) {
            // Makes the room for it now: a post that was counted must not run out of
            // memory for it.
            object.queuedAt(0);
        }
        this.objects.add(object);
        if (object.environment().persistent()) {
            this.persistentObjects.incrementAndGet();
        }
        boolean accepted = false;
        try {
            checkOpen();
            if (!this.crew.ensureWorker()) {
                throw new TpRejectedException(
                        "pool '" + this.name + "' has no thread and could start none for " + object);
            }
            accepted = true;
        }
        finally {
            if (!accepted) {
                objectFreed(object);
            }
        }
    }

    void objectFreed(TpObject object) {
        this.objects.remove(object);
        if (object.environment().persistent()) {
            this.persistentObjects.decrementAndGet();
        }
        this.crew.wakeAllIfFinished();
    }

    /**
     * Decides whether a callback may be posted, and counts it against the capacity.
     * @param oneShot whether it is a one-shot, which a closed pool refuses, and which
     * needs to find a worker
     */
    Admission admit(String source, boolean oneShot) {
        if (oneShot) {
            checkOpen();
            if (!this.crew.ensureWorker()) {
                // It may have been closed, and have come to its end, meanwhile.
                checkOpen();
                return refused(source);
            }
        }
        if (this.room == null || this.room.tryAcquire()) {
            return Admission.ADMITTED;
        }
        return switch (this.whenFull) {
            case REJECT -> refused(source);
            case BLOCK -> {
                if (!awaitRoom(this.room)) {
                    yield refused(source);
                }
                if (oneShot && isClosed()) {
                    // While it waited; the last worker may have left.
                    this.room.release();
                    checkOpen();
                }
                yield Admission.ADMITTED;
            }
            case CALLER_RUNS -> {
                // Before anything is counted: a callback that posts itself comes here
                // again and again on one stack, and what it uses up is not there to end
                // what was begun.
                SpareStack.require();
                yield Admission.RUN_BY_CALLER;
            }
        };
    }

    void takeBackAdmission() {
        if (this.room != null) {
            this.room.release();
        }
    }

    /**
     * Says that this pool refused a callback, with its numbers as they are now: for
     * whoever posts by a method that only answers {@code false}, and has to tell callers.
     * @param source the name of the callback
     * @return the exception, to be thrown
     */
    public TpRejectedException rejection(String source) {
        String reason = (this.room != null)
                ? "its queue takes " + this.queueCapacity + " callbacks and "
                        + (this.queueCapacity - this.room.availablePermits()) + " are queued"
                : "no thread could be started";
        return new TpRejectedException("pool '" + this.name + "' refused callback '" + source + "': " + reason + "; "
                + this.crew.alive() + " of at most " + threadMaximum() + " threads, " + this.crew.idle() + " idle");
    }

    boolean postOneShot(OneShot oneShot) {
        switch (admit(oneShot.name(), true)) {
            case ADMITTED -> {
                posted(oneShot);
                enqueueAdmitted(oneShot, false);
                return true;
            }
            case RUN_BY_CALLER -> {
                runOnCaller(oneShot);
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    void enqueue(QueueNode node) {
        Stripe own = TpCallbackInstance.stripeIn(this);
        add(node, own);
        signalWork(own);
    }

    private void add(QueueNode node, @Nullable Stripe own) {
        if (this.monitor != null) {
            node.queuedAt(now());
        }
        this.queue.add(node, node.environment().priority(), own);
    }

    /**
     * Sees to it that what was just added finds a worker.
     * @param own the stripe of the worker whose callback has added it, if one has
     */
    private boolean signalWork(@Nullable Stripe own) {
        return (own != null) ? this.crew.signalWorkOfCallback() : this.crew.signalWork();
    }

    /**
     * Adds a one-shot that was admitted. If the pool has come to its end since then,
     * which nothing but an object of it keeps it from, it is dropped.
     * @param told whether it tells somebody of that itself
     * @throws IllegalStateException if it was dropped, and tells nobody
     */
    void enqueueAdmitted(QueueNode oneShot, boolean told) {
        Stripe own = TpCallbackInstance.stripeIn(this);
        add(oneShot, own);
        if (!signalWork(own) && this.dropping.dropLate(oneShot) && !told) {
            checkOpen();
        }
    }

    /**
     * A callback of an object was claimed, and it has more.
     * @param own the stripe of the worker that claimed, if it is one
     */
    void enqueueAgain(TpObject object, @Nullable Stripe own) {
        if (own != null) {
            own.hasTurns();
        }
        add(object, own);
        this.crew.signalWork();
    }

    /**
     * Tells of a node that is about to be added to the queue with others.
     */
    void postedForQueue(QueueNode node) {
        if (this.monitor != null) {
            posted(node.source());
            node.queuedAt(now());
        }
    }

    /**
     * Adds nodes that are linked to each other, the newest first.
     * @param own the stripe of the worker that does it, if one of this pool does
     */
    void enqueue(QueueNode newest, QueueNode oldest, TpPriority priority, @Nullable Stripe own) {
        this.queue.add(newest, oldest, priority, own);
        this.crew.signalWork();
    }

    /**
     * Whether its workers let timers expire: virtual threads, which a factory of somebody
     * may make as well, may have to wait for a processor while they have a lock that the
     * clock's thread needs.
     */
    boolean helpsClock() {
        return this.helpsClock;
    }

    /**
     * Whether timers of this pool are next to expire, for workers that have nothing else
     * to do.
     */
    boolean hasTimersToExpire() {
        return this.helpsClock && this.clock.isNext(this);
    }

    /**
     * Lets timers of this pool expire if they are next. By a worker that has nothing else
     * to do.
     * @param own its stripe, where they go if they are of normal priority
     * @return whether there were some, and it is to look for something to do again
     */
    boolean letTimersExpire(@Nullable Stripe own) {
        return this.clock.help(this, own);
    }

    /**
     * Runs a one-shot that found the queue full on the thread that posted it.
     */
    void runOnCaller(QueueNode oneShot) {
        Execution execution;
        try {
            execution = new Execution(this, null);
        }
        catch (Throwable ex) {
            if (oneShot instanceof TpObject object) {
                // Nobody else comes for it.
                object.cancelPendingCallbacks();
            }
            throw ex;
        }
        runOnCaller(execution, oneShot, () -> oneShot.claim(execution.instance()));
    }

    /**
     * Runs a callback of an object that found the queue full on the thread that would
     * have posted it.
     */
    void runOnCaller(TpWork work) {
        // First what takes memory.
        runOnCaller(new Execution(this, null), work, () -> {
            work.beginOnCaller();
            return true;
        });
    }

    private void runOnCaller(Execution execution, QueueNode node, BooleanSupplier begin) {
        if (this.monitor != null) {
            execution.instance().queuedAt = now();
            execution.instance().watched = node.source();
        }
        try {
            if (begin.getAsBoolean()) {
                execution.run(node, node, node.environment(), null);
            }
        }
        finally {
            execution.leaveThread();
            // None, if it was dropped meanwhile.
            this.completedByCallers.add(execution.completed());
        }
    }

    /**
     * A callback of a node is the next one that a worker claims, or has just claimed in
     * place. Notes since when the node has had its place: a moment later it may have the
     * next one.
     */
    void isNext(QueueNode node, TpCallbackInstance instance, boolean inPlace) {
        if (this.monitor != null) {
            instance.queuedAt = node.queuedAt();
            instance.keepsPlace = inPlace;
            instance.leased = false;
            instance.beginsAt = 0;
            instance.watched = node.source();
        }
    }

    /**
     * The same of a callback of the node that the worker has just run one of.
     * @param leased whether it was leased: then the node is left alone
     */
    void isNextAgain(QueueNode node, TpCallbackInstance instance, boolean leased) {
        if (this.monitor != null) {
            long began = instance.startedAt();
            long placed = leased ? began : node.queuedAt();
            // Whichever is later: others may have begun one of them meanwhile, or may
            // not.
            instance.queuedAt = (placed - began > 0) ? placed : began;
            instance.keepsPlace = true;
            instance.leased = leased;
            // One that was leased follows at once, but for what the monitor took.
            instance.beginsAt = leased ? instance.endedAt : 0;
        }
    }

    void callbackClaimed(QueueNode node) {
        if (this.room != null && node.countsAgainstCapacity()) {
            this.room.release();
        }
    }

    void posted(TpCallbackSource source) {
        if (this.monitor != null) {
            try {
                this.monitor.callbackQueued(source);
            }
            catch (Throwable ex) {
                monitorFailed(ex);
            }
        }
    }

    /**
     * Tells the monitor that a callback is about to run.
     * @return the present tick, or 0 if nobody measures
     */
    long callbackStarted(QueueNode node, TpCallbackInstance instance) {
        TpCallbackSource source = instance.watched;
        if (this.monitor == null || source == null) {
            return 0;
        }
        long now = (instance.beginsAt != 0) ? instance.beginsAt : now();
        instance.beginsAt = 0;
        instance.endedAt = 0;
        if (instance.keepsPlace && (!instance.leased || now - instance.notedAt > NOTED_NANOS)) {
            // It had its turn, as if it had gone to the tail.
            node.queuedAt(now);
            instance.notedAt = now;
        }
        try {
            this.monitor.callbackStarted(source, Math.max(0, now - instance.queuedAt));
        }
        catch (Throwable ex) {
            monitorFailed(ex);
        }
        return now;
    }

    void callbackEnded(TpCallbackInstance instance, long started, @Nullable Throwable failure) {
        if (failure != null) {
            this.failed.increment();
        }
        TpCallbackSource source = instance.watched;
        if (this.monitor != null && source != null) {
            long now = now();
            // A failure is told of, which may take long.
            instance.endedAt = (failure == null) ? now : 0;
            try {
                this.monitor.callbackEnded(source, Math.max(0, now - started), failure);
            }
            catch (Throwable ex) {
                instance.endedAt = 0;
                monitorFailed(ex);
            }
        }
    }

    /**
     * Counts callbacks that were dropped. Calls nobody.
     */
    void countDropped(TpObject object, long count) {
        this.dropped.add(count);
        if (this.room != null && object.countsAgainstCapacity()) {
            // A bounded queue holds no more than an int's worth.
            this.room.release((int) count);
        }
    }

    /**
     * Counts a one-shot that was dropped. Calls nobody.
     */
    void countDropped(OneShot oneShot) {
        callbackClaimed(oneShot);
        this.dropped.increment();
    }

    void callbacksDropped(TpObject object, long count) {
        if (this.monitor != null) {
            try {
                this.monitor.callbacksDropped(object, count);
            }
            catch (Throwable ex) {
                monitorFailed(ex);
            }
        }
    }

    void completionActionEnded(QueueNode node, TpCompletionAction action, @Nullable Throwable failure) {
        if (this.monitor != null) {
            try {
                this.monitor.completionActionEnded(node.source(), action, failure);
            }
            catch (Throwable ex) {
                monitorFailed(ex);
            }
        }
        if (failure != null) {
            report(node.source(), new TpCompletionActionException(action, node.source().name(), failure));
        }
    }

    /**
     * Says that every worker is blocked, with nobody to come, while something is queued.
     * @return whether that is so: callbacks may have been dropped meanwhile, and objects
     * keep their place in the queue then
     */
    boolean reportStarved(Duration blockedFor) {
        TpPoolSnapshot snapshot = snapshot();
        if (snapshot.queued() == 0) {
            return false;
        }
        logger.log(Level.WARNING,
                () -> "pool '" + this.name + "' does not get on: all of its " + snapshot.threads()
                        + " workers, of at most " + snapshot.threadMaximum() + ", have been blocked for "
                        + blockedFor.toMillis() + " ms, and " + snapshot.queued()
                        + " callbacks are queued, the oldest for at least as long. Let callbacks"
                        + " not wait for callbacks of their own pool (post them to another one, or continue when they"
                        + " complete), or raise the maximum." + WorkerStacks.describe(this.crew.workers()));
        if (this.monitor != null) {
            try {
                this.monitor.poolStarved(snapshot, blockedFor);
            }
            catch (Throwable ex) {
                monitorFailed(ex);
            }
        }
        return true;
    }

    /**
     * What a callback is called, whatever the task does that is asked for it. Never
     * throws.
     */
    String nameOf(TpCallbackSource source) {
        try {
            return Objects.requireNonNull(source.name(), "the name of a task");
        }
        catch (Throwable ex) {
            report(source, ex);
            return NAMELESS;
        }
    }

    /**
     * The same for what is said of a failure, which may be that of the name.
     */
    private static String nameInMessage(TpCallbackSource source) {
        try {
            return source.name();
        }
        catch (Throwable ex) {
            return NAMELESS;
        }
    }

    /**
     * Hands a failure to whoever wants to hear of it. Never throws.
     */
    void report(TpCallbackSource source, Throwable failure) {
        try {
            TpExceptionHandler own = source.environment().exceptionHandler();
            ((own != null) ? own : this.exceptionHandler).handle(source, failure);
        }
        catch (Throwable ex) {
            logHandlerFailure(source, failure, ex);
        }
    }

    private void logHandlerFailure(TpCallbackSource source, Throwable failure, Throwable ofHandler) {
        Failures.log(logger, Level.ERROR,
                () -> "the exception handler for callback '" + nameInMessage(source) + "' of pool '" + this.name
                        + "' failed; the failure it was told of is suppressed in its own, unless it is the same",
                Failures.join(ofHandler, failure));
    }

    private void monitorFailed(Throwable failure) {
        Failures.log(logger, Level.WARNING, () -> "the monitor of pool '" + this.name + "' failed", failure);
    }

    private static void log(TpCallbackSource source, Throwable failure) {
        logger.log(Level.ERROR,
                () -> "callback '" + nameInMessage(source) + "' of pool '" + source.environment().pool().name()
                        + ((failure instanceof TpCompletionActionException ofAction)
                                ? "' ran, but its completion action " + ofAction.action() + " failed" : "' failed"),
                failure);
    }

    private void checkOpen() {
        if (isClosed()) {
            throw new IllegalStateException("pool '" + this.name + "' is closed");
        }
    }

    private Admission refused(String source) {
        countRejected(source);
        return Admission.REFUSED;
    }

    void countRejected(String source) {
        this.rejected.increment();
        if (this.monitor != null) {
            try {
                this.monitor.callbackRejected(source);
            }
            catch (Throwable ex) {
                monitorFailed(ex);
            }
        }
    }

    private static boolean awaitRoom(Semaphore room) {
        try {
            room.acquire();
            return true;
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * The present tick, or 0 if nobody measures.
     */
    long measuredNow() {
        return (this.monitor != null) ? now() : 0;
    }

    private long now() {
        try {
            return this.ticker.getAsLong();
        }
        catch (Throwable ex) {
            // No time is told then, but whoever asks has a callback in hand.
            Failures.log(logger, Level.WARNING, () -> "the ticker of pool '" + this.name + "' failed", ex);
            return 0;
        }
    }

    /**
     * What becomes of a callback that is to be posted.
     */
    enum Admission {

        /** It goes into the queue, and has been counted against the capacity. */
        ADMITTED,

        /** It runs on the thread that posts it. */
        RUN_BY_CALLER,

        /** It does not run; that has been counted and told. */
        REFUSED

    }

    private static final class ProcessDefault {

        static final TpPool POOL = new TpPool(new Builder("process-default"), true);

    }

    /**
     * Collects the values of a pool. Not for use by several threads.
     */
    public static final class Builder {

        private final String name;

        private int threadMinimum;

        private int threadMaximum = 500;

        private TpThreadKind threadKind = TpThreadKind.PLATFORM;

        private Duration keepAlive = Duration.ofSeconds(5);

        private TpStackInformation stackInformation = TpStackInformation.DEFAULT;

        private boolean daemon = true;

        private @Nullable ThreadFactory threadFactory;

        private int queueCapacity;

        private TpFullPolicy whenFull = TpFullPolicy.REJECT;

        private @Nullable TpExceptionHandler exceptionHandler;

        private @Nullable TpMonitor monitor;

        private LongSupplier ticker = System::nanoTime;

        private Clock clock = Clock.ofProcess();

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
            if (name.isBlank()) {
                throw new IllegalArgumentException("the name of a pool must not be blank");
            }
        }

        /**
         * Sets the threads that stay when they are idle; they are started with the pool.
         * @param threadMinimum 0 (the default) to the maximum
         * @return this builder
         */
        public Builder threadMinimum(int threadMinimum) {
            this.threadMinimum = checkRange("threadMinimum", threadMinimum, 0, ObjectState.MAX_RUNNING);
            return this;
        }

        /**
         * Sets the threads the pool may have at most, and with it how many callbacks run
         * at the same time.
         * @param threadMaximum 1 to 1048575, by default 500
         * @return this builder
         */
        public Builder threadMaximum(int threadMaximum) {
            this.threadMaximum = checkRange("threadMaximum", threadMaximum, 1, ObjectState.MAX_RUNNING);
            return this;
        }

        /**
         * Sets the kind of its threads.
         * @param threadKind by default {@link TpThreadKind#PLATFORM}
         * @return this builder
         */
        public Builder threadKind(TpThreadKind threadKind) {
            this.threadKind = Objects.requireNonNull(threadKind, "threadKind");
            return this;
        }

        /**
         * Sets how long a worker above the minimum stays when it is idle.
         * @param keepAlive longer than zero, by default 5 seconds
         * @return this builder
         */
        public Builder keepAlive(Duration keepAlive) {
            if (keepAlive.isNegative() || keepAlive.isZero() || keepAlive.compareTo(Duration.ofDays(3650)) > 0) {
                throw new IllegalArgumentException(
                        "keepAlive is " + keepAlive + ", must be longer than zero and at most 3650 days");
            }
            this.keepAlive = keepAlive;
            return this;
        }

        /**
         * Sets the stack sizes of its threads.
         * @param stackInformation by default the JVM's own
         * @return this builder
         */
        public Builder stackInformation(TpStackInformation stackInformation) {
            this.stackInformation = Objects.requireNonNull(stackInformation, "stackInformation");
            return this;
        }

        /**
         * Sets whether its threads let the process end: as in Windows they do by default.
         * Without effect on virtual threads and on threads from a factory.
         * @param daemon whether they are daemon threads
         * @return this builder
         */
        public Builder daemon(boolean daemon) {
            this.daemon = daemon;
            return this;
        }

        /**
         * Sets where its threads come from, instead of the pool's own factory.
         * @param threadFactory makes threads that are not started; they have to be of the
         * kind that the pool says it has
         * @return this builder
         */
        public Builder threadFactory(ThreadFactory threadFactory) {
            this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
            return this;
        }

        /**
         * Sets how many callbacks may be queued.
         * @param queueCapacity the capacity, or 0 (the default) for an unbounded queue
         * @return this builder
         */
        public Builder queueCapacity(int queueCapacity) {
            this.queueCapacity = checkRange("queueCapacity", queueCapacity, 0, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Sets what a bounded queue does when it is full.
         * @param whenFull by default {@link TpFullPolicy#REJECT}
         * @return this builder
         */
        public Builder whenFull(TpFullPolicy whenFull) {
            this.whenFull = Objects.requireNonNull(whenFull, "whenFull");
            return this;
        }

        /**
         * Sets who is told of exceptions that nobody else would hear of.
         * @param exceptionHandler by default they are logged through
         * {@link System.Logger} under the name of this class
         * @return this builder
         */
        public Builder exceptionHandler(TpExceptionHandler exceptionHandler) {
            this.exceptionHandler = Objects.requireNonNull(exceptionHandler, "exceptionHandler");
            return this;
        }

        /**
         * Sets who watches the pool.
         * @param monitor by default nobody, which costs nothing
         * @return this builder
         */
        public Builder monitor(TpMonitor monitor) {
            this.monitor = Objects.requireNonNull(monitor, "monitor");
            return this;
        }

        /**
         * Sets the clock that queue and run times are measured with.
         * @param ticker monotonic nanoseconds, by default {@link System#nanoTime()}
         * @return this builder
         */
        public Builder ticker(LongSupplier ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Sets what serves timers and time-outs.
         */
        Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Creates the pool and starts its minimum of threads.
         * @return the pool
         * @throws IllegalArgumentException if the minimum is above the maximum, or
         * virtual threads are asked for before Java 21
         * @throws TpRejectedException if the minimum of threads could not be started
         */
        public TpPool build() {
            if (this.threadMinimum > this.threadMaximum) {
                throw new IllegalArgumentException("pool '" + this.name + "': threadMinimum is " + this.threadMinimum
                        + ", above threadMaximum, which is " + this.threadMaximum);
            }
            TpPool pool = new TpPool(this, false);
            if (!pool.setThreadMinimum(this.threadMinimum)) {
                pool.close();
                throw new TpRejectedException(
                        "pool '" + this.name + "' could not start its minimum of " + this.threadMinimum + " threads");
            }
            return pool;
        }

        private static int checkRange(String what, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        what + " is " + value + ", must be between " + least + " and " + most);
            }
            return value;
        }

    }

}
