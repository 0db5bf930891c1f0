package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;

import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a callback: the counterpart of {@code TP_CALLBACK_INSTANCE}. It takes
 * the completion actions, which run in the order of {@link TpCompletionAction} once the
 * callback has returned or thrown and before anyone who waits for it is let go. There is
 * one slot for each kind of action: the first registration wins, and none outlives the
 * execution.
 * <p>
 * It belongs to the thread that runs the callback and is valid until the callback and the
 * finalization callback have ended. Used from another thread or later, every method
 * throws an {@link IllegalStateException}. The object itself is used again for the next
 * callback of the thread: do not keep it.
 * <p>
 * Mutexes and critical sections belong to the callback's thread, so the callback must own
 * them when it returns. Only semaphores and events travel between threads.
 */
public final class TpCallbackInstance extends Apart {

    /** For threads that are no {@link WorkerThread}. */
    private static final ThreadLocal<@Nullable TpCallbackInstance> CURRENT = new ThreadLocal<>();

    private static final VarHandle NODE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "node",
            VarHandle.class, TpCallbackInstance.class, QueueNode.class);

    /**
     * The execution that this one interrupts on its thread, if the thread ran one
     * already.
     */
    private final @Nullable TpCallbackInstance outer;

    private final Thread thread;

    private final TpPool pool;

    private final @Nullable Stripe stripe;

    /**
     * What is being executed, {@code null} between executions. Written by the thread
     * alone, and read by others for snapshots, which can live with a stale value: hence
     * opaque.
     */
    private @Nullable QueueNode node;

    /** Seen by the thread alone. */
    private @Nullable QueueNode asked;

    /** In the pool's ticks; 0 if nobody measures. */
    private long startedAt;

    /**
     * When the node of what is about to be executed took its place in the queue, in the
     * pool's ticks. Kept only if somebody measures.
     */
    long queuedAt;

    /** Whether the node has kept its place for its next callback. Kept only then, too. */
    boolean keepsPlace;

    /**
     * Whether what is about to be executed was leased. Kept only if somebody measures.
     */
    boolean leased;

    /**
     * When the node was last told that it had its turn. Kept only if somebody measures.
     */
    long notedAt;

    /**
     * When the last execution ended, if somebody measures and nothing was to be done
     * after that; otherwise 0.
     */
    long endedAt;

    /**
     * When what is about to be executed begins, if that is known: to look at the clock
     * costs as much as all else. Otherwise 0.
     */
    long beginsAt;

    /**
     * What the monitor is told of, if there is one. To ask the node is to read its
     * header, which may be in the cache line of its state word.
     */
    @Nullable TpCallbackSource watched;

    /**
     * Whether anything of what follows may be set, {@link #accepting} left aside: for
     * most callbacks nothing is, since they do not use their instance, and one look says
     * so.
     */
    private boolean marked;

    /** What this very callback is told: the result of a wait or of an operation. */
    @Nullable Object payload;

    /** What was captured for this callback. */
    @Nullable TpActivationContext captured;

    private boolean accepting;

    private boolean disassociated;

    private boolean longRunning;

    private @Nullable Object criticalSection;

    private @Nullable Object mutex;

    private @Nullable Object semaphore;

    private int semaphoreCount;

    private @Nullable TpEvent event;

    private @Nullable TpLibrary library;

    /**
     * Takes over the calling thread for executions of a pool, until
     * {@link #leaveThread()}.
     */
    TpCallbackInstance(TpPool pool, @Nullable Stripe stripe) {
        this.pool = pool;
        this.stripe = stripe;
        this.thread = Thread.currentThread();
        this.outer = onThread();
        setOnThread(this);
    }

    /**
     * The innermost execution on the calling thread, for code below the callback.
     * @return the execution
     * @throws IllegalStateException if no callback runs on this thread
     */
    public static TpCallbackInstance current() {
        TpCallbackInstance current = currentOrNull();
        if (current == null) {
            throw new IllegalStateException(
                    "no callback is running on thread '" + Thread.currentThread().getName() + "'");
        }
        return current;
    }

    /**
     * The innermost execution on the calling thread.
     * @return the execution, or {@code null} if no callback runs on this thread
     */
    public static @Nullable TpCallbackInstance currentOrNull() {
        TpCallbackInstance current = onThread();
        return (current != null && current.accepting) ? current : null;
    }

    /**
     * Whose callback this is.
     * @return the object or one-shot
     */
    public TpCallbackSource source() {
        return executing().source();
    }

    /**
     * Leaves the section when the callback is over
     * ({@code LeaveCriticalSectionWhenCallbackReturns}).
     * @param section a section that the callback's thread owns when it returns
     * @return whether this call took the slot
     */
    public boolean leaveCriticalSectionWhenCallbackReturns(TpCriticalSection section) {
        return leaveWhenCallbackReturns(section);
    }

    /**
     * Unlocks the lock when the callback is over, in the place of a critical section.
     * @param section a lock that the callback's thread owns when it returns
     * @return whether this call took the slot
     */
    public boolean leaveCriticalSectionWhenCallbackReturns(Lock section) {
        return leaveWhenCallbackReturns(section);
    }

    /**
     * Unlocks the mutex when the callback is over
     * ({@code ReleaseMutexWhenCallbackReturns}).
     * @param mutex a mutex that the callback's thread owns when it returns
     * @return whether this call took the slot
     */
    public boolean releaseMutexWhenCallbackReturns(TpMutex mutex) {
        return unlockWhenCallbackReturns(mutex);
    }

    /**
     * Unlocks the lock when the callback is over, in the place of a mutex.
     * @param mutex a lock that the callback's thread owns when it returns
     * @return whether this call took the slot
     */
    public boolean releaseMutexWhenCallbackReturns(Lock mutex) {
        return unlockWhenCallbackReturns(mutex);
    }

    /**
     * Releases permits when the callback is over
     * ({@code ReleaseSemaphoreWhenCallbackReturns}).
     * @param semaphore the semaphore
     * @param count how many permits, at least 1
     * @return whether this call took the slot
     */
    public boolean releaseSemaphoreWhenCallbackReturns(TpSemaphore semaphore, int count) {
        return releaseWhenCallbackReturns(semaphore, count);
    }

    /**
     * Releases permits of a {@code java.util.concurrent} semaphore when the callback is
     * over.
     * @param semaphore the semaphore
     * @param count how many permits, at least 1
     * @return whether this call took the slot
     */
    public boolean releaseSemaphoreWhenCallbackReturns(Semaphore semaphore, int count) {
        return releaseWhenCallbackReturns(semaphore, count);
    }

    /**
     * Sets the event when the callback is over ({@code SetEventWhenCallbackReturns}).
     * @param event the event
     * @return whether this call took the slot
     */
    public boolean setEventWhenCallbackReturns(TpEvent event) {
        Objects.requireNonNull(event, "event");
        executing();
        if (this.event != null) {
            return false;
        }
        this.event = event;
        return true;
    }

    /**
     * Gives a reference to the library back when the callback is over
     * ({@code FreeLibraryWhenCallbackReturns}). If it was the last one, the library is
     * closed then.
     * @param library a library of which the callback owns a reference
     * @return whether this call took the slot
     */
    public boolean freeLibraryWhenCallbackReturns(TpLibrary library) {
        Objects.requireNonNull(library, "library");
        executing();
        if (this.library != null) {
            return false;
        }
        this.library = library;
        return true;
    }

    /**
     * Says that the callback may keep its thread for long: the counterpart of
     * {@code CallbackMayRunLong}. It stops counting against the number of processors, so
     * that the pool may have another thread at once.
     * @return whether another worker is available, or could be started, or the callback
     * was known to run long before; {@code false} if the pool has nobody else now, in
     * which case a callback that can do its long part elsewhere should
     */
    public boolean callbackMayRunLong() {
        executing();
        if (this.longRunning) {
            return true;
        }
        putBackRest();
        this.longRunning = true;
        return this.pool.crew().replaceLongRunning();
    }

    /**
     * Lets those go who wait for the object's callbacks, while this one goes on: the
     * counterpart of {@code DisassociateCurrentThreadFromCallback}. The close of its
     * cleanup group still waits for it, and the completion actions still run at the end.
     * A second call does nothing.
     */
    public void disassociateCurrentThreadFromCallback() {
        QueueNode running = executing();
        if (!this.disassociated) {
            if (running instanceof TpObject object) {
                putBackRest();
                object.disassociate();
            }
            this.disassociated = true;
        }
    }

    /**
     * What is being executed, for the thread; {@code null} between executions.
     */
    @Nullable QueueNode node() {
        return this.node;
    }

    /**
     * Others run what the thread was to run next.
     */
    private void putBackRest() {
        if (this.stripe != null) {
            this.stripe.leases.putBackRest();
        }
    }

    /**
     * Takes what the callback that is about to begin is told.
     */
    void receive(Object result) {
        this.marked = true;
        if (result instanceof ResultInContext inContext) {
            this.payload = inContext.result();
            this.captured = inContext.context();
        }
        else {
            this.payload = result;
        }
    }

    @Nullable Stripe stripe() {
        return this.stripe;
    }

    private static @Nullable TpCallbackInstance onThread() {
        return (Thread.currentThread() instanceof WorkerThread thread) ? thread.current : CURRENT.get();
    }

    private static void setOnThread(@Nullable TpCallbackInstance instance) {
        if (Thread.currentThread() instanceof WorkerThread thread) {
            thread.current = instance;
        }
        else if (instance != null) {
            CURRENT.set(instance);
        }
        else {
            CURRENT.remove();
        }
    }

    /**
     * The stripe of the calling thread, if it is a worker of the pool.
     */
    static @Nullable Stripe stripeIn(TpPool pool) {
        TpCallbackInstance current = onThread();
        return (current != null && current.pool == pool) ? current.stripe : null;
    }

    static void refuseSelfWait(TpObject object) {
        for (TpCallbackInstance each = onThread(); each != null; each = each.outer) {
            if (each.node == object && !each.disassociated) {
                throw new IllegalStateException("waiting for " + object
                        + " from its own callback would wait for itself; disassociate the thread first");
            }
        }
    }

    static void refuseSelfClose(TpCleanupGroup group) {
        for (TpCallbackInstance each = onThread(); each != null; each = each.outer) {
            refuseSelfClose(group, each.node);
            refuseSelfClose(group, each.asked);
        }
    }

    private static void refuseSelfClose(TpCleanupGroup group, @Nullable QueueNode member) {
        if (member != null && member.environment().cleanupGroup() == group) {
            throw new IllegalStateException("closing the members of cleanup group '" + group.name()
                    + "' from the callback of its member '" + member.source().name() + "' would wait for itself");
        }
    }

    /**
     * Says which deferred one-shot is asked on this thread whether it can begin.
     */
    void asks(@Nullable QueueNode deferred) {
        this.asked = deferred;
    }

    void begin(QueueNode next, long now) {
        this.startedAt = now;
        if (this.node != next) {
            NODE.setOpaque(this, next);
        }
        this.accepting = true;
    }

    /**
     * The node is not executed any more, and may be again.
     */
    void leave() {
        NODE.setOpaque(this, null);
    }

    /**
     * When the last execution began, in the pool's ticks; 0 if nobody measures.
     */
    long startedAt() {
        return this.startedAt;
    }

    void stopAccepting() {
        this.accepting = false;
    }

    void markLongRunning() {
        this.longRunning = true;
        this.marked = true;
    }

    boolean isLongRunning() {
        return this.longRunning;
    }

    boolean isDisassociated() {
        return this.disassociated;
    }

    /**
     * Whether something of the present callback may be left to do or undo.
     */
    boolean isMarked() {
        return this.marked;
    }

    /**
     * Carries out the registered actions in their order. One that fails does not keep the
     * others from being carried out.
     */
    void runCompletionActions(QueueNode ended) {
        Object section = this.criticalSection;
        if (section != null) {
            this.criticalSection = null;
            runAction(ended, TpCompletionAction.LEAVE_CRITICAL_SECTION, section, 0);
        }
        Object lock = this.mutex;
        if (lock != null) {
            this.mutex = null;
            runAction(ended, TpCompletionAction.RELEASE_MUTEX, lock, 0);
        }
        Object permits = this.semaphore;
        if (permits != null) {
            this.semaphore = null;
            runAction(ended, TpCompletionAction.RELEASE_SEMAPHORE, permits, this.semaphoreCount);
        }
        TpEvent signal = this.event;
        if (signal != null) {
            this.event = null;
            runAction(ended, TpCompletionAction.SET_EVENT, signal, 0);
        }
        TpLibrary module = this.library;
        if (module != null) {
            this.library = null;
            runAction(ended, TpCompletionAction.FREE_LIBRARY, module, 0);
        }
    }

    /**
     * Forgets the execution, so that the next one starts afresh.
     */
    void end() {
        NODE.setOpaque(this, null);
        if (this.watched != null) {
            this.watched = null;
        }
        endAndGoOn();
    }

    /**
     * The same node is to begin again at once, or another one that takes turns with it.
     */
    void endAndGoOn() {
        if (this.marked) {
            this.marked = false;
            this.payload = null;
            this.captured = null;
            this.disassociated = false;
            this.longRunning = false;
            // Nothing is left there, unless memory ran out half-way.
            this.criticalSection = null;
            this.mutex = null;
            this.semaphore = null;
            this.event = null;
            this.library = null;
        }
    }

    void leaveThread() {
        setOnThread(this.outer);
    }

    /**
     * What runs at this moment, as seen from any thread.
     */
    @Nullable TpRunningCallback snapshot(long now) {
        QueueNode running = (QueueNode) NODE.getOpaque(this);
        if (running == null) {
            return null;
        }
        TpCallbackSource source = running.source();
        TpEnvironment environment = source.environment();
        long started = (now == 0) ? 0 : this.startedAt;
        Duration age = (now == 0) ? null : Duration.ofNanos(Math.max(0, now - started));
        return new TpRunningCallback(environment.pool().nameOf(source), source.kind(), environment.priority(),
                environment.groupName(), this.thread.getName(), threadId(), age, started, this.longRunning,
                this.disassociated, registeredActions());
    }

    /**
     * Whether it is that callback which runs.
     */
    boolean isRunning(TpRunningCallback callback) {
        return isExecuting() && threadId() == callback.threadId()
                && (callback.startedNanos() == 0 || this.startedAt == callback.startedNanos());
    }

    /**
     * The execution's state for the governor.
     */
    boolean isExecuting() {
        return NODE.getOpaque(this) != null;
    }

    @SuppressWarnings("deprecation") // getId() is what Java 17 has; threadId() came with
                                     // 19.
    private long threadId() {
        return this.thread.getId();
    }

    private List<TpCompletionAction> registeredActions() {
        List<TpCompletionAction> actions = new ArrayList<>(TpCompletionAction.values().length);
        if (this.criticalSection != null) {
            actions.add(TpCompletionAction.LEAVE_CRITICAL_SECTION);
        }
        if (this.mutex != null) {
            actions.add(TpCompletionAction.RELEASE_MUTEX);
        }
        if (this.semaphore != null) {
            actions.add(TpCompletionAction.RELEASE_SEMAPHORE);
        }
        if (this.event != null) {
            actions.add(TpCompletionAction.SET_EVENT);
        }
        if (this.library != null) {
            actions.add(TpCompletionAction.FREE_LIBRARY);
        }
        return List.copyOf(actions);
    }

    private boolean leaveWhenCallbackReturns(Object section) {
        Objects.requireNonNull(section, "section");
        executing();
        if (this.criticalSection != null) {
            return false;
        }
        this.criticalSection = section;
        return true;
    }

    private boolean unlockWhenCallbackReturns(Object lock) {
        Objects.requireNonNull(lock, "mutex");
        executing();
        if (this.mutex != null) {
            return false;
        }
        this.mutex = lock;
        return true;
    }

    private boolean releaseWhenCallbackReturns(Object permits, int count) {
        Objects.requireNonNull(permits, "semaphore");
        if (count < 1) {
            throw new IllegalArgumentException("count is " + count + ", must be at least 1");
        }
        executing();
        if (this.semaphore != null) {
            return false;
        }
        this.semaphore = permits;
        this.semaphoreCount = count;
        return true;
    }

    private QueueNode executing() {
        QueueNode running = this.node;
        if (this.thread != Thread.currentThread()) {
            throw new IllegalStateException("this instance belongs to a callback on thread '" + this.thread.getName()
                    + "', not to thread '" + Thread.currentThread().getName() + "'");
        }
        if (!this.accepting || running == null) {
            throw new IllegalStateException("the callback of this instance has ended");
        }
        this.marked = true;
        return running;
    }

    /**
     * Allocates nothing before the action, and never throws: others wait for the next
     * one.
     */
    private void runAction(QueueNode ended, TpCompletionAction action, Object target, int count) {
        Throwable failure = null;
        try {
            switch (action) {
                case LEAVE_CRITICAL_SECTION, RELEASE_MUTEX -> unlock(target);
                case RELEASE_SEMAPHORE -> release(target, count);
                case SET_EVENT -> ((TpEvent) target).set();
                case FREE_LIBRARY -> ((TpLibrary) target).free();
            }
        }
        catch (Throwable ex) {
            failure = ex;
        }
        try {
            this.pool.completionActionEnded(ended, action, failure);
        }
        catch (Throwable ex) {
            // The failure cannot even be put into words.
            this.pool.report(ended.source(), (failure != null) ? Failures.join(failure, ex) : ex);
        }
    }

    private static void unlock(Object lock) {
        if (lock instanceof TpMutex owned) {
            owned.unlock();
        }
        else if (lock instanceof TpCriticalSection section) {
            section.leave();
        }
        else {
            ((Lock) lock).unlock();
        }
    }

    private static void release(Object permits, int count) {
        if (permits instanceof TpSemaphore semaphore) {
            semaphore.release(count);
        }
        else {
            ((Semaphore) permits).release(count);
        }
    }

}
