package dev.tpool.stress;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;

import dev.tpool.TpObject;
import dev.tpool.TpTimer;

/**
 * A timer. Each setting without a period posts once, or is taken back by the next one.
 */
final class TimerSubject extends Subject {

    private static final long UNKNOWN = Long.MAX_VALUE / 2;

    private final TpTimer timer;

    TimerSubject(Load load, String name, Surroundings around) {
        super(load, name, around);
        // A close that disarms it does not say so.
        this.exact = around.group() == null;
        this.timer = around.environment().timer(name, (instance, subject, timer) -> {
            subject.run(instance);
            if (instance.hashCode() % 4 == 0) {
                subject.use(() -> subject.post(new Random()));
            }
        }, this);
    }

    @Override
    TpObject object() {
        return this.timer;
    }

    @Override
    void post(Random random) {
        this.setters.lock();
        try {
            boolean takenBack;
            switch (random.nextInt(8)) {
                case 0 -> takenBack = this.timer.unset();
                case 1 -> {
                    this.exact = false;
                    this.posts.set(UNKNOWN);
                    this.timer.set(micros(random, 2_000), micros(random, 20_000).plusMillis(2), micros(random, 5_000));
                    this.load.check(this.timer.isSet() || this.around.group() != null,
                            () -> describe() + " is not set though it was");
                    return;
                }
                case 2 -> takenBack = once(() -> this.timer.set(Duration.ZERO));
                case 3 -> takenBack = once(() -> this.timer.set(Instant.now().plusNanos(random.nextInt(3_000_000))));
                case 4 -> takenBack = once(() -> this.timer.set(Instant.now().minusSeconds(random.nextInt(3))));
                case 5 -> takenBack = once(() -> this.timer.set(Duration.ofHours(1)));
                case 6 ->
                    takenBack = once(() -> this.timer.set(micros(random, 5_000), Duration.ZERO, micros(random, 3_000)));
                default -> takenBack = once(() -> this.timer.set(micros(random, 3_000)));
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
        if (this.timer.unset()) {
            this.posts.decrementAndGet();
        }
    }

    private boolean once(Setter setter) {
        // Counted first: the callback may have run before the setter returns.
        this.posts.incrementAndGet();
        boolean counted = false;
        try {
            boolean takenBack = setter.set();
            counted = true;
            return takenBack;
        }
        finally {
            if (!counted) {
                this.posts.decrementAndGet();
            }
        }
    }

    private static Duration micros(Random random, int most) {
        return Duration.ofNanos(1 + random.nextInt(most) * 1_000L);
    }

    @FunctionalInterface
    private interface Setter {

        boolean set();

    }

}
