package dev.tpool.stress;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import dev.tpool.TpCallbackSource;
import dev.tpool.TpFullPolicy;
import dev.tpool.TpMonitor;
import dev.tpool.TpPool;
import dev.tpool.TpPoolSnapshot;
import dev.tpool.TpThreadKind;
import org.jspecify.annotations.Nullable;

/**
 * A pool, and what the soak itself has counted of it.
 */
final class PoolAccount {

    static final int MOST_THREADS = 12;

    private static final int KINDS = 6;

    final TpPool pool;

    final boolean monitored;

    final @Nullable TpFullPolicy whenFull;

    final LongAdder begun = new LongAdder();

    final LongAdder threw = new LongAdder();

    final LongAdder rejections = new LongAdder();

    final LongAdder droppedByObjects = new LongAdder();

    final LongAdder oneShotsAccepted = new LongAdder();

    final LongAdder oneShotsBegun = new LongAdder();

    final AtomicInteger running = new AtomicInteger();

    /** Subjects that are not settled yet. */
    final AtomicInteger unsettled = new AtomicInteger();

    /** Looked up now and then: posters leave a pool alone that has enough to do. */
    volatile long backlog;

    private final Ledger ledger;

    private final Map<String, Subject> subjects;

    private final LongAdder monitorStarted = new LongAdder();

    private final LongAdder monitorEnded = new LongAdder();

    private final LongAdder monitorDropped = new LongAdder();

    private final LongAdder monitorRejected = new LongAdder();

    PoolAccount(int index, int number, Ledger ledger, Map<String, Subject> subjects) {
        this.ledger = ledger;
        this.subjects = subjects;
        int kind = index % KINDS;
        this.monitored = kind != 0 && kind != 3;
        this.whenFull = switch (kind) {
            case 2 -> TpFullPolicy.REJECT;
            case 3 -> TpFullPolicy.BLOCK;
            case 4 -> TpFullPolicy.CALLER_RUNS;
            default -> null;
        };
        TpPool.Builder builder = TpPool.builder(Soak.PREFIX + "pool" + index + "." + number)
            .threadMaximum(MOST_THREADS)
            .keepAlive((number % 2 == 0) ? Duration.ofMillis(2) : Duration.ofMillis(200))
            .exceptionHandler(ledger::report);
        if (this.whenFull != null) {
            builder.queueCapacity(64).whenFull(this.whenFull);
        }
        if (this.monitored) {
            builder.monitor(new Watch());
        }
        if (kind == 5 && Runtime.version().feature() >= 21) {
            builder.threadKind(TpThreadKind.VIRTUAL);
        }
        this.pool = builder.build();
        ledger.pools.increment();
    }

    /**
     * Whether a callback may post to it: one that waits for room on the pool whose worker
     * it holds may wait for ever.
     */
    boolean takesPostsOfCallbacks() {
        return this.whenFull != TpFullPolicy.BLOCK;
    }

    /**
     * Whether its callbacks run on its own threads alone.
     */
    boolean ownsThreads() {
        return this.whenFull != TpFullPolicy.CALLER_RUNS;
    }

    /**
     * Whether what it has counted is what the soak has.
     */
    boolean isBalanced() {
        TpPoolSnapshot seen = this.pool.snapshot();
        return this.unsettled.get() == 0 && seen.completed() == this.begun.sum() && seen.failed() == this.threw.sum()
                && seen.dropped() == dropped() && seen.rejected() == this.rejections.sum();
    }

    /**
     * Checks a pool that has terminated.
     */
    void verify() {
        TpPoolSnapshot seen = this.pool.snapshot();
        String who = this.pool + ": ";
        this.ledger.checkEqual(who + "its objects that are not settled", this.unsettled.get(), 0);
        this.ledger.checkEqual(who + "completed", seen.completed(), this.begun.sum());
        this.ledger.checkEqual(who + "failed", seen.failed(), this.threw.sum());
        this.ledger.checkEqual(who + "dropped", seen.dropped(), dropped());
        this.ledger.checkEqual(who + "rejected", seen.rejected(), this.rejections.sum());
        this.ledger.checkEqual(who + "threads", seen.threads(), 0);
        this.ledger.checkEqual(who + "queued", seen.queued(), 0);
        this.ledger.checkEqual(who + "running", seen.running(), 0);
        this.ledger.check(seen.objects().isEmpty(), who + "has objects left: " + seen.objects());
        if (this.monitored) {
            this.ledger.checkEqual(who + "started, as the monitor was told", this.monitorStarted.sum(),
                    this.begun.sum());
            this.ledger.checkEqual(who + "ended, as the monitor was told", this.monitorEnded.sum(), this.begun.sum());
            this.ledger.checkEqual(who + "dropped, as the monitor was told", this.monitorDropped.sum(), dropped());
            this.ledger.checkEqual(who + "rejected, as the monitor was told", this.monitorRejected.sum(),
                    this.rejections.sum());
        }
        this.ledger.executions.add(this.begun.sum());
        this.ledger.cancelled.add(dropped());
        this.ledger.rejected.add(this.rejections.sum());
        this.ledger.posts.add(this.oneShotsAccepted.sum());
    }

    private long dropped() {
        return this.droppedByObjects.sum() + this.oneShotsAccepted.sum() - this.oneShotsBegun.sum();
    }

    private final class Watch implements TpMonitor {

        @Override
        public void callbackQueued(TpCallbackSource source) {
            Subject subject = PoolAccount.this.subjects.get(source.name());
            if (subject != null) {
                subject.toldQueued.incrementAndGet();
            }
        }

        @Override
        public void callbackStarted(TpCallbackSource source, long queueNanos) {
            PoolAccount.this.monitorStarted.increment();
            PoolAccount.this.ledger.check(queueNanos >= 0, "a queue time is negative: " + queueNanos);
        }

        @Override
        public void callbackEnded(TpCallbackSource source, long runNanos, @Nullable Throwable failure) {
            PoolAccount.this.monitorEnded.increment();
        }

        @Override
        public void callbacksDropped(TpCallbackSource source, long count) {
            PoolAccount.this.monitorDropped.add(count);
            Subject subject = PoolAccount.this.subjects.get(source.name());
            if (subject != null) {
                subject.toldDropped.addAndGet(count);
            }
        }

        @Override
        public void callbackRejected(String name) {
            PoolAccount.this.monitorRejected.increment();
        }

    }

    static Map<String, Subject> newIndex() {
        return new ConcurrentHashMap<>();
    }

}
