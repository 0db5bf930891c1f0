package dev.tpool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Objects that are closed together: the counterpart of {@code TP_CLEANUP_GROUP}. An
 * object joins when it is created in an environment that names the group, a one-shot
 * callback from its posting until it has ended or was dropped. Members may live in
 * different pools.
 */
public final class TpCleanupGroup implements AutoCloseable {

    private final String name;

    private final ReentrantLock lock = new ReentrantLock();

    /** The oldest member; guarded by the lock, as are the members' links. */
    private @Nullable TpObject first;

    private @Nullable TpObject last;

    private int size;

    /** Members that some thread is closing at this moment; guarded by the lock. */
    private int closing;

    private final OneShotMembers oneShots = new OneShotMembers();

    /** Written under the lock. */
    private volatile boolean closed;

    private TpCleanupGroup(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Creates a group without members ({@code CreateThreadpoolCleanupGroup}).
     * @param name a name for logs, snapshots and reports
     * @return the group
     */
    public static TpCleanupGroup create(String name) {
        return new TpCleanupGroup(name);
    }

    /**
     * The name given at creation.
     * @return the name
     */
    public String name() {
        return this.name;
    }

    /**
     * The members at this moment, outstanding one-shot callbacks and those that are being
     * closed among them.
     * @return their number
     */
    public int size() {
        this.lock.lock();
        try {
            return count();
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Releases all members: the counterpart of
     * {@code CloseThreadpoolCleanupGroupMembers}. Blocks until none of their callbacks
     * runs any more, disassociated ones included. Objects created meanwhile join the
     * group afresh and are not touched; the group can be used again. If several threads
     * close the members at once, each member is closed by exactly one of them.
     * @param cancelPending whether queued callbacks are dropped, for all members before
     * any is waited for, and the cancel callbacks called
     * @param cleanupContext handed to the cancel callbacks
     * @return what ran and what was dropped
     * @throws InterruptedException if the caller is interrupted: members that were not
     * released yet are members again, and another call goes on where this one stopped
     * @throws IllegalStateException if called from the callback of a member, since that
     * would wait for itself
     */
    public TpCloseReport closeMembers(boolean cancelPending, @Nullable Object cleanupContext)
            throws InterruptedException {
        return closeMembers(cancelPending, cleanupContext, Deadline.NEVER);
    }

    /**
     * The bounded form of {@link #closeMembers(boolean, Object)}.
     * @param cancelPending whether queued callbacks are dropped
     * @param cleanupContext handed to the cancel callbacks
     * @param timeout how long to wait at most; zero or less only releases what is quiet
     * @return what ran, what was dropped, and which members were not released: those are
     * members again and take posts again, but what was dropped stays dropped and what was
     * disarmed stays disarmed
     * @throws InterruptedException as for the unbounded form
     * @throws IllegalStateException as for the unbounded form
     */
    public TpCloseReport closeMembers(boolean cancelPending, @Nullable Object cleanupContext, Duration timeout)
            throws InterruptedException {
        return closeMembers(cancelPending, cleanupContext, Deadline.in(timeout));
    }

    /**
     * Closes the group itself ({@code CloseThreadpoolCleanupGroup}). No object can join
     * it afterwards.
     * @throws IllegalStateException if it has members: close them first
     */
    @Override
    public void close() {
        this.lock.lock();
        try {
            // First closed, then looked: a one-shot that joins does it the other way
            // round.
            this.closed = true;
            int left = count();
            if (left > 0) {
                this.closed = false;
                throw new IllegalStateException(
                        "cleanup group '" + this.name + "' still has " + left + " members; close them first");
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * The members and their counts.
     * @return an immutable snapshot; members that are being closed are not in it
     */
    public TpGroupSnapshot snapshot() {
        List<TpObject> members;
        this.lock.lock();
        try {
            members = new ArrayList<>(this.size);
            for (TpObject each = this.first; each != null; each = each.aside().groupAfter) {
                members.add(each);
            }
            members.addAll(this.oneShots.outstanding());
        }
        finally {
            this.lock.unlock();
        }
        // Not under the lock: tasks are asked for their names.
        return new TpGroupSnapshot(this.name, members.stream().map(TpObjectSnapshot::of).toList());
    }

    /**
     * The name.
     */
    @Override
    public String toString() {
        return "cleanup group '" + this.name + "'";
    }

    private int count() {
        return this.size + this.closing + this.oneShots.outstanding().size();
    }

    void add(TpObject object) {
        if (object instanceof TrackedOneShot oneShot) {
            addOneShot(oneShot);
            return;
        }
        this.lock.lock();
        try {
            if (this.closed) {
                throw isClosed();
            }
            link(object);
        }
        finally {
            this.lock.unlock();
        }
    }

    private void addOneShot(TrackedOneShot oneShot) {
        this.oneShots.add(oneShot);
        if (this.closed) {
            this.lock.lock();
            try {
                // A close that has seen this member, or another one, takes itself back.
                if (this.closed && oneShot.endUnbegun()) {
                    // Nobody else does it any more.
                    this.oneShots.prune();
                    throw isClosed();
                }
            }
            finally {
                this.lock.unlock();
            }
        }
    }

    void oneShotEnded() {
        if (this.oneShots.countEnded() && this.lock.tryLock()) {
            try {
                this.oneShots.prune();
            }
            finally {
                this.lock.unlock();
            }
        }
    }

    private IllegalStateException isClosed() {
        return new IllegalStateException("cleanup group '" + this.name + "' is closed");
    }

    void remove(TpObject object) {
        this.lock.lock();
        try {
            if (object.aside().inGroup) {
                unlink(object);
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    private TpCloseReport closeMembers(boolean cancelPending, @Nullable Object cleanupContext, Deadline deadline)
            throws InterruptedException {
        TpCallbackInstance.refuseSelfClose(this);
        long began = System.nanoTime();
        List<ClosingMember> members = takeMembers();
        try {
            for (ClosingMember member : members) {
                member.object.groupCloseBegins();
            }
            // The newest first: one that is dropped may pass its turn on to a later one.
            for (int i = members.size() - 1; i >= 0; i--) {
                members.get(i).begin(cancelPending);
            }
            for (ClosingMember member : members) {
                member.end(cancelPending, cleanupContext, deadline);
            }
        }
        catch (InterruptedException ex) {
            for (ClosingMember member : members) {
                member.endIfDropped(cleanupContext);
            }
            throw ex;
        }
        finally {
            try {
                giveBack(members);
            }
            finally {
                members.forEach(ClosingMember::letGo);
            }
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
        return new TpCloseReport(this.name, cancelPending, elapsed,
                members.stream().map(ClosingMember::report).toList());
    }

    private List<ClosingMember> takeMembers() {
        this.lock.lock();
        try {
            List<ClosingMember> members = new ArrayList<>(this.size);
            while (this.first != null) {
                members.add(new ClosingMember(this.first));
                unlink(this.first);
            }
            for (TrackedOneShot oneShot : this.oneShots.takeAll()) {
                members.add(new ClosingMember(oneShot));
            }
            this.closing += members.size();
            return members;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * Makes members again, before all others and in their order, of those that were not
     * released.
     */
    private void giveBack(List<ClosingMember> members) {
        this.lock.lock();
        try {
            this.closing -= members.size();
            List<TrackedOneShot> left = new ArrayList<>();
            for (int i = members.size() - 1; i >= 0; i--) {
                if (!members.get(i).finished) {
                    if (members.get(i).object instanceof TrackedOneShot oneShot) {
                        left.add(0, oneShot);
                    }
                    else {
                        members.get(i).object.groupCloseGivenUp();
                        linkFirst(members.get(i).object);
                    }
                }
            }
            this.oneShots.addAll(left);
        }
        finally {
            this.lock.unlock();
        }
        // Those that came to their end while they were not in the list could not leave
        // it.
        for (ClosingMember member : members) {
            if (!member.finished && member.object.isFreed()) {
                remove(member.object);
            }
        }
    }

    private void link(TpObject object) {
        ObjectAside place = object.aside();
        place.inGroup = true;
        place.groupBefore = this.last;
        if (this.last != null) {
            this.last.aside().groupAfter = object;
        }
        else {
            this.first = object;
        }
        this.last = object;
        this.size++;
    }

    private void linkFirst(TpObject object) {
        ObjectAside place = object.aside();
        place.inGroup = true;
        place.groupAfter = this.first;
        if (this.first != null) {
            this.first.aside().groupBefore = object;
        }
        else {
            this.last = object;
        }
        this.first = object;
        this.size++;
    }

    private void unlink(TpObject object) {
        ObjectAside place = object.aside();
        TpObject before = place.groupBefore;
        TpObject after = place.groupAfter;
        if (before != null) {
            before.aside().groupAfter = after;
        }
        else {
            this.first = after;
        }
        if (after != null) {
            after.aside().groupBefore = before;
        }
        else {
            this.last = before;
        }
        place.groupBefore = null;
        place.groupAfter = null;
        place.inGroup = false;
        this.size--;
    }

    /**
     * One member on its way out.
     */
    private static final class ClosingMember {

        private final TpObject object;

        private final boolean oneShot;

        private long outstanding;

        private long dropped;

        private boolean cancelCallbackRan;

        private boolean toldOfDrop;

        private boolean finished;

        /** Whether a reference of the library is held for the cancel callback. */
        private boolean holdsLibrary;

        ClosingMember(TpObject object) {
            this.object = object;
            this.oneShot = object.kind() == TpObjectKind.ONE_SHOT;
        }

        void begin(boolean cancelPending) {
            if (cancelPending) {
                // A one-shot that is dropped comes to its end with that, and its
                // reference goes; the cancel callback is code of the library, too.
                this.holdsLibrary = this.oneShot && this.object.environment().cancelCallback() != null
                        && this.object.environment().holdLibrary();
                this.dropped = this.object.cancelOutstanding();
            }
            long outstanding = this.object.outstanding();
            // A deferred one that has just been claimed counts as running twice.
            this.outstanding = this.oneShot ? Math.min(outstanding, 1 - this.dropped) : outstanding;
        }

        void end(boolean cancelPending, @Nullable Object cleanupContext, Deadline deadline)
                throws InterruptedException {
            TpObject.Release release;
            do {
                if (!this.object.awaitQuiet(TpObject.Quiet.FOR_GROUP, deadline)) {
                    endIfDropped(cleanupContext);
                    return;
                }
                release = this.object.release();
            }
            while (release == TpObject.Release.NOT_QUIET);
            if (release != TpObject.Release.ENDED) {
                try {
                    if (cancelPending && release == TpObject.Release.OF_OPEN) {
                        runCancelCallback(cleanupContext);
                    }
                }
                finally {
                    this.object.letGo();
                }
            }
            endIfDropped(cleanupContext);
            this.finished = true;
        }

        /**
         * A one-shot that was dropped has come to its end with that, or will as soon as
         * it has given back what it took to begin. No later close drops it again, so it
         * is told of now if it was not yet.
         */
        void endIfDropped(@Nullable Object cleanupContext) {
            if (!this.toldOfDrop && this.oneShot && this.dropped > 0) {
                this.toldOfDrop = true;
                this.finished = this.object.isFreed();
                runCancelCallback(cleanupContext);
                letGo();
            }
        }

        /**
         * Lets go of what a dropped one-shot was kept together for.
         */
        void letGo() {
            if (this.holdsLibrary) {
                this.holdsLibrary = false;
                this.object.environment().freeLibrary(this.object);
            }
            if (this.oneShot && this.dropped > 0) {
                this.object.letGoOfCallback();
            }
        }

        private void runCancelCallback(@Nullable Object cleanupContext) {
            TpCancelCallback callback = this.object.environment().cancelCallback();
            if (callback != null) {
                this.cancelCallbackRan = true;
                try {
                    callback.cancel(this.object.context(), cleanupContext);
                }
                catch (Throwable ex) {
                    this.object.pool().report(this.object, ex);
                }
            }
        }

        TpCloseReport.Member report() {
            long still = this.finished ? 0 : this.object.outstanding();
            return new TpCloseReport.Member(this.object.pool().nameOf(this.object), this.object.kind(),
                    Math.max(0, this.outstanding - still), this.dropped, this.cancelCallbackRan, this.finished);
        }

    }

}
