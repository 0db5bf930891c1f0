package dev.tpool.stress;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import dev.tpool.TpObject;
import dev.tpool.TpWait;
import dev.tpool.TpWaitResult;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;

/**
 * A wait. Each setting posts once, or is taken back by the next one. On a semaphore it
 * takes a permit with each signal and gives it back when the callback returns.
 */
final class WaitSubject extends Subject {

    private final TpWait wait;

    private final Waitables waitables;

    /** On one that is to have all its permits back in the end, and without time-outs. */
    private final boolean onSemaphore;

    private final AtomicLong signalled = new AtomicLong();

    WaitSubject(Load load, String name, Surroundings around, Random random) {
        super(load, name, around);
        this.exact = around.group() == null;
        this.waitables = load.waitables;
        this.onSemaphore = random.nextInt(3) == 0;
        this.wait = around.environment().wait(name, (instance, subject, wait, result) -> {
            if (subject.onSemaphore) {
                subject.signalled.incrementAndGet();
                load.check(result == TpWaitResult.SIGNALLED, () -> subject.describe() + " timed out without a time");
                TpSemaphore permits = subject.waitables.permits;
                load.check(instance.releaseSemaphoreWhenCallbackReturns(permits, 1),
                        () -> subject.describe() + " finds its slot taken");
                load.ledger.completionActions.increment();
            }
            try {
                subject.run(instance);
            }
            finally {
                if (ThreadLocalRandom.current().nextBoolean()) {
                    subject.use(() -> subject.post(new Random()));
                }
            }
        }, this);
    }

    @Override
    TpObject object() {
        return this.wait;
    }

    @Override
    void post(Random random) {
        this.setters.lock();
        try {
            boolean takenBack;
            if (random.nextInt(8) == 0) {
                takenBack = this.wait.unset();
            }
            else {
                this.posts.incrementAndGet();
                boolean counted = false;
                try {
                    takenBack = set(random);
                    counted = true;
                }
                finally {
                    if (!counted) {
                        this.posts.decrementAndGet();
                    }
                }
            }
            if (takenBack) {
                this.posts.decrementAndGet();
            }
        }
        finally {
            this.setters.unlock();
        }
    }

    @Override
    void beforeClose() {
        if (this.wait.unset()) {
            this.posts.decrementAndGet();
        }
    }

    @Override
    void settled(long cancelled) {
        if (this.onSemaphore) {
            this.load.ledger.checkEqual(describe() + ": signals", this.signalled.get(), this.begun.get());
            // A signal that is cancelled takes its permit along.
            for (long i = 0; i < cancelled; i++) {
                this.waitables.permits.release();
            }
        }
    }

    private boolean set(Random random) {
        if (this.onSemaphore) {
            return this.wait.set(this.waitables.permits);
        }
        TpWaitable waitable = this.waitables.any(random);
        return switch (random.nextInt(5)) {
            case 0 -> this.wait.set(waitable);
            case 1 -> this.wait.set(waitable, Duration.ZERO);
            case 2 -> this.wait.set(waitable, Instant.now().plusNanos(random.nextInt(4_000_000)));
            case 3 -> this.wait.set(waitable, Duration.ofHours(1));
            default -> this.wait.set(waitable, Duration.ofNanos(random.nextInt(4_000_000)));
        };
    }

}
