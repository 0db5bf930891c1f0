package dev.tpool;

import java.time.Duration;
import java.util.List;
import java.util.Random;

import dev.tpool.sync.TpEvent;

/**
 * A work, timer, wait or I/O object that can be made to post a callback at once.
 *
 * @param object the object
 * @param poster posts one callback
 */
record AnyObject(TpObject object, Runnable poster) {

    static final List<TpObjectKind> KINDS = List.of(TpObjectKind.WORK, TpObjectKind.TIMER, TpObjectKind.WAIT,
            TpObjectKind.IO);

    static AnyObject create(Random random, TpEnvironment environment, Callback callback) {
        return create(KINDS.get(random.nextInt(KINDS.size())), environment, callback);
    }

    static AnyObject create(TpObjectKind kind, TpEnvironment environment, Callback callback) {
        return switch (kind) {
            case WORK -> {
                TpWork work = environment.work((instance, context, self) -> callback.run(instance, self), null);
                yield new AnyObject(work, work::submit);
            }
            case TIMER -> {
                TpTimer timer = environment.timer((instance, context, self) -> callback.run(instance, self), null);
                yield new AnyObject(timer, () -> timer.set(Duration.ZERO));
            }
            case WAIT -> {
                TpEvent event = TpEvent.manualReset();
                TpWait wait = environment.wait((instance, context, self, result) -> callback.run(instance, self), null);
                yield new AnyObject(wait, () -> wait.set(event, Duration.ZERO));
            }
            case IO -> {
                TpIo io = environment.io((instance, context, completion, self) -> callback.run(instance, self), null);
                yield new AnyObject(io, () -> io.<Integer>start(null).completed(1, null));
            }
            default -> throw new IllegalArgumentException(kind + " is no object");
        };
    }

    void post() {
        this.poster.run();
    }

    /**
     * What any of the objects runs.
     */
    @FunctionalInterface
    interface Callback {

        void run(TpCallbackInstance instance, TpObject self) throws Exception;

    }

}
