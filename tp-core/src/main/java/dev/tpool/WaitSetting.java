package dev.tpool;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.tpool.sync.TpReusableWaiter;
import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a wait after the other, and its place in the waitable's line.
 */
class WaitSetting extends TpReusableWaiter {

    /*-
     * It must not be used again before nobody but the wait refers to it: a late claim would accept a signal for
     * the next setting, a late removal take that one out of line. Two marks say so, set under the wait's lock when
     * a setting is installed, and each taken away by one thread:
     *
     *   beingSet    by the setter, as the last thing that it does with the setting
     *   held        by the thread that ended the setting, as the last thing that it does with it, if it
     *               knows that the line is done with it, too: either it tells it, and does so before the callback
     *               is queued; or it has withdrawn it, or is the clock, and found it still in line and took it out
     *
     * With both gone, the setter and the one who ended the setting are done with it. So is the line, since to
     * leave and to be told are the last that becomes of one who stands there. The clock knows no settings: it ends
     * the one that is live and due (TpWait). So every claim and removal that meets a setting is meant for the
     * present use of it. That it is looked for by its identity is enough.
     *
     * There are ends after which two threads are on their way to it: it was withdrawn when it had just been
     * claimed in vain and was about to be told, or before it was in line, or its claim has thrown. Then it stays
     * held for ever, and the wait makes another one. So it does if the last one is on its way out; that one
     * becomes a spare, so that a wait that is always set while it is set uses two in turn.
     *
     * Whoever ends a setting must find it in line if it has got there, and the setter must find it ended if it has
     * not. One stores that it is not live, and looks then where it stands; the other one enters the line, and
     * looks then whether it is live. Each needs a full fence in between; the one who ends it does so only while it
     * is being set: what he sees of a setting that is not, he sees all.
     *
     * Most settings find no signal, and each lock and each fence takes its time. So one that has no time-out, or
     * whose wait need not arm the clock, enters the line under the wait's lock if it can, at the first attempt and
     * without waiting, since the locks are taken the other way round as a rule. Then it is not being set once that
     * lock was left, and needs no fence. It saves the wait's lock as well, endedByLine: it is live as long as it
     * is in line, and ends under the line's guard and by nothing else, whether it is claimed, taken back or timed
     * out. But for one whose claim throws: it is out of line, and stays live if it has a time-out, until that, or
     * until somebody takes it back (endIfLost); then it is held for ever. Who has the wait's lock takes it back at
     * the first attempt, too, or leaves that lock and comes again once the line is free. The clock does not wait
     * for the line, either: it comes again in the next tick. The last one to refer to it is who took it back or
     * tells it, as above: held goes with him. Who takes one back without the wait's lock may mean a use that is
     * over: under the line's guard he finds that it is not there, or not endedByLine, or takes back the present
     * use, which was begun before that.
     */

    private static final VarHandle LIVE = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "live",
            VarHandle.class, WaitSetting.class, boolean.class);

    private static final VarHandle BEING_SET = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "beingSet",
            VarHandle.class, WaitSetting.class, boolean.class);

    private static final VarHandle HELD = ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "held",
            VarHandle.class, WaitSetting.class, boolean.class);

    private final TpWait wait;

    /**
     * Whether the wait is set by it. Written under the wait's lock or, if the line ends
     * it, under the line's guard.
     */
    private volatile boolean live;

    /** Whether the setter may still do something to it. */
    private volatile boolean beingSet;

    /** Whether the line, or whoever ends it, may still do something to it. */
    private volatile boolean held;

    /** It has no time-out. */
    static final byte NO_TIMEOUT = 0;

    /** It has a time-out, and the setter has yet to arm the clock. */
    static final byte TO_BE_ARMED = 1;

    /** The clock looks by when the wait is due. */
    static final byte ARMED = 2;

    /** The clock is armed for a moment on the wall clock. */
    static final byte ARMED_BY_WALL_CLOCK = 3;

    /**
     * What it has to do with the clock: one of these. A byte, since a reference would
     * make every wait larger by 8 bytes. Written under the wait's lock, while it is live
     * or just before. Read without it by its claim, and by who has ended it or set it,
     * before they take away their marks.
     */
    private byte timeout;

    /**
     * Whether it entered the line under the wait's lock, and so ends under the line's
     * guard. Written before it enters, and the same until it has left.
     */
    private boolean endedByLine;

    /**
     * What is left to do for the callback that was counted; passed from a step to the
     * next.
     */
    private boolean toBeQueued;

    WaitSetting(TpWait wait) {
        this.wait = wait;
    }

    /**
     * What was captured for the setting.
     */
    @Nullable TpActivationContext captured() {
        return null;
    }

    /**
     * Whether the wait keeps it when it is over.
     */
    boolean isUsedAgain() {
        return true;
    }

    final boolean isLive() {
        return this.live;
    }

    /**
     * Whether nobody but the wait refers to it. Under the wait's lock.
     */
    final boolean isFree() {
        return !this.held && !this.beingSet && isUsedAgain();
    }

    /**
     * Begins a setting. Under the wait's lock.
     * @param timeout what it has to do with the clock
     */
    final void install(byte timeout) {
        this.timeout = timeout;
        this.endedByLine = false;
        BEING_SET.setRelease(this, true);
        HELD.setRelease(this, true);
        LIVE.setRelease(this, true);
    }

    /**
     * Begins a setting that is in line at once, and for which nobody has to arm the
     * clock. Under the wait's lock.
     * @param timeout what it has to do with the clock
     * @return {@code false} if that cannot be done, and nothing was
     */
    final boolean installInLine(TpWaitable waitable, byte timeout) {
        this.timeout = timeout;
        this.endedByLine = true;
        HELD.setRelease(this, true);
        LIVE.setRelease(this, true);
        boolean entered = tryEnter(waitable);
        if (!entered) {
            LIVE.setRelease(this, false);
            HELD.setRelease(this, false);
        }
        return entered;
    }

    /**
     * Whether it ends under the line's guard, unless the line has lost it. Under the
     * wait's lock, or to be seen again by {@link #tryTakeBack()}.
     */
    final boolean isEndedByLine() {
        return this.endedByLine;
    }

    /**
     * Ends one that is in line and that only the line may end, if there is one by now. If
     * it stays, and the caller has the wait's lock, it has ended, or is lost, for which
     * there is {@link #endIfLost()}.
     */
    final Leaving tryTakeBack() {
        Leaving leaving = tryLeave();
        if (leaving == Leaving.LEFT) {
            letGo();
        }
        return leaving;
    }

    /**
     * Ends such a one, waiting for the line.
     * @return {@code false} if there was none: it was claimed, somebody else took it
     * back, or another one is not in line yet
     */
    final boolean takeBack() {
        Leaving leaving = tryTakeBack();
        while (leaving == Leaving.BUSY) {
            awaitLine();
            leaving = tryTakeBack();
        }
        return leaving == Leaving.LEFT;
    }

    /**
     * Waits until the line is free.
     */
    final void awaitItsLine() {
        awaitLine();
    }

    /**
     * Ends one that is still live, though it has stayed: the line has lost it. The stack
     * was too short when it entered, left or was looked for, or its claim has thrown.
     * Under the wait's lock.
     * @return whether it was
     */
    final boolean endIfLost() {
        boolean lost = this.live;
        if (lost) {
            LIVE.setRelease(this, false);
        }
        return lost;
    }

    @Override
    protected final boolean agreesToLeave() {
        if (this.endedByLine) {
            LIVE.setRelease(this, false);
        }
        return this.endedByLine;
    }

    /**
     * Registers it, by the setter, before he looks whether it has ended meanwhile.
     */
    void register(TpWaitable waitable) {
        waitable.register(this);
        VarHandle.fullFence();
    }

    /**
     * Whether it was ended by somebody who may have come before it was registered, or
     * before the clock was armed.
     */
    final boolean isEndedAndHeld() {
        return !this.live && this.held;
    }

    /**
     * The setter is done with it.
     */
    final void isSetUp() {
        BEING_SET.setRelease(this, false);
    }

    /**
     * The clock is armed for it. Under the wait's lock, while it is live.
     */
    final void armed(boolean byWallClock) {
        this.timeout = byWallClock ? ARMED_BY_WALL_CLOCK : ARMED;
    }

    /**
     * Whether it is to be ended by the clock once the wait is due. Under the wait's lock,
     * while it is live.
     */
    final boolean isArmed() {
        return this.timeout >= ARMED;
    }

    /**
     * Ends it. Under the wait's lock.
     */
    final void end() {
        LIVE.setRelease(this, false);
    }

    /**
     * A callback was counted for it.
     */
    final void counted(TpObject.Post post) {
        this.toBeQueued = post == TpObject.Post.TO_BE_QUEUED;
    }

    /**
     * What is left to do for the callback that was counted.
     */
    final TpObject.Post post() {
        return this.toBeQueued ? TpObject.Post.TO_BE_QUEUED : TpObject.Post.COUNTED;
    }

    /**
     * What is left to do for whoever has ended it without a callback.
     */
    final void withdraw() {
        if (cleanUp()) {
            letGo();
        }
    }

    /**
     * What is left to do for the clock after it has ended it.
     */
    final void expired() {
        if (leaveWaitable()) {
            letGo();
        }
    }

    /**
     * Leaves nothing behind at the waitable, nor a moment on the wall clock at the clock,
     * once it is not live any more.
     * @return whether it stood in line until now
     */
    final boolean cleanUp() {
        boolean stood = leaveWaitable();
        disarm();
        return stood;
    }

    /**
     * An entry that is armed by the wall clock has the clock's thread look at that every
     * second. Any other one stays where it is, since the next setting most likely wants
     * it there.
     */
    private void disarm() {
        if (this.timeout == ARMED_BY_WALL_CLOCK) {
            this.wait.disarmTimeout();
        }
    }

    private boolean leaveWaitable() {
        if (this.beingSet) {
            VarHandle.fullFence();
        }
        try {
            return giveUp();
        }
        catch (Throwable ex) {
            // Whoever sets, closes or serves the clock has more to do, and no part in it.
            this.wait.pool().report(this.wait, ex);
            return false;
        }
    }

    /**
     * Leaves the line, if it is there.
     * @return whether it was, and the waitable does not know it any more
     */
    boolean giveUp() {
        return leave();
    }

    private void letGo() {
        HELD.setRelease(this, false);
    }

    @Override
    public final boolean claim() {
        return this.endedByLine ? claimInLine() : this.wait.finish(this, TpWaitResult.SIGNALLED);
    }

    private boolean claimInLine() {
        if (!this.live) {
            // The stack was too short to take it from the line.
            return false;
        }
        TpObject.Post post;
        try {
            post = this.wait.countSignalled();
        }
        catch (Throwable ex) {
            // It is out of line, and the signal is somebody else's. One with a time-out
            // has that left; any other one would never end.
            if (!isArmed()) {
                LIVE.setRelease(this, false);
            }
            throw ex;
        }
        counted(post);
        LIVE.setRelease(this, false);
        return post != TpObject.Post.REFUSED;
    }

    @Override
    public final void signalled() {
        disarm();
        TpWait settled = this.wait;
        TpObject.Post post = post();
        // Before the callback can run, which may set the wait again.
        letGo();
        settled.finishPost(post);
    }

    /**
     * A setting that is not used again, since it has captured a context or its waitable
     * is somebody's own. Most are not, and are the smaller for it.
     */
    static final class Single extends WaitSetting {

        private final @Nullable TpActivationContext captured;

        private volatile TpWaitable.@Nullable Registration registration;

        Single(TpWait wait, @Nullable TpActivationContext captured) {
            super(wait);
            this.captured = captured;
        }

        @Override
        @Nullable TpActivationContext captured() {
            return this.captured;
        }

        @Override
        boolean isUsedAgain() {
            return false;
        }

        @Override
        void register(TpWaitable waitable) {
            this.registration = waitable.register(isToldBy(waitable) ? this : new OrdinaryWaiter(this));
        }

        @Override
        boolean giveUp() {
            TpWaitable.Registration registered = this.registration;
            return registered != null && registered.cancel();
        }

    }

    /**
     * What a waitable of somebody's own gets, which may do with it what it likes.
     */
    private record OrdinaryWaiter(WaitSetting setting) implements TpWaitable.Waiter {

        @Override
        public boolean claim() {
            return this.setting.claim();
        }

        @Override
        public void signalled() {
            this.setting.signalled();
        }

    }

}
