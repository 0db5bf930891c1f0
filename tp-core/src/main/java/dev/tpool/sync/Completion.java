package dev.tpool.sync;

import java.util.concurrent.CompletionStage;

/**
 * A manual-reset event that nobody can reset, set when something ends.
 */
final class Completion implements TpWaitable {

    private final Object source;

    private final TpEvent ended = TpEvent.manualReset();

    /**
     * @param source what is waited for, for messages
     * @param stage completes, either way, when the source ends
     */
    Completion(Object source, CompletionStage<?> stage) {
        this.source = source;
        TpEvent event = this.ended;
        stage.whenComplete((result, failure) -> event.set());
    }

    @Override
    public Registration register(Waiter waiter) {
        return this.ended.register(waiter);
    }

    @Override
    public String toString() {
        return "TpWaitable[" + this.source + "]";
    }

}
