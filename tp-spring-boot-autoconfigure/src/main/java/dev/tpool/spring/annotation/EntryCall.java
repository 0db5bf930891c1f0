package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpDeferredCallback;
import dev.tpool.TpDeferredTask;
import dev.tpool.TpPool;
import dev.tpool.TpRejectedException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method with an entry, and the future of its callback. Sees to it that
 * what it acquires is given back exactly once: by the completion actions once they are
 * registered, and by itself until then.
 *
 * @param <C> the type of what differs from call to call
 */
final class EntryCall<C> extends CompletableFuture<@Nullable Object> implements TpDeferredTask<Object> {

    private static final Log logger = LogFactory.getLog(TpCallback.class);

    private final Entry<C> entry;

    private final C call;

    private final Acquisition acquisition;

    /** The turns for the locks, in the order in which those are taken. */
    private final List<TurnStep> turns = new ArrayList<>(2);

    private final @Nullable PermitStep permits;

    /** Only if the caller waits. */
    private final @Nullable Caller waiting;

    private volatile @Nullable TpDeferredCallback deferred;

    private volatile boolean posted;

    /** What the thread of the callback has taken. Belongs to that thread. */
    private final List<HeldLock> held = new ArrayList<>(2);

    /** Why a lock cannot be taken, ever. Belongs to the thread of the callback. */
    private @Nullable RuntimeException unavailable;

    private @Nullable Object result;

    /**
     * @throws IllegalArgumentException if the call has no key
     */
    EntryCall(Entry<C> entry, TpPool pool, C call) {
        this.entry = entry;
        this.call = call;
        this.waiting = (entry.whenUnavailable() == TpWhenUnavailable.WAIT) ? new Caller() : null;
        if (entry.mutex() != null) {
            this.turns.add(entry.mutex().step(entry.method(), call));
        }
        if (entry.section() != null) {
            this.turns.add(entry.section().step(entry.method(), call));
        }
        List<EntryStep> free = this.turns.stream().<EntryStep>map((turn) -> new FreeStep(turn, pool)).toList();
        List<EntryStep> steps = new ArrayList<>(this.turns);
        steps.addAll(free);
        this.permits = (entry.semaphore() != null) ? new PermitStep(entry.semaphore(), entry.count()) : null;
        if (this.permits != null) {
            steps.add(this.permits);
        }
        this.acquisition = new Acquisition(steps, this.turns.size(), free.size(), this::complete);
    }

    @Override
    public String name() {
        return this.entry.method().name();
    }

    /**
     * Takes what is to be had, and posts the callback with it or does about the rest what
     * the annotation says.
     * @return why the call is rejected, or {@code null}
     */
    @Nullable TpRejectedException begin(TpDeferredCallback accepted) {
        this.deferred = accepted;
        this.entry.method().accepted(this.call, accepted);
        return switch (this.entry.whenUnavailable()) {
            case LATER -> accepted.isRunByCaller()
                    ? beginAtOnce(accepted,
                            "the queue is full, and it cannot run on the caller's thread, having to wait for ")
                    : beginLater();
            case REJECT -> beginAtOnce(accepted, "it would have to wait for ");
            case WAIT -> beginAndWait(accepted);
        };
    }

    private @Nullable TpRejectedException beginLater() {
        this.acquisition.begin();
        return null;
    }

    private @Nullable TpRejectedException beginAtOnce(TpDeferredCallback accepted, String reason) {
        return (this.acquisition.tryBegin() || !accepted.reject()) ? null
                : this.entry.rejection(reason + this.acquisition.missing(), null);
    }

    private @Nullable TpRejectedException beginAndWait(TpDeferredCallback accepted) {
        this.acquisition.begin();
        Caller caller = Objects.requireNonNull(this.waiting);
        String failure = caller.await(Objects.requireNonNull(this.entry.waitAtMost()));
        if (failure != null && accepted.reject()) {
            String missing = this.acquisition.missing();
            this.acquisition.withdraw();
            return this.entry.rejection(failure + missing, null);
        }
        if (!caller.decide()) {
            return this.entry.method().returnsFuture() ? null
                    : this.entry.rejection("it was dropped while the caller waited", null);
        }
        post();
        return null;
    }

    /**
     * Called by whoever took the last of what is needed.
     */
    private void complete() {
        if (this.waiting != null && !this.posted) {
            this.waiting.goOn();
        }
        else {
            post();
        }
    }

    private void post() {
        this.posted = true;
        Objects.requireNonNull(this.deferred).postNow();
    }

    @Override
    public boolean tryEnter() {
        try {
            for (TurnStep turn : this.turns) {
                EntryLock lock = turn.lock();
                int before = lock.holdCount();
                if (!lock.tryTake()) {
                    undoEnter();
                    this.acquisition.retry();
                    return false;
                }
                this.held.add(new HeldLock(lock, before));
            }
        }
        catch (RuntimeException ex) {
            undoEnter();
            this.unavailable = ex;
        }
        return true;
    }

    @Override
    public void undoEnter() {
        for (int i = this.held.size() - 1; i >= 0; i--) {
            this.held.get(i).letGo();
        }
        this.held.clear();
    }

    @Override
    public void run(TpCallbackInstance instance, Object context) throws Exception {
        if (this.unavailable != null) {
            throw this.unavailable;
        }
        if (this.permits != null) {
            // By the completion actions, or by a method that can register them itself.
            this.permits.isGivenBackByOthers();
        }
        registerKeyed(instance, this.entry.mutex(), 0);
        registerKeyed(instance, this.entry.section(), this.held.size() - 1);
        try {
            this.result = this.entry.method().run(instance, this.call);
        }
        catch (Exception | Error ex) {
            if (this.permits != null && this.entry.method().actions().semaphore() == null) {
                this.permits.giveBackUnlessRegistered(instance);
            }
            throw ex;
        }
    }

    private void registerKeyed(TpCallbackInstance instance, @Nullable EntryLine line, int index) {
        if (line != null && line.isKeyed()) {
            this.held.get(index).lock().letGoWhenCallbackReturns(instance);
        }
    }

    @Override
    public void completed(@Nullable Throwable failure) {
        for (int i = this.held.size() - 1; i >= 0; i--) {
            letGo(this.held.get(i));
        }
        this.held.clear();
        this.acquisition.withdraw();
        if (this.entry.method().returnsFuture()) {
            settle(failure);
        }
        else {
            this.entry.method().completed(this.call, failure);
        }
    }

    /**
     * Of a method that has to let go itself and did not, or of a callback that failed
     * before it came to its method.
     */
    private void letGo(HeldLock each) {
        if (each.letGo()) {
            logger.warn(
                    "Callback '" + name() + "' ended without letting go of " + each.lock() + ", which was done for it");
        }
    }

    private void settle(@Nullable Throwable failure) {
        if (failure != null) {
            completeExceptionally(failure);
        }
        else {
            complete(this.result);
        }
    }

    @Override
    public void cancelled() {
        this.acquisition.withdraw();
        super.cancel(false);
        if (this.waiting != null && this.waiting.decide()) {
            // The caller is there to be told.
            this.waiting.goOn();
        }
        else if (!this.entry.method().returnsFuture()) {
            warnOfDrop();
            this.entry.method().dropped(this.call);
        }
    }

    private void warnOfDrop() {
        CompletionActions actions = this.entry.method().actions();
        String lost = ((this.permits != null) ? actions.withoutSemaphore() : actions).notGivenBack();
        logger.warn("Callback '" + name() + "' was dropped before it began"
                + (lost.isEmpty() ? "" : ", and so has not given back " + lost));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(false);
        Objects.requireNonNull(this.deferred).cancel();
        return cancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /**
     * A caller that waits until all is there. What becomes of the call is decided once,
     * by whoever comes first: the caller posts it, or is told that it was dropped.
     */
    private static final class Caller {

        private final CountDownLatch latch = new CountDownLatch(1);

        private final AtomicBoolean decided = new AtomicBoolean();

        boolean decide() {
            return this.decided.compareAndSet(false, true);
        }

        void goOn() {
            this.latch.countDown();
        }

        @Nullable String await(Duration atMost) {
            try {
                return this.latch.await(nanos(atMost), TimeUnit.NANOSECONDS) ? null
                        : "the caller has waited " + atMost.toMillis() + " ms for ";
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                return "the caller was interrupted while it waited for ";
            }
        }

        private static long nanos(Duration duration) {
            try {
                return duration.toNanos();
            }
            catch (ArithmeticException ex) {
                return Long.MAX_VALUE;
            }
        }

    }

}
