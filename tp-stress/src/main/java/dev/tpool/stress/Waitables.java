package dev.tpool.stress;

import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;

/**
 * What is waited for, signalled, taken and given back.
 */
final class Waitables {

    private static final int PERMITS = 8;

    private static final int MOST_STAGES = 20;

    /** Waits take them; all must be back in the end. A permit too many throws. */
    final TpSemaphore permits = TpSemaphore.named("permits of waits", PERMITS, PERMITS);

    /** Callbacks take them; all must be back in the end. */
    final TpSemaphore guarded = TpSemaphore.named("permits of callbacks", PERMITS, PERMITS);

    /** The same, of the JDK's kind. */
    final Semaphore guardedOfJdk = new Semaphore(PERMITS);

    /** Always full, so that a release fails. */
    final TpSemaphore full = TpSemaphore.named("full", 1, 1);

    final TpMutex mutex = TpMutex.named("mutex");

    final TpCriticalSection section = TpCriticalSection.named("section");

    final ReentrantLock lockOfJdk = new ReentrantLock();

    private final List<TpEvent> events = List.of(TpEvent.autoReset("auto 1"), TpEvent.autoReset("auto 2"),
            TpEvent.manualReset("manual 1"), TpEvent.manualReset("manual 2"));

    /** Given by whoever likes to, taken by waits with a time-out. */
    private final TpSemaphore loose = TpSemaphore.named("loose", 0, 1_000);

    private final Queue<CompletableFuture<Integer>> stages = new ConcurrentLinkedQueue<>();

    TpWaitable any(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> this.loose;
            case 1 -> TpWaitable.of(stage());
            default -> event(random);
        };
    }

    TpEvent event(Random random) {
        return this.events.get(random.nextInt(this.events.size()));
    }

    /**
     * Signals, resets or completes something.
     */
    void signal(Random random) {
        switch (random.nextInt(4)) {
            case 0 -> {
                if (this.loose.availablePermits() < 100) {
                    this.loose.release(1 + random.nextInt(3));
                }
            }
            case 1 -> completeStage(random.nextBoolean());
            case 2 -> event(random).reset();
            default -> event(random).set();
        }
    }

    void completeStages() {
        boolean completed;
        do {
            completed = completeStage(true);
        }
        while (completed);
    }

    /**
     * Checks that all is given back, once nobody can have anything any more.
     */
    void verify(Ledger ledger) {
        ledger.checkEqual(this.permits.name(), this.permits.availablePermits(), PERMITS);
        ledger.checkEqual(this.guarded.name(), this.guarded.availablePermits(), PERMITS);
        ledger.checkEqual("permits of the JDK's semaphore", this.guardedOfJdk.availablePermits(), PERMITS);
        ledger.checkEqual(this.full.name(), this.full.availablePermits(), 1);
        ledger.check(this.mutex.owner() == null, "the mutex is held by " + this.mutex.owner());
        ledger.check(this.section.owner() == null, "the section is held by " + this.section.owner());
        ledger.check(!this.lockOfJdk.isLocked(), "the JDK's lock is held: " + this.lockOfJdk);
        int waiting = this.permits.waiting() + this.loose.waiting() + this.guarded.waiting()
                + this.events.stream().mapToInt(TpEvent::waiting).sum();
        ledger.checkEqual("registrations left at semaphores and events", waiting, 0);
    }

    private CompletableFuture<Integer> stage() {
        CompletableFuture<Integer> stage = new CompletableFuture<>();
        this.stages.add(stage);
        if (this.stages.size() > MOST_STAGES) {
            completeStage(true);
        }
        return stage;
    }

    private boolean completeStage(boolean normally) {
        CompletableFuture<Integer> stage = this.stages.poll();
        if (stage == null) {
            return false;
        }
        if (normally) {
            stage.complete(1);
        }
        else {
            stage.completeExceptionally(new OnPurpose.Unchecked());
        }
        return true;
    }

}
