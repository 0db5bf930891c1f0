package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * The parts of a task that were given one by one.
 *
 * @param name its name
 * @param callback what it does
 * @param completion whom its end is told to
 */
record ToldTask(String name, TpSimpleCallback<@Nullable Object> callback,
        TpCompletion completion) implements TpTask<@Nullable Object> {

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    public void run(TpCallbackInstance instance, @Nullable Object context) throws Exception {
        this.callback.run(instance, context);
    }

    @Override
    public void completed(@Nullable Throwable failure) {
        this.completion.completed(failure);
    }

    @Override
    public void cancelled() {
        this.completion.cancelled();
    }

}
