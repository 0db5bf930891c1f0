package dev.tpool.stress;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import dev.tpool.TpIo;
import dev.tpool.TpObject;

/**
 * An I/O object whose operations the soak completes by hand.
 */
final class IoSubject extends Subject {

    private static final int MOST_IN_FLIGHT = 20;

    private final TpIo io;

    private final AtomicInteger inFlight = new AtomicInteger();

    IoSubject(Load load, String name, Surroundings around) {
        super(load, name, around);
        // Cancel writes operations off, whose completions are swallowed then.
        this.exact = around.group() == null && !around.pool().monitored;
        this.io = around.environment().io(name, (instance, subject, completion, io) -> {
            load.check(subject.name.equals(completion.attachment()),
                    () -> subject.describe() + " is told of " + completion);
            subject.run(instance);
        }, this);
    }

    @Override
    TpObject object() {
        return this.io;
    }

    @Override
    void post(Random random) {
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count && this.inFlight.get() < MOST_IN_FLIGHT; i++) {
            TpIo.Operation<Integer> operation = this.io.start(this.name);
            this.inFlight.incrementAndGet();
            this.load.operations.add((how) -> end(operation, how));
        }
    }

    @Override
    boolean isOver() {
        return this.inFlight.get() == 0;
    }

    private void end(TpIo.Operation<Integer> operation, Random how) {
        try {
            switch (how.nextInt(6)) {
                case 0 -> operation.cancel();
                case 1 -> {
                    this.posts.incrementAndGet();
                    operation.failed(new OnPurpose.Checked(), null);
                }
                default -> {
                    this.posts.incrementAndGet();
                    operation.completed(1, null);
                }
            }
        }
        finally {
            this.inFlight.decrementAndGet();
        }
    }

}
