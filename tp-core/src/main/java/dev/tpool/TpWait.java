package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import dev.tpool.sync.TpReusableWaiter;
import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * Posts its callback when a waitable is signalled or a time is over: the counterpart of
 * {@code TP_WAIT}. A wait that is set holds no thread.
 * <p>
 * Each setting fires at most once; to go on, set it again, usually from the callback.
 * Being satisfied consumes what a wait consumes (a permit, the state of an auto-reset
 * event) at the moment in which the callback is counted as pending, and never without
 * that. If the pending callback is cancelled afterwards, the signal is gone with it.
 * Waits on one waitable are served in the order in which they were set.
 * <p>
 * Mutexes and critical sections are no {@link TpWaitable}s, since they belong to threads;
 * Windows refuses a mutex here, too. A wait that its cleanup group is closing takes no
 * notice of being set.
 */
public final class TpWait extends ClockEntry {

    /*-
     * Locks are taken in this order: a waitable's, or the clock's, and then the wait's own. So set() installs
     * a setting under the wait's lock, and arms the clock and registers with the waitable, in this order, after
     * it has left it, or before if it need not wait for either (see below, and WaitSetting). Whoever comes first,
     * the waitable's claim(), the clock's expire() or whoever withdraws, ends the live setting under the wait's
     * lock; the others find it not live. What is left behind at the
     * waitable or the clock is removed by whoever ended the setting, or by set() itself if it was ended before
     * set() was done. WaitSetting says when a setting may be used again, and which ones end under the
     * waitable's lock instead, since they are in line as soon as they are live; whoever has the wait's own lock
     * tries that one, and waits for it only after he has left his.
     *
     * Most time-outs never come, and to arm and disarm the clock under its lock takes longer than all else. So
     * whoever ends a setting before its time-out only lets the wait become idle at the clock: it keeps its
     * place in the wheel, and the next use of the same setting puts it off from there. Both are one atomic step
     * on the due word, and are done under the wait's lock, while the setting is live, and only if the clock was
     * last armed for it. Whoever arms the clock for another setting, disarms it or lets it expire has the
     * clock's lock and holds the due word first, so that both fail, and their callers take the clock's lock
     * after they have left the wait's. One who is late to arm for a setting that has ended holds the word
     * before he looks whether it is live: either he sees that it is not, or the step fails that another
     * setting needs. Nothing else makes a due word idle, so one that was seen to be idle and still is
     * has not been anything else meanwhile. A setting that is not used again does not become idle, since the wait
     * would keep what it has captured. The clock takes out what is idle when its moment comes, or when it wakes up and
     * has not looked for a second; a wait that is closed leaves it at once.
     *
     * Callbacks that were signalled may be leased, as long as nothing is mixed. So what is leased was signalled
     * before any other result came that is pending. It has to be told so: whoever claims what is mixed takes all
     * leases back first, under the lock of the moves, and whoever puts leased callbacks back counts them among
     * those that come before the first result. That lock is taken before the wait's own.
     *
     * What is pending is mostly one result, SIGNALLED. Only the number of these is kept, as the pending count,
     * and workers claim them by the state word alone. Whoever has another result says so in the state word,
     * MIXED, before he counts it: what was pending in that very step was SIGNALLED, all that comes after is
     * kept in line, and nobody claims but under the lock. That ends with the claim or the drop of the last
     * one, in the same step. So under the lock, MIXED is set if and only if there is a line of results.
     */

    private static final VarHandle LOCKED = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "locked",
            VarHandle.class, TpWait.class, byte.class);

    private static final VarHandle TIMED = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "timed",
            VarHandle.class, TpWait.class, WaitSetting.class);

    private final TpWaitCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    /**
     * The live setting, or the last one if it may be used again. Written under the lock,
     * after it is live.
     */
    private volatile @Nullable WaitSetting current;

    /**
     * The setting whose time-out the clock is, or was last, armed for. Written under the
     * clock's lock.
     */
    private @Nullable WaitSetting timed;

    /** Made under the lock, once. */
    private @Nullable Rest rest;

    /** The lock: of the settings, and of the results and every callback that has one. */
    private volatile byte locked;

    /** Guarded by the lock. */
    private boolean closingWithGroup;

    TpWait(@Nullable String name, TpEnvironment environment, TpWaitCallback<@Nullable Object> callback,
            @Nullable Object context) {
        super(name, environment);
        this.callback = callback;
        this.context = context;
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.WAIT;
    }

    /**
     * Sets the wait without a time-out.
     * @param waitable what to wait for
     * @return as {@link #set(TpWaitable, Duration)}
     * @throws IllegalStateException if the wait was closed
     */
    public boolean set(TpWaitable waitable) {
        return set(waitable, Timeout.NONE, 0);
    }

    /**
     * Sets the wait with a time-out relative to now ({@code SetThreadpoolWait} and
     * {@code SetThreadpoolWaitEx} with a timeout of zero or less). Replaces an earlier
     * setting; callbacks that it has posted still run.
     * @param waitable what to wait for
     * @param timeout the time from now, on the monotonic clock; zero times out before
     * this method returns and leaves a signal alone. Never less; if time-outs are set
     * very often, as much more as the delay of
     * {@link TpTimer#set(Duration, Duration, Duration)}
     * @return whether an earlier setting was taken back by this call before it fired. If
     * the wait was set and this is {@code false}, its callback is posted or has run.
     * @throws IllegalArgumentException if the time-out is negative
     * @throws IllegalStateException if the wait was closed
     */
    public boolean set(TpWaitable waitable, Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout is " + timeout + ", must not be negative");
        }
        return set(waitable, Timeout.RELATIVE, Clock.nanosOf(timeout));
    }

    /**
     * Sets the wait with a time-out at a moment on the wall clock
     * ({@code SetThreadpoolWait} and {@code SetThreadpoolWaitEx} with a timeout above
     * zero).
     * @param waitable what to wait for
     * @param timeout the moment; one that has passed times out before this method returns
     * and leaves a signal alone
     * @return as {@link #set(TpWaitable, Duration)}
     * @throws IllegalStateException if the wait was closed
     */
    public boolean set(TpWaitable waitable, Instant timeout) {
        return set(waitable, Timeout.ABSOLUTE, TimeSource.toNanos(timeout));
    }

    /**
     * Unsets the wait ({@code SetThreadpoolWait} with {@code NULL}). A later signal is
     * left alone; callbacks that are queued still run.
     * @return whether a setting was taken back before it fired
     * @throws IllegalStateException if the wait was closed, or a waitable of this package
     * is found to be calling this from the claim of one of its waiters
     */
    public boolean unset() {
        checkOpen();
        return withdraw();
    }

    /**
     * Whether the wait is set and has not fired.
     * @return {@code true} while a signal or the end of the time would post the callback
     */
    public boolean isSet() {
        WaitSetting seen = this.current;
        if (seen != null && seen.isLive()) {
            return true;
        }
        // It may be about to be replaced by another one.
        lock();
        try {
            return live() != null;
        }
        finally {
            unlock();
        }
    }

    private boolean set(TpWaitable waitable, Timeout timeout, long nanos) {
        Objects.requireNonNull(waitable, "waitable");
        boolean atOnce = isOver(timeout, nanos);
        long due = (timeout == Timeout.RELATIVE) ? pool().clock().dueIn(nanos) : nanos;
        TpActivationContext captured = environment().capture();
        boolean usedAgain = captured == null && TpReusableWaiter.isToldBy(waitable);
        WaitSetting single = (usedAgain || atOnce) ? null : new WaitSetting.Single(this, captured);
        WaitSetting replaced;
        WaitSetting setting = null;
        Arming arming = Arming.NONE;
        Post post = Post.REFUSED;
        boolean takenBack = lockAndTakeBack(false);
        try {
            if (!takenBack) {
                // Otherwise it was open, and who closes it meanwhile waits for the lock.
                if (this.closingWithGroup && !isClosed()) {
                    return false;
                }
                checkOpen();
            }
            replaced = live();
            if (atOnce) {
                post = count(TpWaitResult.TIMED_OUT, captured);
            }
            else {
                setting = (single != null) ? single : free();
                makeRoomFor(setting);
            }
            if (replaced != null) {
                // Before another one is live that may end without the lock: nobody who
                // ends that one leaves anything behind.
                end(replaced);
            }
            if (setting != null && timeout != Timeout.NONE) {
                install(setting, true);
                arming = armAnew(setting, timeout, due);
                if (arming == Arming.NONE && enterInLine(setting, waitable)) {
                    setting = null;
                }
            }
            else if (setting != null && installInLine(setting, waitable)) {
                setting = null;
            }
        }
        finally {
            unlock();
        }
        if (replaced != null) {
            replaced.withdraw();
        }
        if (setting != null) {
            begin(setting, waitable, arming, due);
        }
        finishPost(post);
        return takenBack || replaced != null;
    }

    private boolean isOver(Timeout timeout, long nanos) {
        return switch (timeout) {
            case NONE -> false;
            case RELATIVE -> nanos == 0;
            case ABSOLUTE -> pool().clock().hasPassed(nanos);
        };
    }

    /**
     * The setting that is live. Under the lock.
     */
    private @Nullable WaitSetting live() {
        WaitSetting last = this.current;
        return (last != null && last.isLive()) ? last : null;
    }

    /**
     * A setting that nobody else refers to. Under the lock.
     */
    private WaitSetting free() {
        WaitSetting last = this.current;
        if (last != null && last.isFree()) {
            return last;
        }
        WaitSetting spare = (this.rest != null) ? this.rest.spare : null;
        return (spare != null && spare.isFree()) ? spare : new WaitSetting(this);
    }

    /**
     * Does what takes memory before a setting takes the place of the last one. Under the
     * lock.
     */
    private void makeRoomFor(WaitSetting setting) {
        WaitSetting last = this.current;
        if (last != null && last != setting && last.isUsedAgain()) {
            rest().spare = last;
        }
    }

    /**
     * Makes a setting the live one. Under the lock.
     */
    private void install(WaitSetting setting, boolean hasTimeout) {
        setting.install(hasTimeout);
        makeCurrent(setting);
    }

    /**
     * Makes a setting without a time-out the live one. Under the lock.
     * @return whether it stands in line, so that nothing is left to do for it
     */
    private boolean installInLine(WaitSetting setting, TpWaitable waitable) {
        if (!setting.isUsedAgain() || !setting.installInLine(waitable)) {
            install(setting, false);
            return false;
        }
        makeCurrent(setting);
        return true;
    }

    /**
     * Registers a setting whose time-out is armed, if that can be done without leaving
     * the lock.
     * @return whether it stands in line, so that nothing is left to do for it
     */
    private boolean enterInLine(WaitSetting setting, TpWaitable waitable) {
        try {
            return setting.enterInLine(waitable);
        }
        catch (RuntimeException | Error ex) {
            // The end of the stack, most likely.
            end(setting);
            throw ex;
        }
    }

    private void makeCurrent(WaitSetting setting) {
        if (this.current != setting) {
            this.current = setting;
        }
    }

    private void begin(WaitSetting setting, TpWaitable waitable, Arming arming, long due) {
        try {
            if (arming == Arming.TOO_LATE) {
                pool().clock().bringForward(this);
            }
            else if (arming != Arming.NONE) {
                armTimeout(setting, arming == Arming.ABSOLUTE, due);
            }
            setting.register(waitable);
        }
        catch (RuntimeException | Error ex) {
            finish(setting, null);
            setting.cleanUp();
            throw ex;
        }
        if (setting.isEndedAndHeld()) {
            setting.cleanUp();
        }
        setting.isSetUp();
    }

    /**
     * Ends the live setting, with a callback or without.
     * @return whether it was live, and the callback, if any, was counted
     */
    boolean finish(WaitSetting setting, @Nullable TpWaitResult result) {
        lock();
        try {
            if (!setting.isLive()) {
                return false;
            }
            if (result != null) {
                Post post = count(result, setting.captured());
                if (post == Post.REFUSED) {
                    // Whoever is closing the wait withdraws the setting.
                    return false;
                }
                setting.counted(post);
            }
            end(setting);
            return true;
        }
        finally {
            unlock();
        }
    }

    private void end(WaitSetting setting) {
        setting.end(setting.hasTimeout() && !keepPlaceOnly(setting));
        if (this.current == setting && !setting.isUsedAgain()) {
            // What it has captured is not needed any more.
            this.current = null;
        }
    }

    /**
     * Takes the time-out away from a setting that is about to end, and leaves the wait in
     * its place at the clock. Under the lock.
     * @return {@code false} if nothing was done
     */
    private boolean keepPlaceOnly(WaitSetting setting) {
        long seen = dueWord();
        return seen < 0 && !isIdle(seen) && isTimed(setting) && setting.isUsedAgain() && becomeIdle(seen);
    }

    /**
     * Arms the clock for a setting that was just installed, if the wait has kept its
     * place there. Under the lock.
     * @return what is left to do
     */
    private Arming armAnew(WaitSetting setting, Timeout timeout, long due) {
        if (timeout == Timeout.ABSOLUTE) {
            return Arming.ABSOLUTE;
        }
        long seen = dueWord();
        if (!isIdle(seen) || !isTimed(setting) || !putOff(seen, due)) {
            return Arming.RELATIVE;
        }
        return pool().clock().comesTooLate(this, due) ? Arming.TOO_LATE : Arming.NONE;
    }

    private boolean isTimed(WaitSetting setting) {
        return TIMED.getOpaque(this) == setting;
    }

    private void armTimeout(WaitSetting setting, boolean absolute, long due) {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            boolean held = hold();
            if (!setting.isLive()) {
                // One that was set meanwhile has, or will have, the clock for itself.
                if (held) {
                    endHold();
                }
                return;
            }
            TIMED.setOpaque(this, setting);
            if (absolute) {
                clock.armAbsolute(this, due, 0);
            }
            else {
                clock.arm(this, due, 0, true);
            }
        }
        finally {
            clock.unlock(this);
        }
    }

    /**
     * Disarms the clock, if it is for this setting.
     */
    void disarmTimeout(WaitSetting setting) {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            if (this.timed == setting) {
                clock.disarm(this);
                TIMED.setOpaque(this, null);
            }
        }
        finally {
            clock.unlock(this);
        }
    }

    /**
     * Takes the lock, and takes the live setting back if only its line may end it.
     * @param evenIfClosed whether to do so, too, if the wait is closed or is being closed
     * with its group
     * @return whether it was taken back
     */
    private boolean lockAndTakeBack(boolean evenIfClosed) {
        while (true) {
            lock();
            WaitSetting live;
            try {
                live = live();
                boolean ignored = !evenIfClosed && (this.closingWithGroup || isClosed());
                if (live == null || !live.isEndedByLine() || ignored) {
                    return false;
                }
                TpReusableWaiter.Leaving leaving = live.tryTakeBack();
                if (leaving != TpReusableWaiter.Leaving.BUSY) {
                    live.endIfLost();
                    return leaving == TpReusableWaiter.Leaving.LEFT;
                }
            }
            catch (Throwable ex) {
                unlock();
                throw ex;
            }
            unlock();
            live.awaitItsLine();
        }
    }

    private boolean withdraw() {
        WaitSetting last = this.current;
        if (last != null && last.isLive() && last.isEndedByLine() && last.takeBack()) {
            return true;
        }
        WaitSetting withdrawn;
        boolean takenBack = lockAndTakeBack(true);
        try {
            withdrawn = live();
            if (withdrawn != null) {
                end(withdrawn);
            }
        }
        finally {
            unlock();
        }
        if (withdrawn != null) {
            withdrawn.withdraw();
        }
        return takenBack || withdrawn != null;
    }

    @Override
    boolean disarm() {
        boolean wasSet = false;
        try {
            wasSet = withdraw();
        }
        catch (IllegalStateException ex) {
            // From the claim of somebody else who is being served there. Whoever closes
            // has more to do, and no part in it.
            pool().report(this, ex);
        }
        if (mayBeIdle()) {
            pool().clock().disarmIfIdle(this);
        }
        return wasSet;
    }

    @Override
    void groupCloseBegins() {
        lock();
        try {
            this.closingWithGroup = true;
        }
        finally {
            unlock();
        }
        disarm();
    }

    @Override
    void groupCloseGivenUp() {
        lock();
        try {
            this.closingWithGroup = false;
        }
        finally {
            unlock();
        }
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    void invoke(TpCallbackInstance instance) throws Exception {
        this.callback.run(instance, this.context, this, resultOf(instance));
    }

    /**
     * What a callback that was claimed is told.
     */
    static TpWaitResult resultOf(TpCallbackInstance instance) {
        Object result = instance.payload;
        return (result != null) ? (TpWaitResult) result : TpWaitResult.SIGNALLED;
    }

    @Override
    @Nullable Object context() {
        return this.context;
    }

    private void lock() {
        if (!LOCKED.compareAndSet(this, (byte) 0, (byte) 1)) {
            waitForLock();
        }
    }

    private void waitForLock() {
        int looks = 0;
        boolean interrupted = false;
        while (this.locked != 0 || !LOCKED.compareAndSet(this, (byte) 0, (byte) 1)) {
            looks++;
            interrupted |= BriefLock.pause(looks, this);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void unlock() {
        LOCKED.setRelease(this, (byte) 0);
    }

    /**
     * What few waits need. Made under the lock.
     */
    private Rest rest() {
        Rest made = this.rest;
        if (made == null) {
            made = new Rest();
            this.rest = made;
        }
        return made;
    }

    /**
     * Counts a callback for a signal that nothing was captured for. Takes the lock only
     * if there are other results.
     */
    Post countSignalled() {
        Post post = countPostUnless(ObjectState.CLOSED | ObjectState.MIXED);
        if (post != Post.REFUSED) {
            return post;
        }
        lock();
        try {
            return count(TpWaitResult.SIGNALLED, null);
        }
        finally {
            unlock();
        }
    }

    /**
     * Counts a callback with its result. Under the lock.
     */
    private Post count(TpWaitResult result, @Nullable TpActivationContext captured) {
        if (result == TpWaitResult.SIGNALLED && captured == null && (this.rest == null || this.rest.isEmpty())) {
            return countPost(false);
        }
        Rest kept = rest();
        // First the result: what runs out of memory here has counted nothing.
        Object inContext = ResultInContext.of(result, captured);
        boolean first = kept.isEmpty();
        if (first) {
            kept.signalledBefore = ObjectState.pending(setFlags(ObjectState.MIXED));
        }
        Post post = countPost(kept, false, inContext);
        if (first && post == Post.REFUSED) {
            clearFlags(ObjectState.MIXED);
        }
        return post;
    }

    @Override
    boolean isLeasable() {
        return !environment().runsLong();
    }

    @Override
    void open(Leases leases) {
        leases.open(this, this.callback, this.context);
    }

    @Override
    void addBack(long taken) {
        lock();
        try {
            if (ObjectState.is(addBackByState(taken), ObjectState.MIXED)) {
                Objects.requireNonNull(this.rest).signalledBefore += Leases.countOf(taken);
            }
        }
        finally {
            unlock();
        }
    }

    @Override
    boolean isClaimedByStateAlone() {
        // What is MIXED is claimed by nobody in place.
        return true;
    }

    @Override
    long takeOne(TpCallbackInstance instance) {
        long next = takeOneUnless(ObjectState.MIXED);
        return (next != ObjectState.MIXED) ? next : takeOneOfMixed(instance);
    }

    private long takeOneOfMixed(TpCallbackInstance instance) {
        if (!isLeasable() || !holdRunning()) {
            // Nothing is leased, or on its way back. Nor does it matter if something is
            // from now on, since it is not mixed any more: one of that stays pending,
            // which only this worker can claim, and which was signalled.
            return takeOneWithResult(instance);
        }
        try {
            return takeOneBehindLeased(instance);
        }
        finally {
            settle(false);
        }
    }

    private long takeOneBehindLeased(TpCallbackInstance instance) {
        CallbackQueue queue = pool().queue();
        queue.moves().lock();
        try {
            // It was signalled before all other results came.
            addBack(queue.takeLeased(this));
            return takeOneWithResult(instance);
        }
        finally {
            queue.moves().unlock();
        }
    }

    private long takeOneWithResult(TpCallbackInstance instance) {
        lock();
        try {
            long next = takeOneByState();
            if (next != NOTHING_TAKEN) {
                // What is mixed has been dropped meanwhile if there is no result.
                instance.receive(Objects.requireNonNull(this.rest).takeNext());
            }
            return next;
        }
        finally {
            unlock();
        }
    }

    @Override
    long dropPending() {
        lock();
        try {
            if (this.rest != null) {
                this.rest.drop();
            }
            return dropPendingByState();
        }
        finally {
            unlock();
        }
    }

    @Override
    boolean countsAgainstCapacity() {
        return false;
    }

    @Override
    Post expire(Clock clock, long now) {
        WaitSetting expired = this.timed;
        if (expired == null) {
            return Post.REFUSED;
        }
        boolean timedOutNow = finish(expired, TpWaitResult.TIMED_OUT);
        // Not before: what runs out of memory here is served again.
        TIMED.setOpaque(this, null);
        if (!timedOutNow) {
            return Post.REFUSED;
        }
        // It is there, since it has the result.
        Objects.requireNonNull(this.rest).timedOut = expired;
        return expired.post();
    }

    @Override
    void afterExpiry(Post post) {
        Rest kept = Objects.requireNonNull(this.rest);
        WaitSetting expired = kept.timedOut;
        kept.timedOut = null;
        if (expired != null) {
            expired.expired();
        }
        finishPost(post);
    }

    private enum Timeout {

        NONE, RELATIVE, ABSOLUTE

    }

    /**
     * What is to be done at the clock after the lock was left.
     */
    private enum Arming {

        NONE,

        /** The clock is armed, but would look too late. */
        TOO_LATE,

        RELATIVE,

        ABSOLUTE

    }

    /**
     * What few waits need: results other than {@link TpWaitResult#SIGNALLED}, and a
     * second setting. Guarded by the lock of the wait and not by its own.
     */
    private static final class Rest extends Results {

        /** How many were signalled that come before the first of the results. */
        private long signalledBefore;

        /** One to be used again if the last one may not. */
        private @Nullable WaitSetting spare;

        /**
         * Passed from an expiry to what follows it, by whoever serves the clock.
         */
        private @Nullable WaitSetting timedOut;

        /**
         * Takes the result of the callback that is about to run.
         */
        Object takeNext() {
            if (isEmpty()) {
                return TpWaitResult.SIGNALLED;
            }
            if (this.signalledBefore > 0) {
                this.signalledBefore--;
                return TpWaitResult.SIGNALLED;
            }
            return take();
        }

    }

}
