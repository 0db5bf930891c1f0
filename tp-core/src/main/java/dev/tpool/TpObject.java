package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What work, timer, wait and I/O objects have in common: callbacks are posted to it,
 * counted, run by its pool, waited for and cancelled. An object belongs to one pool and
 * at most one cleanup group for all its life; the environment it was created in is fixed.
 * <p>
 * All methods may be called from any thread, callbacks of the object among them.
 */
public abstract sealed class TpObject extends CountedNode implements TpCallbackSource, AutoCloseable
        permits TpWork, ClockEntry, TpIo, TrackedOneShot, DeferredOneShot {

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "state",
            VarHandle.class, CountedNode.class, long.class);

    /** No state: the highest bits are never set. */
    static final long NOTHING_TAKEN = -1;

    private static final VarHandle ASIDE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "aside",
            VarHandle.class, TpObject.class, ObjectAside.class);

    private final TpEnvironment environment;

    private volatile @Nullable ObjectAside aside;

    /**
     * The neighbours in the pool's list of the living; guarded by a lock of
     * {@link LiveObjects}.
     */
    @Nullable TpObject bornBefore;

    /** See {@link #bornBefore}. */
    @Nullable TpObject bornAfter;

    /**
     * Creates an object.
     * @param name its name, or {@code null} for that of its kind
     */
    TpObject(@Nullable String name, TpEnvironment environment, long initialState) {
        this.environment = environment;
        if (name != null || environment.captures()) {
            ASIDE.setRelease(this, new ObjectAside(name, environment.captures() ? new Results() : null));
        }
        STATE.setRelease(this, initialState);
    }

    /**
     * The shard of the pool's list of the living that it is in, less than
     * {@link Shards#COUNT}. All but timers and waits are in one, so that it is known
     * which of them are older than others.
     */
    int shard() {
        return 0;
    }

    @Override
    public String name() {
        ObjectAside existing = this.aside;
        return (existing != null && existing.name != null) ? existing.name : kind().label();
    }

    @Override
    public final TpEnvironment environment() {
        return this.environment;
    }

    /**
     * The callbacks that are queued and have not begun.
     * @return their number at this moment
     */
    public final long pending() {
        long seen = this.state;
        if (!isLeasable() || ObjectState.running(seen) == 0) {
            return ObjectState.pending(seen);
        }
        CallbackQueue queue = pool().queue();
        // First what leases are taken from: what is being leased meanwhile is rather
        // counted twice than missed.
        queue.moves().lock();
        try {
            return pendingByState() + queue.leased(this);
        }
        finally {
            queue.moves().unlock();
        }
    }

    /**
     * The callbacks that are queued and were not leased by a worker.
     */
    final long pendingByState() {
        return ObjectState.pending(this.state);
    }

    /**
     * The callbacks that are running, disassociated ones among them.
     * @return their number at this moment
     */
    public final int running() {
        int counted = ObjectState.running(this.state);
        while (counted > 0 && isLeasable()) {
            int resting = pool().queue().resting(this);
            int now = ObjectState.running(this.state);
            if (resting == 0 || now == counted) {
                return Math.max(0, counted - resting);
            }
            // A callback has begun and may rest now, or one that rested has ended.
            counted = now;
        }
        return counted;
    }

    /**
     * What is queued and what is running.
     */
    long outstanding() {
        return pending() + running();
    }

    /**
     * Whether the object was closed, by itself or with its cleanup group.
     * @return {@code true} once it takes no more posts
     */
    public final boolean isClosed() {
        return ObjectState.is(this.state, ObjectState.CLOSED);
    }

    /**
     * Waits until no callback of this object is queued or running: the counterpart of
     * {@code WaitForThreadpool...Callbacks}. Callbacks posted meanwhile extend the wait,
     * disassociated callbacks do not. When it returns, everything that the completion
     * actions signalled is visible to the caller. The object can be used again
     * afterwards.
     * @param cancelPending whether to drop first what is queued at this moment; running
     * callbacks are never interrupted
     * @throws InterruptedException if the caller is interrupted; nothing is lost, but
     * what was dropped stays dropped
     * @throws IllegalStateException if called from a callback of this object that has not
     * disassociated, since that would wait for itself, or after {@link #close()}
     */
    public final void waitForCallbacks(boolean cancelPending) throws InterruptedException {
        beforeWait(cancelPending);
        awaitQuiet(Quiet.FOR_OBJECT, Deadline.NEVER);
    }

    /**
     * The bounded form of {@link #waitForCallbacks(boolean)}.
     * @param cancelPending whether to drop first what is queued at this moment
     * @param timeout how long to wait at most; zero or less only looks
     * @return whether no callback was queued or running any more; {@code false} if the
     * time was over
     * @throws InterruptedException if the caller is interrupted
     * @throws IllegalStateException as for the unbounded form
     */
    public final boolean waitForCallbacks(boolean cancelPending, Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.in(timeout);
        beforeWait(cancelPending);
        return awaitQuiet(Quiet.FOR_OBJECT, deadline);
    }

    /**
     * Drops the callbacks that are queued. They run neither their callback nor anything
     * that belongs to it.
     * @return how many were dropped
     */
    public final long cancelPendingCallbacks() {
        long dropped = beginDrop();
        finishDrop(dropped);
        if (dropped > 0) {
            letGoOfCallback();
        }
        return dropped;
    }

    /**
     * Drops the callbacks that are queued, and calls nobody: that is left to
     * {@link #finishDrop}.
     * @return how many were dropped
     */
    final long beginDrop() {
        long dropped = dropPendingAndLeased();
        if (dropped > 0) {
            pool().countDropped(this, dropped);
            if (ObjectState.is(this.state, ObjectState.WAITED)) {
                // Whoever is told later may wait for one who waits for this.
                tellWaiters();
            }
        }
        return dropped;
    }

    /**
     * Tells whoever has to know of what was dropped.
     */
    final void finishDrop(long dropped) {
        if (dropped > 0) {
            pool().callbacksDropped(this, dropped);
            tellDropped();
            countsChanged(this.state);
        }
    }

    /**
     * Closes the object: the counterpart of {@code CloseThreadpool...}. Never blocks and
     * never cancels: what is queued still runs, and the object lives until then. May be
     * called from its own callback, and more than once.
     */
    @Override
    public final void close() {
        long seen = (long) STATE.getAndBitwiseOr(this, ObjectState.CLOSED);
        if (!ObjectState.is(seen, ObjectState.CLOSED)) {
            disarm();
            countsChanged(seen | ObjectState.CLOSED);
        }
    }

    /**
     * Says who is told when the object has come to its end: it was closed, by itself or
     * with its cleanup group or pool, and nothing of it is queued or runs any more. By
     * then it has left its group, but has not given its library back; if it has one, its
     * pool does not end before the listener has returned, which must not wait for that.
     * Takes the place of what was said before.
     * @param told called once, by the thread that brings the object to its end, or by the
     * caller if that has happened, perhaps after the library was given back. Should be
     * short; what it throws goes to the exception handler.
     */
    public final void whenFreed(Runnable told) {
        aside().whenFreed(Objects.requireNonNull(told, "told"));
        // Whoever frees it does it the other way round.
        if (isFreed()) {
            tellFreed();
        }
    }

    final void tellFreed() {
        ObjectAside existing = this.aside;
        Runnable told = (existing != null) ? existing.takeWhenFreed() : null;
        if (told != null) {
            try {
                told.run();
            }
            catch (Throwable ex) {
                pool().report(this, ex);
            }
        }
    }

    /**
     * The kind and the name.
     */
    @Override
    public final String toString() {
        return kind().name().toLowerCase(Locale.ROOT) + " '" + name() + "'";
    }

    final TpPool pool() {
        return this.environment.pool();
    }

    final @Nullable ObjectAside asideIfAny() {
        return this.aside;
    }

    /**
     * What few objects need, made if this is the first of it.
     */
    final ObjectAside aside() {
        ObjectAside existing = this.aside;
        if (existing != null) {
            return existing;
        }
        ObjectAside made = new ObjectAside(null, null);
        ObjectAside witness = (ObjectAside) ASIDE.compareAndExchange(this, null, made);
        return (witness != null) ? witness : made;
    }

    @Override
    void queuedAt(long tick) {
        aside().queuedAt = tick;
    }

    @Override
    long queuedAt() {
        return aside().queuedAt;
    }

    /**
     * Adds a post, and puts the object into the queue if it is not there.
     */
    final void post() {
        // A callback posts each of many objects once, more often than not. Who posts from
        // elsewhere posts the same one again and again, and would fetch its word twice:
        // once to read it, once to change it.
        if (Thread.currentThread() instanceof WorkerThread && postToIdle()) {
            return;
        }
        long seen = (long) STATE.getAndAdd(this, ObjectState.PENDING_ONE);
        if ((seen & (ObjectState.QUEUED | ObjectState.CLOSED)) == ObjectState.QUEUED && !ObjectState.isFull(seen)) {
            return;
        }
        postAside(seen);
    }

    /**
     * Adds a post and takes the place in the queue in one step, if nothing is pending.
     * @return {@code false} if nothing was done
     */
    private boolean postToIdle() {
        long seen = this.state;
        boolean posted = ObjectState.isIdle(seen)
                && STATE.compareAndSet(this, seen, (seen + ObjectState.PENDING_ONE) | ObjectState.QUEUED);
        if (posted) {
            pool().enqueue(this);
        }
        return posted;
    }

    /**
     * A post that was to be counted.
     * @throws IllegalStateException if it was not, since the object was closed
     * @throws TpRejectedException if it was not, since no more can be counted
     */
    final Post unlessRefused(Post post) {
        if (post == Post.REFUSED) {
            checkOpen();
            throw tooManyPending(this.state);
        }
        return post;
    }

    private void postAside(long seen) {
        if (ObjectState.is(seen, ObjectState.CLOSED)) {
            if (takeBack()) {
                throw closed(seen);
            }
            // A worker was faster: the post came while the last callbacks were being run,
            // and ran.
            return;
        }
        if (ObjectState.isFull(seen) && takeBack()) {
            throw tooManyPending(seen);
        }
        if (takePlace()) {
            pool().enqueue(this);
        }
    }

    private TpRejectedException tooManyPending(long state) {
        return new TpRejectedException(
                this + " has " + ObjectState.pending(state) + " pending callbacks; more cannot be counted");
    }

    /**
     * Counts a post of a timer, a wait or an operation, or of what a monitor or a context
     * goes with. It is pending from this moment on. Takes no lock and calls nobody, so it
     * may be called under any lock. Nothing is refused but what is closed, and what
     * cannot be counted: to get that far, a callback has to block for minutes while
     * nothing is done but to set its object.
     * @param evenIfClosed whether it counts for a closed object, too
     * @return whether it was counted, and what {@link #finishPost} has to do once the
     * lock was left
     */
    final Post countPost(boolean evenIfClosed) {
        return countPostUnless(evenIfClosed ? 0 : ObjectState.CLOSED);
    }

    /**
     * Counts such a post, unless one of certain flags is set.
     */
    final Post countPostUnless(long flags) {
        while (true) {
            long seen = this.state;
            if (ObjectState.is(seen, flags) || ObjectState.isFull(seen)) {
                return Post.REFUSED;
            }
            long next = (seen + ObjectState.PENDING_ONE) | ObjectState.QUEUED;
            if (STATE.compareAndSet(this, seen, next)) {
                return ObjectState.is(seen, ObjectState.QUEUED) ? Post.COUNTED : Post.TO_BE_QUEUED;
            }
        }
    }

    /**
     * Counts a post with what its callback is told. Under the lock of the results.
     */
    final Post countPost(Results results, boolean evenIfClosed, Object result) {
        // First the result: what runs out of memory here has counted nothing.
        results.add(result);
        Post post = countPost(evenIfClosed);
        if (post == Post.REFUSED) {
            results.takeBack();
        }
        return post;
    }

    /**
     * Counts a post with what was captured for it.
     */
    final Post countPostIn(TpActivationContext context) {
        ResultInContext result = new ResultInContext(null, context);
        Results contexts = contexts();
        contexts.lock();
        try {
            return countPost(contexts, false, result);
        }
        finally {
            contexts.unlock();
        }
    }

    /**
     * The contexts of the pending callbacks of an object whose environment captures them.
     */
    final Results contexts() {
        return Objects.requireNonNull(aside().contexts);
    }

    /**
     * Does the part of a post that was counted which must not be done under a lock: tells
     * of it, and puts the object into the queue if it is not there.
     */
    final void finishPost(Post post) {
        if (post != Post.REFUSED) {
            try {
                pool().posted(this);
            }
            finally {
                if (post == Post.TO_BE_QUEUED) {
                    pool().enqueue(this);
                }
            }
        }
    }

    /**
     * Takes a place in the queue for what is pending.
     * @return {@code false} if it has one, or nothing is pending
     */
    final boolean takePlace() {
        while (true) {
            long state = this.state;
            if (ObjectState.is(state, ObjectState.QUEUED) || ObjectState.pending(state) == 0) {
                return false;
            }
            if (STATE.compareAndSet(this, state, state | ObjectState.QUEUED)) {
                return true;
            }
        }
    }

    private boolean takeBack() {
        while (true) {
            long seen = this.state;
            if (ObjectState.pending(seen) == 0) {
                return false;
            }
            if (STATE.compareAndSet(this, seen, seen - ObjectState.PENDING_ONE)) {
                countsChanged(seen - ObjectState.PENDING_ONE);
                return true;
            }
        }
    }

    /**
     * Begins an execution that was never queued, on the thread of the poster.
     */
    final void beginOnCaller() {
        while (true) {
            long seen = this.state;
            if (ObjectState.is(seen, ObjectState.CLOSED)) {
                throw closed(seen);
            }
            if (STATE.compareAndSet(this, seen, seen + ObjectState.RUNNING_ONE)) {
                return;
            }
        }
    }

    final void checkOpen() {
        long seen = this.state;
        if (ObjectState.is(seen, ObjectState.CLOSED)) {
            throw closed(seen);
        }
    }

    @Override
    final TpCallbackSource source() {
        return this;
    }

    @Override
    boolean claim(TpCallbackInstance instance) {
        long next = takeOne(instance);
        if (next == NOTHING_TAKEN) {
            return false;
        }
        if (ObjectState.is(next, ObjectState.QUEUED)) {
            pool().enqueueAgain(this, instance.stripe());
        }
        return true;
    }

    /**
     * Whether the state word alone says what the next callback is.
     */
    boolean isClaimedByStateAlone() {
        return !this.environment.captures();
    }

    @Override
    final boolean claimInPlace() {
        long seen = this.state;
        while (ObjectState.isClaimableInPlace(seen) && isClaimedByStateAlone()) {
            long witness = (long) STATE.compareAndExchange(this, seen, ObjectState.claimed(seen));
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /**
     * Claims a callback if it is the only one, and the state word alone says what it is.
     * @return {@code false} also if the word has changed in another way meanwhile
     */
    final boolean claimOnlyOne() {
        long seen = this.state;
        return ObjectState.pending(seen) == 1 && isClaimedByStateAlone()
                && STATE.compareAndSet(this, seen, ObjectState.claimed(seen));
    }

    @Override
    final boolean settleAndClaimInPlace(Leases leases, int most) {
        return claimInPlace(leases, most, 0);
    }

    /**
     * Claims one or several callbacks, if all of them are told the same.
     * @param begun what else to add to the state word
     */
    final boolean claimInPlace(Leases leases, int most, long begun) {
        if (!isClaimedByStateAlone()) {
            return false;
        }
        boolean together = most > 1 && ObjectState.areClaimableTogether(this.state) && isLeasable();
        if (together) {
            open(leases);
        }
        long claimed = 0;
        try {
            claimed = claimByState(together ? most : 1, begun);
        }
        finally {
            if (together) {
                leases.opened((int) Math.max(0, claimed - 1));
            }
        }
        return claimed > 0;
    }

    private long claimByState(int most, long begun) {
        long seen = this.state;
        while (ObjectState.isClaimableInPlace(seen)) {
            long claimed = Math.min(most, ObjectState.pending(seen) - 1);
            long witness = (long) STATE.compareAndExchange(this, seen,
                    seen - claimed * ObjectState.PENDING_ONE + begun);
            if (witness == seen) {
                return claimed;
            }
            seen = witness;
        }
        return 0;
    }

    /**
     * Whether workers may lease callbacks of it. Who says so overrides {@link #open},
     * too.
     */
    boolean isLeasable() {
        return false;
    }

    /**
     * Opens a lease of several callbacks that are all told the same.
     */
    void open(Leases leases) {
        throw new IllegalStateException(this + " has nothing to lease");
    }

    /**
     * Puts back callbacks that were leased. The object has an execution that counts as
     * running meanwhile.
     * @return whether there was something
     */
    final boolean putBack(Leases leases) {
        long taken;
        BriefLock moves = pool().queue().moves();
        moves.lock();
        try {
            taken = leases.takeAllOf(this);
            addBack(taken);
        }
        finally {
            moves.unlock();
        }
        if (takePlace()) {
            pool().enqueue(this);
        }
        return taken != 0;
    }

    /**
     * Counts callbacks that were leased in the state word again. Under the lock of the
     * moves.
     * @param taken what was taken away from leases
     */
    void addBack(long taken) {
        addBackByState(taken);
    }

    /**
     * Adds to the state word what {@link #addBack} says.
     * @return the state before
     */
    final long addBackByState(long taken) {
        return (long) STATE.getAndAdd(this,
                Leases.countOf(taken) * ObjectState.PENDING_ONE - Leases.holdsOf(taken) * ObjectState.RUNNING_ONE);
    }

    /**
     * Puts back what another worker has leased and does not get to.
     * @return whether there was something
     */
    final boolean putBackFrom(Leases leases) {
        if (!holdRunning()) {
            return false;
        }
        try {
            return putBack(leases);
        }
        finally {
            settle(false);
        }
    }

    /**
     * Counts as running, so that the object is not seen to be quiet, if something runs at
     * this moment; to be undone by {@link #settle}.
     * @return {@code false} if nothing does, and so nothing is leased
     */
    final boolean holdRunning() {
        while (true) {
            long seen = this.state;
            if (ObjectState.running(seen) == 0) {
                return false;
            }
            if (STATE.compareAndSet(this, seen, seen + ObjectState.RUNNING_ONE)) {
                return true;
            }
        }
    }

    /**
     * Gives up the place in the queue and counts as running, if there is something that
     * can be claimed; to be undone by {@link #settle}.
     * @return {@code false} if there is nothing
     */
    final boolean leaveQueueAndHold() {
        while (true) {
            long seen = this.state;
            boolean claimable = ObjectState.isClaimable(seen);
            long next = (seen & ~ObjectState.QUEUED) + (claimable ? ObjectState.RUNNING_ONE : 0);
            if (STATE.compareAndSet(this, seen, next)) {
                return claimable;
            }
        }
    }

    /**
     * Turns a pending callback into a running one, and hands over what it is told.
     * @return the new state, or {@link #NOTHING_TAKEN}
     */
    long takeOne(TpCallbackInstance instance) {
        return this.environment.captures() ? takeOne(contexts(), instance) : takeOneByState();
    }

    final long takeOne(Results results, TpCallbackInstance instance) {
        results.lock();
        try {
            long next = takeOneByState();
            if (next != NOTHING_TAKEN) {
                instance.receive(results.take());
            }
            return next;
        }
        finally {
            results.unlock();
        }
    }

    final long takeOneByState() {
        return takeOneUnless(0);
    }

    /**
     * Turns a pending callback into a running one, unless certain flags are set.
     * @return the new state, {@link #NOTHING_TAKEN}, or the flags, which are no new state
     * since nothing is running in them
     */
    final long takeOneUnless(long flags) {
        while (true) {
            long seen = this.state;
            if (ObjectState.is(seen, flags)) {
                return flags;
            }
            if (!ObjectState.isClaimable(seen)) {
                if (STATE.compareAndSet(this, seen, seen & ~ObjectState.QUEUED)) {
                    return NOTHING_TAKEN;
                }
            }
            else {
                long next = ObjectState.claimed(seen);
                if (STATE.compareAndSet(this, seen, next)) {
                    return next;
                }
            }
        }
    }

    @Override
    boolean tellCompletion(@Nullable Throwable failure) {
        return false;
    }

    private long dropPendingAndLeased() {
        if (!isLeasable()) {
            return dropPending();
        }
        CallbackQueue queue = pool().queue();
        queue.moves().lock();
        try {
            long dropped = dropPending();
            long taken = queue.takeLeased(this);
            if (Leases.holdsOf(taken) > 0) {
                // Something was dropped, so the caller looks whether the object is quiet
                // now.
                STATE.getAndAdd(this, -Leases.holdsOf(taken) * ObjectState.RUNNING_ONE);
            }
            return dropped + Leases.countOf(taken);
        }
        finally {
            queue.moves().unlock();
        }
    }

    /**
     * Drops what is pending and was not leased.
     * @return how many were dropped
     */
    long dropPending() {
        return this.environment.captures() ? dropPending(contexts()) : dropPendingByState();
    }

    final long dropPending(Results results) {
        results.lock();
        try {
            results.drop();
            return dropPendingByState();
        }
        finally {
            results.unlock();
        }
    }

    final long dropPendingByState() {
        while (true) {
            long seen = this.state;
            long dropped = ObjectState.pending(seen);
            if (dropped == 0 || STATE.compareAndSet(this, seen, ObjectState.withoutPending(seen))) {
                return dropped;
            }
        }
    }

    /**
     * Drops all that has not begun: what a wait or a group close with cancel begins with.
     * @return how many callbacks were dropped
     */
    long cancelOutstanding() {
        return cancelPendingCallbacks();
    }

    /**
     * Sees to it that nothing but a post queues a callback any more: disarms a timer,
     * unregisters a wait.
     * @return whether there was something to disarm
     */
    boolean disarm() {
        return false;
    }

    /**
     * The close of the cleanup group begins: disarmed, and set to no effect until it is
     * over.
     */
    void groupCloseBegins() {
        disarm();
    }

    /**
     * The close of the cleanup group was given up before this object was released.
     */
    void groupCloseGivenUp() {
    }

    /**
     * Tells whoever wanted to know that the pending callback was dropped.
     */
    void tellDropped() {
    }

    /**
     * The only callback was dropped and everybody told: nobody asks for its context
     * again, but perhaps for its name.
     */
    void letGoOfCallback() {
    }

    @Override
    boolean settle(boolean disassociated) {
        long seen;
        if (disassociated) {
            ObjectWaiters aside = waiters();
            aside.lock.lock();
            try {
                aside.disassociated--;
                seen = (long) STATE.getAndAdd(this, -ObjectState.RUNNING_ONE);
            }
            finally {
                aside.lock.unlock();
            }
        }
        else {
            seen = (long) STATE.getAndAdd(this, -ObjectState.RUNNING_ONE);
        }
        countsChanged(seen - ObjectState.RUNNING_ONE);
        return ObjectState.is(seen, ObjectState.CLOSED);
    }

    /**
     * Settles the only execution that there will ever be: the end of the object, in the
     * same step.
     */
    final void settleForGood() {
        long seen = (long) STATE.getAndAdd(this, ObjectState.FREED - ObjectState.RUNNING_ONE);
        if (ObjectState.is(seen, ObjectState.WAITED)) {
            tellWaiters();
        }
        this.environment.objectFreed(this);
    }

    /**
     * Ends an object before it has begun, as if it had never been.
     * @return {@code false} if what was pending was dropped, or has begun
     */
    final boolean endUnbegun() {
        while (true) {
            long seen = this.state;
            if (ObjectState.pending(seen) == 0) {
                return false;
            }
            if (STATE.compareAndSet(this, seen, ObjectState.withoutPending(seen) | ObjectState.FREED)) {
                if (ObjectState.is(seen, ObjectState.WAITED)) {
                    tellWaiters();
                }
                return true;
            }
        }
    }

    /**
     * One of the running executions stops counting for those who wait for the object.
     */
    final void disassociate() {
        ObjectWaiters aside = waiters();
        aside.lock.lock();
        try {
            aside.disassociated++;
            aside.changed.signalAll();
        }
        finally {
            aside.lock.unlock();
        }
    }

    /**
     * Waits until the object is quiet, or the time is over.
     */
    final boolean awaitQuiet(Quiet quiet, Deadline deadline) throws InterruptedException {
        if (isQuiet(quiet, 0)) {
            return true;
        }
        ObjectWaiters aside = waiters();
        aside.lock.lockInterruptibly();
        try {
            aside.waiting++;
            // Set before the counts are looked at: whoever leaves nothing pending later
            // sees it and tells.
            STATE.getAndBitwiseOr(this, ObjectState.WAITED);
            boolean quietNow = isQuiet(quiet, aside.disassociated);
            while (!quietNow && deadline.await(aside.changed)) {
                quietNow = isQuiet(quiet, aside.disassociated);
            }
            return quietNow || isQuiet(quiet, aside.disassociated);
        }
        finally {
            aside.waiting--;
            if (aside.waiting == 0) {
                STATE.getAndBitwiseAnd(this, ~ObjectState.WAITED);
            }
            aside.lock.unlock();
        }
    }

    /**
     * Takes the object, which is quiet, away from the application: from here on, nothing
     * of it runs any more. It is not freed before {@link #letGo()}. That it is closed
     * already does not matter: a post that was counted before the close may still be
     * about to run.
     */
    final Release release() {
        while (true) {
            long seen = this.state;
            if (ObjectState.is(seen, ObjectState.FREED)) {
                return Release.ENDED;
            }
            if (!ObjectState.isQuiescent(seen)) {
                return Release.NOT_QUIET;
            }
            if (STATE.compareAndSet(this, seen, seen | ObjectState.CLOSED | ObjectState.RELEASED | ObjectState.HELD)) {
                return ObjectState.is(seen, ObjectState.CLOSED) ? Release.OF_CLOSED : Release.OF_OPEN;
            }
        }
    }

    /**
     * Whether it is neither queued nor running.
     */
    final boolean isLeftAlone() {
        long seen = this.state;
        return !ObjectState.is(seen, ObjectState.QUEUED) && ObjectState.running(seen) == 0;
    }

    final boolean isFreed() {
        return ObjectState.is(this.state, ObjectState.FREED);
    }

    /**
     * Frees the object that was released. If a poster that is about to be refused is in
     * the way, that one does.
     */
    final void letGo() {
        STATE.getAndBitwiseAnd(this, ~ObjectState.HELD);
        freeIfFinal();
    }

    /**
     * Before anybody knows of it: from here on it is not freed, whoever finds it in its
     * pool and closes or cancels it, until {@link #creationEnds()}.
     */
    final void creationBegins() {
        STATE.setRelease(this, this.state | ObjectState.CREATING);
    }

    /**
     * Everybody who has to know of it does. Frees it if it has come to its end meanwhile.
     */
    final void creationEnds() {
        STATE.getAndBitwiseAnd(this, ~ObjectState.CREATING);
        freeIfFinal();
    }

    private void freeIfFinal() {
        long seen = this.state;
        while (ObjectState.isToBeFreed(seen)) {
            if (STATE.compareAndSet(this, seen, seen | ObjectState.FREED)) {
                this.environment.objectFreed(this);
                return;
            }
            seen = this.state;
        }
    }

    private void beforeWait(boolean cancelPending) {
        checkOpen();
        TpCallbackInstance.refuseSelfWait(this);
        if (cancelPending) {
            cancelOutstanding();
        }
    }

    private boolean isQuiet(Quiet quiet, int disassociated) {
        long seen = this.state;
        int others = (quiet == Quiet.FOR_OBJECT) ? ObjectState.running(seen) - disassociated
                : ObjectState.running(seen);
        return ObjectState.pending(seen) == 0 && others == 0 && !ObjectState.is(seen, ObjectState.STARTED);
    }

    /**
     * Sets flags of the state word, in one step with the look whether the object is open:
     * one that has come to its end must not seem to have anything outstanding again.
     */
    final void setFlagsIfOpen(long flags) {
        while (true) {
            long seen = this.state;
            if (ObjectState.is(seen, ObjectState.CLOSED)) {
                throw closed(seen);
            }
            if (STATE.compareAndSet(this, seen, seen | flags)) {
                return;
            }
        }
    }

    /**
     * Sets flags of the state word.
     * @return the state before
     */
    final long setFlags(long flags) {
        return (long) STATE.getAndBitwiseOr(this, flags);
    }

    final void clearFlags(long flags) {
        STATE.getAndBitwiseAnd(this, ~flags);
    }

    final void countsChanged() {
        countsChanged(this.state);
    }

    private void countsChanged(long state) {
        if (!ObjectState.is(state, ObjectState.WAITED | ObjectState.CLOSED)) {
            return;
        }
        if (ObjectState.isToBeTold(state)) {
            tellWaiters();
        }
        freeIfFinal();
    }

    private void tellWaiters() {
        ObjectWaiters aside = waiters();
        aside.lock.lock();
        try {
            aside.changed.signalAll();
        }
        finally {
            aside.lock.unlock();
        }
    }

    private ObjectWaiters waiters() {
        return aside().waiters();
    }

    private IllegalStateException closed(long state) {
        return new IllegalStateException(ObjectState.is(state, ObjectState.RELEASED)
                ? this + " was released with its cleanup group '" + this.environment.groupName() + "'"
                : this + " is closed");
    }

    /**
     * What became of a post that was to be counted.
     */
    enum Post {

        /** The object is closed, or in a state in which it may not be. */
        REFUSED,

        /** The object has its place in the queue already. */
        COUNTED,

        /** Whoever counted it has to put the object into the queue. */
        TO_BE_QUEUED

    }

    /**
     * What became of the attempt to release an object.
     */
    enum Release {

        /** Something has been posted meanwhile. */
        NOT_QUIET,

        /** It was released; the application had not closed it. */
        OF_OPEN,

        /** It was released; the application had closed it. */
        OF_CLOSED,

        /** It had come to its end by itself. */
        ENDED

    }

    /**
     * Who asks whether an object is quiet.
     */
    enum Quiet {

        /** Nothing pending, and every execution settled or disassociated. */
        FOR_OBJECT,

        /** Nothing pending, and every execution settled. */
        FOR_GROUP

    }

}
