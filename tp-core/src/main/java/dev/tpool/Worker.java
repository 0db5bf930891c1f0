package dev.tpool;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * One thread of a crew: takes from the queue, runs, and parks when there is nothing to
 * take.
 */
final class Worker extends Apart implements Runnable {

    private static final System.Logger logger = System.getLogger(TpPool.class.getName());

    /**
     * How long a worker watches another one before it lets it have an object to itself.
     */
    private static final long WATCH_NANOS = 3_000;

    /**
     * Two workers get fewer such callbacks of one object done than one of them would:
     * they take its state word, and the poster's, from each other all the time.
     */
    static final long SHORT_CALLBACK_NANOS = 150;

    /**
     * What has ended is kept by the line until that moves on, which it does not while a
     * callback blocks.
     */
    private static final int MOST_IN_LINE = 8;

    /**
     * So often it tries to help the clock without finding anything to run: to help may
     * mean to wait for somebody who takes long.
     */
    private static final int MOST_HELPS = 8;

    private final Crew crew;

    private final TpPool pool;

    private final CallbackQueue queue;

    /** Whether it counts as searching; owned by the worker's thread. */
    boolean searching = true;

    /** Whether nobody has run it, and nobody has given up on it, yet. */
    private final AtomicBoolean permit = new AtomicBoolean(true);

    /** What is near: owned by the worker's thread, but others may steal from it. */
    final Stripe stripe = new Stripe();

    /** Whether the stripe is part of the queue, and may be used. */
    private boolean striped;

    private final Slice slice = new Slice();

    /** Owned by the worker's thread. */
    final Gathering gathering = new Gathering();

    /** Owned by the worker's thread. */
    final StandBy standBy;

    /** Where the only node was whose callback was claimed last, if it was in place. */
    private @Nullable NodeQueue place;

    /** Whether a callback of the node that is next was claimed, in place. */
    private boolean claimed;

    /**
     * How many one-shots were left in line when their callbacks were claimed, that of the
     * node that is next among them.
     */
    private int inLine;

    /**
     * Whether what is queued is served so well by another worker that help would hurt.
     */
    private boolean superfluous;

    /** How often it has tried to help the clock since it ran something. */
    private int helps;

    /** What the others had begun before a watch; kept for the next one. */
    private long[] begunBefore = {};

    /** Whose stripe was last looked at. */
    private int lookedAt;

    /** When it last looked whether another worker is stuck. */
    private long lookedWhen = System.nanoTime();

    private volatile @Nullable Thread thread;

    private volatile @Nullable Execution execution;

    /** Whether it is on the idle stack; written under the crew's lock. */
    private volatile boolean parked;

    /** The neighbours on the idle stack; guarded by the crew's lock. */
    private @Nullable Worker above;

    private @Nullable Worker below;

    /** What the governor saw when it last looked; owned by the governor. */
    final Governor.Sample sample = new Governor.Sample();

    Worker(Crew crew, TpPool pool, CallbackQueue queue) {
        this(crew, pool, queue, new StandBy());
    }

    Worker(Crew crew, TpPool pool, CallbackQueue queue, StandBy standBy) {
        this.crew = crew;
        this.pool = pool;
        this.queue = queue;
        this.standBy = standBy;
    }

    void startOn(Thread thread) {
        this.thread = thread;
        thread.start();
    }

    /**
     * Gives up on a worker whose start failed.
     * @return {@code false} if it runs all the same, because the factory has started the
     * thread itself
     */
    boolean giveUp() {
        return this.permit.compareAndSet(true, false);
    }

    @Override
    public void run() {
        if (!this.permit.compareAndSet(true, false)) {
            return;
        }
        this.thread = Thread.currentThread();
        boolean inOrder = false;
        try {
            Execution running = new Execution(this.pool, this.stripe);
            this.execution = running;
            this.striped = this.crew.entered(this);
            try {
                serve(running);
            }
            finally {
                running.leaveThread();
            }
            inOrder = true;
        }
        finally {
            this.crew.left(this, inOrder);
        }
    }

    @Nullable Thread thread() {
        return this.thread;
    }

    long completed() {
        Execution running = this.execution;
        return (running != null) ? running.completed() : 0;
    }

    @Nullable TpCallbackInstance instance() {
        Execution running = this.execution;
        return (running != null) ? running.instance() : null;
    }

    boolean isParked() {
        return this.parked;
    }

    @Nullable Worker below() {
        return this.below;
    }

    void push(@Nullable Worker top) {
        this.below = top;
        this.above = null;
        if (top != null) {
            top.above = this;
        }
        this.parked = true;
    }

    void pop() {
        if (this.above != null) {
            this.above.below = this.below;
        }
        if (this.below != null) {
            this.below.above = this.above;
        }
        this.above = null;
        this.below = null;
        this.parked = false;
    }

    private void serve(Execution running) {
        while (true) {
            try {
                QueueNode node = claimNext(running.instance());
                if (node != null) {
                    serve(running, node);
                }
                else if (!letsTimersExpire(running)) {
                    // Who was asked whether it can be claimed is code of a user, too.
                    running.restoreThread();
                    this.slice.idle();
                    if (!(this.superfluous ? this.crew.standBy(this) : this.crew.awaitWork(this))) {
                        return;
                    }
                }
            }
            catch (Throwable ex) {
                // Not the callback's doing, which is met where it runs: most likely
                // memory has run out.
                Failures.log(logger, Level.ERROR,
                        () -> "a worker of pool '" + this.pool.name() + "' goes on after a failure", ex);
            }
        }
    }

    private boolean letsTimersExpire(Execution running) {
        if (this.superfluous || this.helps == MOST_HELPS || !this.pool.hasTimersToExpire()) {
            return false;
        }
        this.helps++;
        // It takes a moment, and may call a monitor. Meanwhile others are woken for what
        // is posted.
        stopSearching();
        running.restoreThread();
        return this.pool.letTimersExpire(this.striped ? this.stripe : null);
    }

    private void stopSearching() {
        if (this.searching) {
            this.searching = false;
            this.standBy.wasNeeded();
            this.crew.found();
        }
    }

    private void serve(Execution running, QueueNode node) {
        stopSearching();
        this.helps = 0;
        QueueNode next = node;
        while (next != null) {
            Lease lease = this.stripe.leases.current();
            // The object itself is left to those who post to it.
            TpEnvironment environment = (lease != null) ? lease.environment() : next.environment();
            boolean again;
            do {
                this.slice.count();
                this.stripe.count();
                this.pool.callbackClaimed(next);
                Lease of = this.stripe.leases.current();
                again = running.run(next, (of != null) ? of : next, environment, this);
            }
            while (again);
            next = (this.inLine > 0) ? claimNextInLine(next, running.instance()) : claimNextInTurn(running.instance());
        }
    }

    /**
     * Goes on with those that take turns, which is all that is to be decided as long as
     * nothing else has come.
     * @return {@code null} if nothing was claimed
     */
    private @Nullable QueueNode claimNextInTurn(TpCallbackInstance instance) {
        if (!isInTurn()) {
            return null;
        }
        if (this.slice.isOver()) {
            nextSlice();
        }
        if (!goesOnInTurn()) {
            return null;
        }
        QueueNode node = this.stripe.claimNextInTurn(this.queue.normal(), mostInTurn());
        if (node != null) {
            tellOfLeased();
            this.pool.isNext(node, instance, true);
        }
        return node;
    }

    /**
     * Goes on with one-shots that are claimed in line, as long as nothing else has come.
     * @param last the one that has just run
     * @return {@code null} if nothing was claimed
     */
    private @Nullable QueueNode claimNextInLine(QueueNode last, TpCallbackInstance instance) {
        boolean goesOn = this.inLine < MOST_IN_LINE && !this.slice.isOver() && this.queue.high().isEmpty();
        QueueNode node = goesOn ? this.stripe.claimBehind(last) : null;
        if (node != null) {
            this.inLine++;
            this.pool.isNext(node, instance, false);
        }
        else {
            this.inLine = 0;
            this.stripe.passBy(last);
        }
        return node;
    }

    /**
     * Others run what was claimed beyond what the worker has run.
     */
    void endLease() {
        this.stripe.leases.endCurrent();
    }

    /**
     * The execution that has just ended stays as it is until it is the object's turn
     * again, if more of it is leased.
     */
    boolean rest() {
        return isInTurn() && this.stripe.leases.rest();
    }

    private int mostInTurn() {
        return this.striped ? Math.min(Leases.MOST, this.slice.length()) : 1;
    }

    /**
     * Ends the execution of a callback and begins another of the same node, in one step,
     * if the node is still alone where it was and it is not somebody else's turn.
     */
    boolean settleAndClaimInPlace(QueueNode node, TpCallbackInstance instance) {
        NodeQueue at = this.place;
        if (at == null || !mayGoOn(node, at)) {
            return false;
        }
        boolean leased = this.stripe.leases.next();
        boolean again = leased || (at.alone() == node && claimMoreOf(node, at));
        if (again) {
            this.pool.isNextAgain(node, instance, leased);
        }
        return again;
    }

    /**
     * Does the same for what has been leased, or ends the execution and begins one of
     * another node whose turn it is and that was leased, and counts. For nodes of a pool
     * that nobody watches and that is not bounded.
     * @return the lease of what was begun, or {@code null} if nothing was done
     */
    @Nullable Lease settleAndBeginLeased(QueueNode node) {
        NodeQueue at = this.place;
        boolean begun = (at != null) ? mayGoOn(node, at) && this.stripe.leases.next()
                : goesOnInTurn() && this.stripe.turnToNext(this.queue.normal());
        if (!begun) {
            return null;
        }
        this.slice.count();
        this.stripe.count();
        return this.stripe.leases.current();
    }

    /**
     * Whether the worker lets nodes in its line take turns, and has nothing else to look
     * for.
     */
    private boolean goesOnInTurn() {
        return isInTurn() && !this.slice.isOver() && this.queue.high().isEmpty();
    }

    /**
     * Whether the worker lets nodes in its line take turns.
     */
    boolean isInTurn() {
        return this.claimed && this.place == null && this.inLine == 0;
    }

    private boolean mayGoOn(QueueNode node, NodeQueue at) {
        return !this.slice.isOver() && at.isStillAlone(node) && isItsTurn(at);
    }

    private boolean claimMoreOf(QueueNode node, NodeQueue at) {
        Leases leases = this.stripe.leases;
        boolean claimed = node.settleAndClaimInPlace(leases, mostTogether(at));
        if (claimed && leases.areOpen() && !at.isStillAlone(node)) {
            // Another worker has taken the node meanwhile. Who looked at the queue in
            // between saw neither the node nor the lease.
            signalWork();
        }
        return claimed;
    }

    /**
     * How many callbacks may be claimed together. Those of other than normal priority are
     * not: whoever finds them left behind has to know when their turn is.
     */
    private int mostTogether(NodeQueue at) {
        boolean normal = at == this.stripe || at == this.queue.normal();
        return (this.striped && normal) ? Math.min(Leases.MOST, this.slice.left()) : 1;
    }

    /**
     * Whether nothing that the worker would take is queued elsewhere and comes before
     * what is there, or has waited for as long.
     */
    private boolean isItsTurn(NodeQueue at) {
        if (at == this.queue.high()) {
            return true;
        }
        return this.queue.high().isEmpty() && at != this.queue.low() && (at == this.stripe || this.stripe.isEmpty())
                && (at == this.queue.normal() || this.queue.normal().isEmpty());
    }

    /**
     * Claims a callback of the node that is next.
     * @return the node, or {@code null} if there is none, somebody else was faster or all
     * of its callbacks were cancelled
     */
    private @Nullable QueueNode claimNext(TpCallbackInstance instance) {
        this.stripe.leases.endRests();
        if (this.slice.isOver()) {
            nextSlice();
        }
        NodeQueue before = this.place;
        this.place = null;
        this.superfluous = false;
        this.claimed = false;
        this.inLine = 0;
        QueueNode node = takeNext(before);
        if (before instanceof Lane lane && this.place != lane) {
            lane.left(this.stripe);
        }
        if (node == null) {
            this.stripe.endRound();
            return null;
        }
        this.pool.isNext(node, instance, this.claimed && this.inLine == 0);
        boolean claimed = false;
        try {
            claimed = this.claimed || node.claim(instance);
        }
        finally {
            if (!claimed) {
                instance.watched = null;
            }
        }
        return claimed ? node : null;
    }

    /**
     * Another worker may have taken the line just before a node in it was leased. Who
     * looked at the queue in between saw neither the node nor the lease.
     */
    private void tellOfLeased() {
        if (this.stripe.hasLostRound() && this.stripe.leases.areOpen() && !this.searching) {
            signalWork();
        }
    }

    /**
     * Somebody has to be woken for what is queued, or leased. What has been claimed, or
     * is in the hands of the worker, has to run even if that fails.
     */
    private void signalWork() {
        try {
            this.crew.signalWork();
        }
        catch (Throwable ex) {
            nobodyWasWoken(ex);
        }
    }

    /**
     * Others run what rests while a callback runs that takes long.
     */
    void putBackRest() {
        try {
            this.stripe.leases.putBackRest();
        }
        catch (Throwable ex) {
            // It was put back: that comes first. The callback has to run, too.
            nobodyWasWoken(ex);
        }
    }

    private void nobodyWasWoken(Throwable failure) {
        Failures.log(logger, Level.ERROR, () -> "nobody was woken in pool '" + this.pool.name() + "'", failure);
    }

    private void nextSlice() {
        if (!this.slice.nextAfterIdleness()) {
            long now = System.nanoTime();
            this.slice.next(now);
            freeStuck(now);
        }
        share();
    }

    /**
     * Takes the node that is next, or claims one of its callbacks where it is.
     * @param before where the worker has claimed in place last, if it has
     */
    private @Nullable QueueNode takeNext(@Nullable NodeQueue before) {
        Lane high = this.queue.high();
        if (!high.isEmpty()) {
            return takeFrom(high);
        }
        // What is in line in the stripe was taken from the lane earlier, what has arrived
        // there came later than most of what is in the lane.
        QueueNode node = takeFromLine();
        if (node == null) {
            node = takeFromNormalLane(before);
        }
        if (node == null) {
            node = takeFromArrivals();
        }
        if (node == null) {
            node = steal();
        }
        if (node == null && putBackOthers()) {
            // That is next.
            return null;
        }
        if (node == null && !this.superfluous && !this.queue.low().isEmpty()) {
            node = takeFrom(this.queue.low());
        }
        return node;
    }

    private @Nullable QueueNode takeFrom(Lane lane) {
        QueueNode node = claimInPlace(lane);
        return (node != null) ? node : lane.take();
    }

    private @Nullable QueueNode takeFromLine() {
        QueueNode node = null;
        while (node == null && (this.stripe.hasLine() || bringUpRear())) {
            node = takeFromFront();
        }
        return node;
    }

    private boolean bringUpRear() {
        boolean broughtUp = this.stripe.bringUpRear();
        if (broughtUp) {
            // They could not be seen meanwhile.
            tellOfMoved();
        }
        return broughtUp;
    }

    private @Nullable QueueNode takeFromFront() {
        QueueNode first = this.stripe.claimFirst();
        if (first != null) {
            this.claimed = true;
            this.inLine = 1;
            return first;
        }
        // What is near is looked at first: whoever reads the lane takes it from posters.
        QueueNode node = (this.stripe.alone() != null && this.queue.normal().isEmpty()) ? claimInPlace(this.stripe)
                : null;
        if (node == null) {
            node = this.stripe.claimInTurn(this.queue.normal(), mostInTurn());
            this.claimed = node != null;
            if (this.claimed) {
                tellOfLeased();
            }
            if (this.stripe.hasMovedBack() && !this.searching) {
                signalWork();
            }
        }
        return (node != null) ? node : this.stripe.take();
    }

    private @Nullable QueueNode takeFromArrivals() {
        if (this.stripe.isEmpty()) {
            return null;
        }
        QueueNode node = claimInPlace(this.stripe);
        if (node == null) {
            node = this.stripe.refill();
            this.claimed = node != null && this.stripe.hasClaimed();
            tellOfMore(node);
        }
        return node;
    }

    private @Nullable QueueNode takeFromNormalLane(@Nullable NodeQueue before) {
        Lane lane = this.queue.normal();
        if (lane.isEmpty()) {
            return null;
        }
        if (lane != before && this.stripe.isEmpty() && isServedWell(lane)) {
            this.superfluous = true;
            return null;
        }
        QueueNode node = this.stripe.isEmpty() ? claimInPlace(lane) : null;
        if (node == null && !this.stripe.isOpen()) {
            node = lane.take();
        }
        else if (node == null) {
            node = lane.takeBatch(this.stripe, this.slice.length(), this.crew.alive());
            tellOfMore(node);
        }
        return node;
    }

    /**
     * Whether another worker serves the only object in the lane, and its callbacks are so
     * short that a second one would be in its way. Takes a moment if there is another.
     */
    private boolean isServedWell(Lane lane) {
        Stripe server = lane.server();
        if (server == null || server == this.stripe || lane.alone() == null) {
            return false;
        }
        long before = server.begun();
        return getsOnWell(server, before, watch()) && lane.server() == server && lane.alone() != null;
    }

    private static boolean getsOnWell(Stripe server, long before, long took) {
        return (server.begun() - before) * SHORT_CALLBACK_NANOS >= took;
    }

    /**
     * Waits for a moment.
     * @return how long
     */
    private static long watch() {
        long began = System.nanoTime();
        long took;
        do {
            Thread.onSpinWait();
            took = System.nanoTime() - began;
        }
        while (took < WATCH_NANOS);
        return took;
    }

    private @Nullable QueueNode steal() {
        Stripe[] all = this.queue.stripes();
        for (int i = 0; i < all.length; i++) {
            Stripe other = nextOf(all);
            if (other != this.stripe && !other.isEmpty()) {
                QueueNode node = claimInPlace(other);
                if (node == null) {
                    node = takeOver(other);
                }
                if (node != null) {
                    return node;
                }
            }
        }
        return null;
    }

    /**
     * Puts back what another worker has leased and does not get to, if there is such a
     * one. Takes a moment if others have leases.
     * @return whether something was put back
     */
    private boolean putBackOthers() {
        if (!this.queue.isLeased()) {
            return false;
        }
        Stripe[] all = this.queue.stripes();
        if (this.begunBefore.length < all.length) {
            this.begunBefore = new long[all.length];
        }
        long[] before = this.begunBefore;
        for (int i = 0; i < all.length; i++) {
            before[i] = all[i].begun();
        }
        long took = watch();
        boolean put = false;
        for (int i = 0; i < all.length; i++) {
            Stripe other = all[i];
            if (other != this.stripe && other.leases.areOpen()) {
                boolean well = getsOnWell(other, before[i], took);
                this.superfluous |= well;
                put |= !well && other.leases.putBack();
            }
        }
        this.superfluous &= !put;
        return put;
    }

    private @Nullable QueueNode takeOver(Stripe other) {
        int length = other.lineLength();
        QueueNode node = other.takeLine();
        if (node == null) {
            length = other.rearLength();
            node = other.takeRear();
        }
        if (node == null) {
            node = other.takeArrivals();
            length = Stripe.lengthOf(node);
        }
        if (node != null && node.next != null) {
            if (this.striped) {
                this.stripe.fill(node.next, length - 1);
            }
            else {
                this.queue.normal().putBack(node.next);
            }
            node.next = null;
            if (!this.searching) {
                signalWork();
            }
        }
        return node;
    }

    private @Nullable QueueNode claimInPlace(NodeQueue at) {
        QueueNode alone = at.alone();
        if (alone != null && alone.claimInPlace()) {
            this.place = at;
            this.claimed = true;
            if (at instanceof Lane lane) {
                lane.served(this.stripe);
            }
            return alone;
        }
        return null;
    }

    /**
     * Nodes have been moved to the worker's stripe and could not be seen meanwhile. A
     * searcher tells when it stops searching.
     */
    private void tellOfMore(@Nullable QueueNode taken) {
        if (taken != null && !this.searching && !this.stripe.isEmpty()) {
            signalWork();
        }
    }

    /**
     * Between two slices: lets what has arrived near take its turn behind what waits in
     * the lane.
     */
    private void share() {
        Stripe own = this.stripe;
        own.setOpen(this.striped && this.slice.length() > 1);
        if (!own.isOpen() || !this.queue.normal().isEmpty()) {
            own.interruptRound();
            QueueNode arrived = own.takeArrivals();
            if (arrived != null) {
                this.queue.addAgain(arrived);
                tellOfMoved();
            }
        }
    }

    /**
     * Between two slices: frees what is stuck behind a callback that takes long, at one
     * other worker at a time. Slices of short callbacks are much shorter than what a
     * worker may be kept from its processor.
     */
    private void freeStuck(long now) {
        Stripe[] all = this.queue.stripes();
        if (all.length == 0 || now - this.lookedWhen < Stripe.STUCK_NANOS / all.length) {
            return;
        }
        this.lookedWhen = now;
        Stripe other = nextOf(all);
        if (other != this.stripe && other.isStuck(now)) {
            boolean moved = other.leases.putBack();
            moved |= this.queue.empty(other);
            if (moved) {
                tellOfMoved();
            }
        }
    }

    private void tellOfMoved() {
        if (!this.searching) {
            signalWork();
        }
    }

    private Stripe nextOf(Stripe[] all) {
        this.lookedAt = (this.lookedAt + 1 < all.length) ? this.lookedAt + 1 : 0;
        return all[this.lookedAt];
    }

}
