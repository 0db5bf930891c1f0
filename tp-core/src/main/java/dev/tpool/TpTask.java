package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A one-shot callback that is posted again and again: its name, what it does and whom its
 * ends are told to, in one object that all of its posts share. It is the form that costs
 * least, see {@link TpEnvironment#trySubmit(TpTask, Object)}.
 *
 * @param <C> the type of the context, which is a post's own
 */
public interface TpTask<C extends @Nullable Object> extends TpSimpleCallback<C>, TpCompletion {

    /**
     * A name for logs and snapshots.
     * @return the name
     */
    String name();

}
