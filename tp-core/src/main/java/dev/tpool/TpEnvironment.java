package dev.tpool;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Where and how callbacks run: the counterpart of {@code TP_CALLBACK_ENVIRON}. An
 * immutable value, so an object keeps the environment it was created in whatever is built
 * from it later. It creates the objects and posts one-shot callbacks. Safe for use by any
 * thread.
 */
public final class TpEnvironment {

    private static final TpEnvironment DEFAULTS = builder().build();

    private final @Nullable TpPool pool;

    private final @Nullable TpCleanupGroup cleanupGroup;

    private final @Nullable TpCancelCallback cancelCallback;

    private final TpPriority priority;

    private final boolean runsLong;

    private final boolean persistent;

    private final boolean housekeeping;

    private final boolean undroppable;

    private final @Nullable TpLibrary library;

    private final @Nullable TpFinalizationCallback finalizationCallback;

    private final @Nullable TpActivationContext activationContext;

    private final @Nullable TpContextCapture contextCapture;

    private final @Nullable TpExceptionHandler exceptionHandler;

    private final boolean bare;

    private final boolean plain;

    private TpEnvironment(Builder builder) {
        this.pool = builder.pool;
        this.cleanupGroup = builder.cleanupGroup;
        this.cancelCallback = builder.cancelCallback;
        this.priority = builder.priority;
        this.runsLong = builder.runsLong;
        this.persistent = builder.persistent;
        this.housekeeping = builder.housekeeping;
        this.undroppable = builder.undroppable;
        this.library = builder.library;
        this.finalizationCallback = builder.finalizationCallback;
        this.activationContext = builder.activationContext;
        this.contextCapture = builder.contextCapture;
        this.exceptionHandler = builder.exceptionHandler;
        this.bare = this.library == null && this.finalizationCallback == null && this.activationContext == null
                && this.contextCapture == null;
        this.plain = this.contextCapture == null && (this.pool == null || this.pool.isPlain());
    }

    /**
     * Starts with the defaults: the pool of the process, no cleanup group, normal
     * priority ({@code InitializeThreadpoolEnvironment}).
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The environment that a {@code NULL} environment stands for in Windows.
     * @return the defaults
     */
    public static TpEnvironment defaults() {
        return DEFAULTS;
    }

    /**
     * The defaults on a pool of one's own.
     * @param pool the pool
     * @return an environment
     */
    public static TpEnvironment of(TpPool pool) {
        return builder().pool(pool).build();
    }

    /**
     * Starts with the values of this environment.
     * @return a builder
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * The pool: the one set, or the default pool of the process, which is made when it is
     * first asked for.
     * @return the pool
     */
    public TpPool pool() {
        return (this.pool != null) ? this.pool : TpPool.processDefault();
    }

    /**
     * The cleanup group that objects created here join.
     * @return the group, or {@code null}
     */
    public @Nullable TpCleanupGroup cleanupGroup() {
        return this.cleanupGroup;
    }

    /**
     * Who is told when the group's close cancels an object.
     * @return the callback, or {@code null}
     */
    public @Nullable TpCancelCallback cancelCallback() {
        return this.cancelCallback;
    }

    /**
     * The priority of the callbacks.
     * @return the priority
     */
    public TpPriority priority() {
        return this.priority;
    }

    /**
     * Whether a post needs nobody's permission, nobody watches it, and nothing is
     * captured for it.
     */
    boolean isPlain() {
        return this.plain;
    }

    /**
     * Whether nothing is to be done around a callback.
     */
    boolean isBare() {
        return this.bare;
    }

    /**
     * Whether callbacks are expected to run long.
     * @return the hint
     */
    public boolean runsLong() {
        return this.runsLong;
    }

    /**
     * Whether callbacks want a thread that does not go away.
     * @return the hint
     */
    public boolean persistent() {
        return this.persistent;
    }

    /**
     * The library whose code the callbacks run.
     * @return the library, or {@code null}
     */
    public @Nullable TpLibrary library() {
        return this.library;
    }

    /**
     * What runs after every execution.
     * @return the callback, or {@code null}
     */
    public @Nullable TpFinalizationCallback finalizationCallback() {
        return this.finalizationCallback;
    }

    /**
     * What is in force while callbacks run.
     * @return the context, or {@code null}
     */
    public @Nullable TpActivationContext activationContext() {
        return this.activationContext;
    }

    /**
     * What takes along the poster's contexts.
     * @return the capture, or {@code null} if nothing is taken along
     */
    public @Nullable TpContextCapture contextCapture() {
        return this.contextCapture;
    }

    boolean isHousekeeping() {
        return this.housekeeping;
    }

    /**
     * Whether {@link TpPool#cancelPendingCallbacks()} leaves its objects alone.
     */
    boolean isUndroppable() {
        return this.undroppable;
    }

    boolean captures() {
        return this.contextCapture != null;
    }

    /**
     * Captures what is in force on the calling thread, if that is asked for.
     */
    @Nullable TpActivationContext capture() {
        return (this.contextCapture != null)
                ? Objects.requireNonNull(this.contextCapture.capture(), "the captured context") : null;
    }

    /**
     * Who is told of exceptions before the pool's handler.
     * @return the handler, or {@code null} for the pool's
     */
    public @Nullable TpExceptionHandler exceptionHandler() {
        return this.exceptionHandler;
    }

    /**
     * Creates a work object ({@code CreateThreadpoolWork}).
     * @param callback the callback
     * @return the work, with nothing posted
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public TpWork work(Runnable callback) {
        return createWork(null, TpWork.RUNNABLE, Objects.requireNonNull(callback, "callback"));
    }

    /**
     * Creates a work object with a name.
     * @param name a name for logs and snapshots
     * @param callback the callback
     * @return the work, with nothing posted
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public TpWork work(String name, Runnable callback) {
        Objects.requireNonNull(name, "name");
        return createWork(name, TpWork.RUNNABLE, Objects.requireNonNull(callback, "callback"));
    }

    /**
     * Creates a work object whose callback gets its instance and a context.
     * @param <C> the type of the context
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the work, with nothing posted
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpWork work(TpWorkCallback<C> callback, C context) {
        return createWork(null, callback, context);
    }

    /**
     * Creates a work object with a name, whose callback gets its instance and a context.
     * @param <C> the type of the context
     * @param name a name for logs and snapshots
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the work, with nothing posted
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpWork work(String name, TpWorkCallback<C> callback, C context) {
        return createWork(Objects.requireNonNull(name, "name"), callback, context);
    }

    /**
     * Creates a timer ({@code CreateThreadpoolTimer}).
     * @param callback the callback
     * @return the timer, not set
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public TpTimer timer(Runnable callback) {
        return createTimer(null, TpTimer.RUNNABLE, Objects.requireNonNull(callback, "callback"));
    }

    /**
     * Creates a timer with a name.
     * @param name a name for logs and snapshots
     * @param callback the callback
     * @return the timer, not set
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public TpTimer timer(String name, Runnable callback) {
        Objects.requireNonNull(name, "name");
        return createTimer(name, TpTimer.RUNNABLE, Objects.requireNonNull(callback, "callback"));
    }

    /**
     * Creates a timer whose callback gets its instance and a context
     * ({@code CreateThreadpoolTimer}).
     * @param <C> the type of the context
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the object, not set
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpTimer timer(TpTimerCallback<C> callback, C context) {
        return createTimer(null, callback, context);
    }

    /**
     * Creates a timer whose callback gets its instance and a context with a name.
     * @param <C> the type of the context
     * @param name a name for logs and snapshots
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the object, not set
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpTimer timer(String name, TpTimerCallback<C> callback, C context) {
        return createTimer(Objects.requireNonNull(name, "name"), callback, context);
    }

    /**
     * Creates a wait ({@code CreateThreadpoolWait}).
     * @param <C> the type of the context
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the object, not set
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpWait wait(TpWaitCallback<C> callback, C context) {
        return createWait(null, callback, context);
    }

    /**
     * Creates a wait with a name.
     * @param <C> the type of the context
     * @param name a name for logs and snapshots
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the object, not set
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpWait wait(String name, TpWaitCallback<C> callback, C context) {
        return createWait(Objects.requireNonNull(name, "name"), callback, context);
    }

    /**
     * Creates an I/O object ({@code CreateThreadpoolIo}).
     * @param <C> the type of the context
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the object, with no operation started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpIo io(TpIoCallback<C> callback, C context) {
        return createIo(null, callback, context);
    }

    /**
     * Creates an I/O object with a name.
     * @param <C> the type of the context
     * @param name a name for logs and snapshots
     * @param callback the callback
     * @param context handed to every execution, unchanged
     * @return the object, with no operation started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> TpIo io(String name, TpIoCallback<C> callback, C context) {
        return createIo(Objects.requireNonNull(name, "name"), callback, context);
    }

    /**
     * Posts a one-shot callback ({@code TrySubmitThreadpoolCallback}).
     * @param callback the callback
     * @return {@code false} if it was refused: the bounded queue is full, or no thread
     * could be started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public boolean trySubmit(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        if (isUntracked()) {
            return pool().postOneShot(new RunnableOneShot(this, callback));
        }
        return postTracked(untyped(TrackedOneShot.RUNNABLE), callback) != null;
    }

    /**
     * Posts a one-shot callback that gets its instance and a context.
     * @param <C> the type of the context
     * @param callback the callback
     * @param context handed to the callback
     * @return {@code false} if it was refused: the bounded queue is full, or no thread
     * could be started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> boolean trySubmit(TpSimpleCallback<C> callback, C context) {
        Objects.requireNonNull(callback, "callback");
        if (callback instanceof TpTask<C> task) {
            return trySubmit(task, context);
        }
        if (isUntracked()) {
            return pool().postOneShot(new ContextOneShot(this, untyped(callback), context));
        }
        return postTracked(untyped(callback), context) != null;
    }

    /**
     * Posts a one-shot callback and tells how it ended.
     * @param <C> the type of the context
     * @param name a name for logs and snapshots
     * @param callback the callback
     * @param context handed to the callback
     * @param completion told exactly once, unless the callback was refused
     * @return {@code false} if it was refused: the bounded queue is full, or no thread
     * could be started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> boolean trySubmit(String name, TpSimpleCallback<C> callback, C context,
            TpCompletion completion) {
        Objects.requireNonNull(callback, "callback");
        Objects.requireNonNull(completion, "completion");
        ToldTask task = new ToldTask(Objects.requireNonNull(name, "name"), untyped(callback), completion);
        return postTracked(task, context) != null;
    }

    /**
     * Posts a one-shot callback that is posted again and again and tells how it ended.
     * @param <C> the type of the context
     * @param task the callback, told exactly once of each post how it ended, unless it
     * was refused
     * @param context handed to the callback
     * @return {@code false} if it was refused: the bounded queue is full, or no thread
     * could be started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <C extends @Nullable Object> boolean trySubmit(TpTask<C> task, C context) {
        Objects.requireNonNull(task, "task");
        return postTracked(untyped(task), context) != null;
    }

    /**
     * Accepts a one-shot callback that is queued later, by
     * {@link TpDeferredCallback#postNow()}. Meanwhile it holds no thread. It counts
     * against the capacity of a bounded queue from now on, so the later post cannot be
     * refused.
     * @param <C> the type of the context
     * @param task the callback, told exactly once how it ended, unless it was
     * {@linkplain TpDeferredCallback#reject() rejected}
     * @param context handed to the callback
     * @return the callback, which may have been dropped already; {@code null} if it was
     * refused: the bounded queue is full, or no thread could be started
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    @SuppressWarnings("unchecked") // The callback only ever gets the context it came
                                   // with.
    public <C extends @Nullable Object> @Nullable TpDeferredCallback tryDefer(TpDeferredTask<C> task, C context) {
        Objects.requireNonNull(task, "task");
        TpPool target = pool();
        TpActivationContext captured = capture();
        TpPool.Admission admission = target.admit(task.name(), true);
        if (admission == TpPool.Admission.REFUSED) {
            return null;
        }
        boolean admitted = admission == TpPool.Admission.ADMITTED;
        DeferredOneShot oneShot = new DeferredOneShot(this, (TpDeferredTask<@Nullable Object>) task, context, admitted,
                captured, target.measuredNow());
        try {
            objectCreated(oneShot);
        }
        catch (RuntimeException | Error ex) {
            if (!oneShot.endUnbegun()) {
                // The close of its pool was faster: it was dropped, and its task told.
                return oneShot;
            }
            if (admitted) {
                target.takeBackAdmission();
            }
            throw ex;
        }
        return oneShot;
    }

    /**
     * Posts a one-shot callback for its result.
     * @param <T> the type of the result
     * @param callable the callback
     * @return completes on the worker after the completion actions have run; fails with
     * what the callback threw; is cancelled if the close of the cleanup group dropped the
     * callback. Cancelling it drops the callback if it has not begun, and never
     * interrupts it.
     * @throws TpRejectedException if it was refused
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> callable) {
        return postForResult(null, callable);
    }

    /**
     * Posts a one-shot callback with a name for its result.
     * @param <T> the type of the result
     * @param name a name for logs and snapshots
     * @param callable the callback
     * @return as {@link #submit(Callable)}
     * @throws TpRejectedException if it was refused
     * @throws IllegalStateException if the pool or the cleanup group is closed, or the
     * library unloaded
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(String name, Callable<T> callable) {
        return postForResult(Objects.requireNonNull(name, "name"), callable);
    }

    /**
     * The pool, the cleanup group and the priority.
     */
    @Override
    public String toString() {
        return "environment of " + ((this.pool != null) ? this.pool : "the pool of the process")
                + ((this.cleanupGroup != null) ? ", " + this.cleanupGroup : "") + ", priority " + this.priority;
    }

    @Nullable String groupName() {
        return (this.cleanupGroup != null) ? this.cleanupGroup.name() : null;
    }

    /**
     * Makes the object known to whoever keeps it: library, group, pool. Undone by
     * {@link #objectFreed}.
     */
    private void objectCreated(TpObject object) {
        object.creationBegins();
        object.pool().objectCreated(object);
        try {
            join(object);
        }
        catch (RuntimeException | Error ex) {
            object.pool().objectFreed(object);
            throw ex;
        }
        object.creationEnds();
    }

    private void join(TpObject object) {
        if (this.library != null) {
            this.library.retain();
        }
        if (this.cleanupGroup != null) {
            try {
                this.cleanupGroup.add(object);
            }
            catch (RuntimeException | Error ex) {
                if (this.library != null) {
                    freeLibrary(object);
                }
                throw ex;
            }
        }
    }

    @SuppressWarnings("unchecked") // The callback only ever gets the context it came
                                   // with.
    private <C extends @Nullable Object> TpWork createWork(@Nullable String name, TpWorkCallback<C> callback,
            C context) {
        Objects.requireNonNull(callback, "callback");
        TpWork work = new TpWork(name, this, (TpWorkCallback<@Nullable Object>) callback, context);
        objectCreated(work);
        return work;
    }

    @SuppressWarnings("unchecked") // The callback only ever gets the context it came
                                   // with.
    private <C extends @Nullable Object> TpTimer createTimer(@Nullable String name, TpTimerCallback<C> callback,
            C context) {
        Objects.requireNonNull(callback, "callback");
        TpTimer timer = new TpTimer(name, this, (TpTimerCallback<@Nullable Object>) callback, context);
        objectCreated(timer);
        return timer;
    }

    @SuppressWarnings("unchecked") // The callback only ever gets the context it came
                                   // with.
    private <C extends @Nullable Object> TpWait createWait(@Nullable String name, TpWaitCallback<C> callback,
            C context) {
        Objects.requireNonNull(callback, "callback");
        TpWait wait = new TpWait(name, this, (TpWaitCallback<@Nullable Object>) callback, context);
        objectCreated(wait);
        return wait;
    }

    @SuppressWarnings("unchecked") // The callback only ever gets the context it came
                                   // with.
    private <C extends @Nullable Object> TpIo createIo(@Nullable String name, TpIoCallback<C> callback, C context) {
        Objects.requireNonNull(callback, "callback");
        TpIo io = new TpIo(name, this, (TpIoCallback<@Nullable Object>) callback, context);
        objectCreated(io);
        return io;
    }

    @SuppressWarnings("unchecked") // The callback only ever gets the context it came
                                   // with.
    private static <C extends @Nullable Object> TpSimpleCallback<@Nullable Object> untyped(
            TpSimpleCallback<C> callback) {
        return (TpSimpleCallback<@Nullable Object>) callback;
    }

    /**
     * Whether nobody has to be told of a one-shot before or after it runs.
     */
    private boolean isUntracked() {
        return this.cleanupGroup == null && this.library == null && this.contextCapture == null && !pool().isWatched();
    }

    private <T extends @Nullable Object> CompletableFuture<T> postForResult(@Nullable String name,
            Callable<T> callable) {
        TpFuture<T> future = new TpFuture<>(name, Objects.requireNonNull(callable, "callable"));
        TrackedOneShot posted = postTracked(future, null);
        if (posted == null) {
            throw pool().rejection(future.name());
        }
        future.postedAs(posted);
        return future;
    }

    private @Nullable TrackedOneShot postTracked(TpSimpleCallback<@Nullable Object> callback,
            @Nullable Object context) {
        TpPool target = pool();
        TpActivationContext captured = capture();
        TpPool.Admission admission = target.admit(TrackedOneShot.nameOf(callback), true);
        if (admission == TpPool.Admission.REFUSED) {
            return null;
        }
        boolean admitted = admission == TpPool.Admission.ADMITTED;
        TrackedOneShot oneShot = (admitted && !target.isWatched()) ? new TrackedOneShot(this, callback, context)
                : new WatchedOneShot(this, callback, context, admitted);
        if (captured != null) {
            oneShot.setCaptured(captured);
        }
        try {
            join(oneShot);
        }
        catch (RuntimeException | Error ex) {
            if (admitted) {
                target.takeBackAdmission();
            }
            throw ex;
        }
        // From here on the group may drop it at any moment, in which case nothing is left
        // to claim.
        if (admitted) {
            target.posted(oneShot);
            target.enqueueAdmitted(oneShot, callback instanceof TpTask);
        }
        else {
            target.runOnCaller(oneShot);
        }
        return oneShot;
    }

    void objectFreed(TpObject object) {
        boolean oneShot = object instanceof TrackedOneShot;
        if (this.cleanupGroup != null) {
            if (oneShot) {
                this.cleanupGroup.oneShotEnded();
            }
            else {
                this.cleanupGroup.remove(object);
            }
        }
        if (this.library == null) {
            if (!oneShot) {
                object.pool().objectFreed(object);
                object.tellFreed();
            }
            return;
        }
        try {
            if (!oneShot) {
                // The listener may be code of the library.
                object.tellFreed();
            }
        }
        finally {
            freeLibrary(object);
            if (!oneShot) {
                // A pool that has ended has given all back.
                object.pool().objectFreed(object);
            }
        }
    }

    /**
     * Takes a reference of the library besides those of objects, for what is still to be
     * called when an object has given back its own.
     * @return whether it was taken, and is to be given back by {@link #freeLibrary}
     */
    boolean holdLibrary() {
        return this.library != null && this.library.tryRetain();
    }

    void freeLibrary(TpObject object) {
        try {
            Objects.requireNonNull(this.library).free();
        }
        catch (Throwable ex) {
            object.pool().report(object, ex);
        }
    }

    /**
     * Collects the values of an environment. Not for use by several threads.
     */
    public static final class Builder {

        private @Nullable TpPool pool;

        private @Nullable TpCleanupGroup cleanupGroup;

        private @Nullable TpCancelCallback cancelCallback;

        private TpPriority priority = TpPriority.NORMAL;

        private boolean runsLong;

        private boolean persistent;

        private boolean housekeeping;

        private boolean undroppable;

        private @Nullable TpLibrary library;

        private @Nullable TpFinalizationCallback finalizationCallback;

        private @Nullable TpActivationContext activationContext;

        private @Nullable TpContextCapture contextCapture;

        private @Nullable TpExceptionHandler exceptionHandler;

        private Builder() {
        }

        private Builder(TpEnvironment from) {
            this.pool = from.pool;
            this.cleanupGroup = from.cleanupGroup;
            this.cancelCallback = from.cancelCallback;
            this.priority = from.priority;
            this.runsLong = from.runsLong;
            this.persistent = from.persistent;
            this.housekeeping = from.housekeeping;
            this.undroppable = from.undroppable;
            this.library = from.library;
            this.finalizationCallback = from.finalizationCallback;
            this.activationContext = from.activationContext;
            this.contextCapture = from.contextCapture;
            this.exceptionHandler = from.exceptionHandler;
        }

        /**
         * Sets the pool ({@code SetThreadpoolCallbackPool}).
         * @param pool the pool, or {@code null} for the default pool of the process
         * @return this builder
         */
        public Builder pool(@Nullable TpPool pool) {
            this.pool = pool;
            return this;
        }

        /**
         * Sets the cleanup group without a cancel callback
         * ({@code SetThreadpoolCallbackCleanupGroup}).
         * @param group the group, or {@code null}
         * @return this builder
         */
        public Builder cleanupGroup(@Nullable TpCleanupGroup group) {
            return cleanupGroup(group, null);
        }

        /**
         * Sets the cleanup group and its cancel callback together
         * ({@code SetThreadpoolCallbackCleanupGroup}).
         * @param group the group, or {@code null}
         * @param cancelCallback told of each object that the group's close cancels, or
         * {@code null}
         * @return this builder
         */
        public Builder cleanupGroup(@Nullable TpCleanupGroup group, @Nullable TpCancelCallback cancelCallback) {
            this.cleanupGroup = group;
            this.cancelCallback = cancelCallback;
            return this;
        }

        /**
         * Sets the priority ({@code SetThreadpoolCallbackPriority}).
         * @param priority the priority
         * @return this builder
         */
        public Builder priority(TpPriority priority) {
            this.priority = Objects.requireNonNull(priority, "priority");
            return this;
        }

        /**
         * Says that callbacks may not return quickly
         * ({@code SetThreadpoolCallbackRunsLong}): while one runs, the pool may have
         * another thread at once.
         * @param runsLong the hint
         * @return this builder
         */
        public Builder runsLong(boolean runsLong) {
            this.runsLong = runsLong;
            return this;
        }

        /**
         * Asks for threads that do not go away ({@code SetThreadpoolCallbackPersistent}):
         * as long as an object with this hint lives, no worker of the pool leaves for
         * idleness.
         * @param persistent the hint
         * @return this builder
         */
        public Builder persistent(boolean persistent) {
            this.persistent = persistent;
            return this;
        }

        /**
         * Sets the library whose code the callbacks run
         * ({@code SetThreadpoolCallbackLibrary}). Every object created here holds a
         * reference of its own to it until it is freed, and the library's class loader is
         * the context class loader of the callbacks.
         * @param library the library, or {@code null}
         * @return this builder
         */
        public Builder library(@Nullable TpLibrary library) {
            this.library = library;
            return this;
        }

        /**
         * Sets what runs after every execution
         * ({@code TpSetCallbackFinalizationCallback}).
         * @param finalizationCallback the callback, or {@code null}
         * @return this builder
         */
        public Builder finalizationCallback(@Nullable TpFinalizationCallback finalizationCallback) {
            this.finalizationCallback = finalizationCallback;
            return this;
        }

        /**
         * Sets what is in force while callbacks run
         * ({@code TpSetCallbackActivationContext}).
         * @param activationContext the context, or {@code null} for none
         * ({@code TpSetCallbackNoActivationContext})
         * @return this builder
         */
        public Builder activationContext(@Nullable TpActivationContext activationContext) {
            this.activationContext = activationContext;
            return this;
        }

        /**
         * Sets what takes along the poster's contexts, so that they are in force while
         * the callback runs, inside of the {@link #activationContext}. They are captured
         * at each post, when a one-shot is deferred, at each setting of a timer or wait,
         * and at the start of each operation of an I/O object; a timer that fires again
         * and again runs in those of its setting.
         * @param contextCapture the capture, or {@code null} to take nothing along
         * @return this builder
         */
        public Builder contextCapture(@Nullable TpContextCapture contextCapture) {
            this.contextCapture = contextCapture;
            return this;
        }

        /**
         * Sets who is told of exceptions instead of the pool's handler.
         * @param exceptionHandler the handler, or {@code null} for the pool's
         * @return this builder
         */
        public Builder exceptionHandler(@Nullable TpExceptionHandler exceptionHandler) {
            this.exceptionHandler = exceptionHandler;
            return this;
        }

        /**
         * See {@link TpPool#housekeepingTimer}.
         */
        Builder housekeeping() {
            this.housekeeping = true;
            return this;
        }

        /**
         * Sets that what is queued is not dropped with the rest of the pool, since others
         * wait for what it does.
         */
        Builder undroppable() {
            this.undroppable = true;
            return this;
        }

        /**
         * Builds the environment.
         * @return an immutable environment
         */
        public TpEnvironment build() {
            return new TpEnvironment(this);
        }

    }

}
