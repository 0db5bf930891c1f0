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
     * lock; the others find it not live. What is left behind at the waitable is removed by whoever ended the
     * setting, or by set() itself if it was ended before set() was done. WaitSetting says when a setting may be used
     * again, and which ones end under the waitable's lock instead, since they are in line as soon as they are live;
     * whoever has the wait's own lock tries that one, and waits for it only after he has left his.
     *
     * Most time-outs never come, and to arm and disarm the clock under its lock takes longer than all else. So
     * whoever ends a setting before its time-out leaves the clock as it is, armed for nobody, and the next setting
     * only writes down when it is due, which is not even an atomic step:
     *
     *   dueWord() < 0    the clock will come, by expire() or givesUpPlace(), unless it is disarmed; all of these take
     *                    the wait's lock
     *   dueWord() >= 0   it comes for the live setting at most: the next one arms it, under its lock
     *
     * Only under the wait's lock does the word become negative, does it change from one setting to the next, and
     * does the clock stop coming for it. The clock may at any time make it positive (hold), after which it does come,
     * or later by what was lacking (holdIfDue), by compare-and-set, which fails if somebody has written meanwhile.
     * So who has the wait's lock and reads a negative word may rely on the clock, and writes when he is due.
     * Has the clock held the entry just then, that is undone, and expire() looks whether it is due. Whether
     * the clock would come too late for that, the setter asks after a fence, and brings the entry forward then.
     *
     * Whoever is served by the clock when a setting is long over must not end the next one. So expire() goes by
     * time: it ends the setting that is live if that was armed and is due by now, whatever the clock was armed
     * for when it was put in line, and otherwise arms the clock for when it is due. One that has yet to be armed
     * is left to its setter.
     *
     * The clock takes an entry that is armed for nobody out when its slot is reached, or when it wakes up and has not
     * looked for a second (givesUpPlace); a wait that is closed leaves it at once, and so does one whose time-out was
     * a moment on the wall clock, which would be looked at every second.
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

    /** In place of when the wait is due: the clock is not armed. */
    private static final long NOT_ARMED = 0;

    private final TpWaitCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    /**
     * The live setting, or the last one if it may be used again. Written under the lock,
     * when it has been live; it may have ended by then.
     */
    private volatile @Nullable WaitSetting current;

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
     * @throws IllegalStateException if the wait was closed, or if this is found to be
     * called from the claim of a waiter of the waitable in whose line the wait stands, or
     * of the one given here
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
     * @throws IllegalStateException if the wait was closed, or if this is found to be
     * called from the claim of a waiter of the waitable in whose line the wait stands, or
     * of the one given here
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
     * @throws IllegalStateException if the wait was closed, or if this is found to be
     * called from the claim of a waiter of the waitable in whose line the wait stands, or
     * of the one given here
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
        WaitSetting replaced = null;
        WaitSetting setting = null;
        Left left = Left.NOTHING;
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
            WaitSetting live = live();
            if (atOnce) {
                post = count(TpWaitResult.TIMED_OUT, captured);
            }
            else {
                setting = (single != null) ? single : free();
                makeRoomFor(setting);
            }
            if (live != null) {
                // Before another one is live that may end without the lock: nobody who
                // ends that one leaves anything behind.
                end(live);
                replaced = live;
            }
            if (setting != null) {
                left = installOrEnd(setting, waitable, timeout, due);
            }
        }
        finally {
            unlock();
            if (replaced != null) {
                replaced.withdraw();
            }
        }
        if (setting != null && left == Left.TO_BRING_FORWARD) {
            bringForward(setting, due);
        }
        else if (setting != null && left != Left.NOTHING) {
            begin(setting, waitable, left, due);
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
     * Does what takes memory before a setting takes the place of the last one, unless
     * that was ended by its line. Under the lock.
     */
    private void makeRoomFor(WaitSetting setting) {
        WaitSetting last = this.current;
        if (last != null && last != setting && last.isUsedAgain()) {
            rest().spare = last;
        }
    }

    /**
     * Makes a setting the live one, and ends it again if that fails half-way, but for one
     * whose line is busy, which stays set. Under the lock.
     */
    private Left installOrEnd(WaitSetting setting, TpWaitable waitable, Timeout timeout, long due) {
        try {
            return install(setting, waitable, timeout, due);
        }
        catch (RuntimeException | Error ex) {
            // The end of the stack, most likely.
            if (setting.isLive()) {
                this.current = setting;
                endIfPossible(setting);
            }
            throw ex;
        }
    }

    private void endIfPossible(WaitSetting setting) {
        if (!setting.isEndedByLine()) {
            end(setting);
        }
        else if (setting.tryTakeBack() != TpReusableWaiter.Leaving.BUSY) {
            setting.endIfLost();
        }
    }

    /**
     * Makes a setting the live one, which is in line at once if that takes no waiting.
     * Under the lock.
     * @return what is left to do
     */
    private Left install(WaitSetting setting, TpWaitable waitable, Timeout timeout, long due) {
        if (timeout == Timeout.RELATIVE && dueWord() < 0) {
            return installInPlace(setting, waitable, due);
        }
        boolean entered = timeout == Timeout.NONE && enter(setting, waitable, WaitSetting.NO_TIMEOUT);
        if (!entered) {
            setting.install((timeout == Timeout.NONE) ? WaitSetting.NO_TIMEOUT : WaitSetting.TO_BE_ARMED);
        }
        makeCurrent(setting);
        return entered ? Left.NOTHING : timeout.left();
    }

    /**
     * Does the same for one with a time-out for which the clock comes anyway.
     */
    private Left installInPlace(WaitSetting setting, TpWaitable waitable, long due) {
        putOffByOwner(due);
        boolean entered = enter(setting, waitable, WaitSetting.ARMED);
        if (!entered) {
            setting.install(WaitSetting.ARMED);
            // Between writing when it is due and asking whether that is too late. To
            // enter a line is a fence, too.
            VarHandle.fullFence();
        }
        makeCurrent(setting);
        if (pool().clock().comesTooLate(this, due)) {
            return entered ? Left.TO_BRING_FORWARD : Left.TO_BRING_FORWARD_AND_REGISTER;
        }
        return entered ? Left.NOTHING : Left.TO_REGISTER;
    }

    private static boolean enter(WaitSetting setting, TpWaitable waitable, byte timeout) {
        return setting.isUsedAgain() && setting.installInLine(waitable, timeout);
    }

    /**
     * Has the clock look in time for a setting that is in line.
     */
    private void bringForward(WaitSetting setting, long due) {
        try {
            pool().clock().bringForward(this);
        }
        catch (RuntimeException | Error ex) {
            // The end of the stack, most likely. Another one may be set by now, which is
            // left alone if it is due at another time, or never.
            if (setting.isArmed() && dueWord() == ~due) {
                setting.takeBack();
            }
            throw ex;
        }
    }

    private void makeCurrent(WaitSetting setting) {
        if (this.current != setting) {
            this.current = setting;
        }
    }

    private void begin(WaitSetting setting, TpWaitable waitable, Left left, long due) {
        try {
            if (left == Left.TO_BRING_FORWARD_AND_REGISTER) {
                pool().clock().bringForward(this);
            }
            else if (left != Left.TO_REGISTER) {
                armTimeout(setting, left == Left.TO_ARM_BY_WALL_CLOCK_AND_REGISTER, due);
            }
            setting.register(waitable);
        }
        catch (RuntimeException | Error ex) {
            finish(setting, null);
            setting.cleanUp();
            if (left == Left.TO_ARM_BY_WALL_CLOCK_AND_REGISTER && !setting.isArmed()) {
                // That may have been done half-way.
                disarmTimeout();
            }
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
        setting.end();
        if (this.current == setting && !setting.isUsedAgain()) {
            // What it has captured is not needed any more.
            this.current = null;
        }
    }

    private void armTimeout(WaitSetting setting, boolean byWallClock, long due) {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            lock();
            try {
                if (!setting.isLive()) {
                    // One that was set meanwhile has, or will have, the clock for itself.
                    return;
                }
                if (byWallClock) {
                    clock.armAbsolute(this, due, 0);
                }
                else {
                    clock.arm(this, due, 0, true);
                }
                setting.armed(byWallClock);
            }
            finally {
                unlock();
            }
        }
        finally {
            clock.unlock(this);
        }
    }

    /**
     * Disarms the clock, unless the live setting has armed it. If the wait is closed that
     * one is about to be taken back, or to be declined by whoever claims it.
     */
    void disarmTimeout() {
        Clock clock = pool().clock();
        clock.lock(this);
        try {
            lock();
            try {
                if (isClosed() || !isArmedForLive()) {
                    clock.disarm(this);
                    setDue(NOT_ARMED, false);
                }
            }
            finally {
                unlock();
            }
        }
        finally {
            clock.unlock(this);
        }
    }

    /**
     * Whether the clock may end the live setting, if there is one. Under the lock.
     */
    private boolean isArmedForLive() {
        WaitSetting live = live();
        return live != null && live.isArmed();
    }

    /**
     * Whether the clock is armed for nobody. One that it holds it serves anyway.
     */
    @Override
    boolean givesUpPlace() {
        lock();
        try {
            if (dueWord() >= 0 || isArmedForLive()) {
                return false;
            }
            setDue(NOT_ARMED, false);
            return true;
        }
        finally {
            unlock();
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
                    return live.endIfLost() || leaving == TpReusableWaiter.Leaving.LEFT;
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
        if (dueWord() != NOT_ARMED) {
            disarmTimeout();
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
        lock();
        try {
            long word = dueWord();
            long due = (word < 0) ? ~word : word;
            // If anything fails from here on, the next setting must not take the clock
            // for armed.
            hold();
            WaitSetting live = live();
            Post post = Post.REFUSED;
            if (live != null && live.isArmed()) {
                boolean over = word >= 0 || clock.isOver(due);
                Post timedOut = over ? timeOut(live) : null;
                if (timedOut == null) {
                    clock.arm(this, due, 0, true);
                    return post;
                }
                post = timedOut;
            }
            setDue(NOT_ARMED, false);
            return post;
        }
        finally {
            unlock();
        }
    }

    /**
     * Ends the live setting since its time is over. Under the lock.
     * @return {@code null} if that has to be tried again
     */
    private @Nullable Post timeOut(WaitSetting live) {
        return live.isEndedByLine() ? timeOutInLine(live) : timeOutHere(live);
    }

    private @Nullable Post timeOutInLine(WaitSetting live) {
        if (isClosed()) {
            // Whoever is closing the wait takes it back.
            return Post.REFUSED;
        }
        // First what takes memory: if that runs out, nothing has changed.
        rest().makeRoom();
        TpReusableWaiter.Leaving leaving = live.tryTakeBack();
        if (leaving == TpReusableWaiter.Leaving.BUSY) {
            // The clock does not wait: whoever is at the line may wait for the lock.
            return null;
        }
        boolean ended = live.endIfLost() || leaving == TpReusableWaiter.Leaving.LEFT;
        return ended ? count(TpWaitResult.TIMED_OUT, null) : Post.REFUSED;
    }

    private Post timeOutHere(WaitSetting live) {
        Post post = count(TpWaitResult.TIMED_OUT, live.captured());
        if (post != Post.REFUSED) {
            // It is there, since it has the result.
            Objects.requireNonNull(this.rest).timedOut = live;
            end(live);
        }
        return post;
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

        NONE, RELATIVE, ABSOLUTE;

        private Left left() {
            return switch (this) {
                case NONE -> Left.TO_REGISTER;
                case RELATIVE -> Left.TO_ARM_AND_REGISTER;
                case ABSOLUTE -> Left.TO_ARM_BY_WALL_CLOCK_AND_REGISTER;
            };
        }

    }

    /**
     * What is left to do for a setting after the lock was left.
     */
    private enum Left {

        NOTHING,

        /** It is in line, but the clock would look too late. */
        TO_BRING_FORWARD,

        TO_REGISTER,

        TO_BRING_FORWARD_AND_REGISTER,

        TO_ARM_AND_REGISTER,

        TO_ARM_BY_WALL_CLOCK_AND_REGISTER

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
