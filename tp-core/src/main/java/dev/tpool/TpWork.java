package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * A callback that can be posted again and again: the counterpart of {@code TP_WORK}.
 * Every {@link #submit()} yields exactly one execution, unless it is cancelled; posts do
 * not coalesce and may run at the same time.
 */
public final class TpWork extends TpObject {

    /**
     * The callback of those that are created with a {@link Runnable}, which is their
     * context then and needs no wrapper of its own.
     */
    static final TpWorkCallback<Runnable> RUNNABLE = (instance, callback, work) -> callback.run();

    private final TpWorkCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    TpWork(@Nullable String name, TpEnvironment environment, TpWorkCallback<@Nullable Object> callback,
            @Nullable Object context) {
        super(name, environment, 0);
        this.callback = callback;
        this.context = context;
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.WORK;
    }

    /**
     * Posts the callback once: the counterpart of {@code SubmitThreadpoolWork}. May be
     * called from any thread, the work's own callback among them, and never fails on a
     * pool with an unbounded queue.
     * @throws TpRejectedException if the pool's bounded queue refuses it
     * @throws IllegalStateException if the work was closed
     */
    public void submit() {
        if (environment().isPlain()) {
            post();
        }
        else {
            submitAside();
        }
    }

    private void submitAside() {
        checkOpen();
        TpPool pool = pool();
        TpActivationContext captured = environment().capture();
        switch (pool.admit(name(), false)) {
            case ADMITTED -> {
                Post post = Post.REFUSED;
                try {
                    if (captured != null) {
                        post = unlessRefused(countPostIn(captured));
                    }
                    else if (pool.isWatched()) {
                        post = unlessRefused(countPost(false));
                    }
                    else {
                        post();
                    }
                }
                catch (RuntimeException | Error ex) {
                    pool.takeBackAdmission();
                    throw ex;
                }
                // A monitor is told only once it is certain that it is not refused.
                finishPost(post);
            }
            case RUN_BY_CALLER -> pool.runOnCaller(this);
            case REFUSED -> throw pool.rejection(name());
        }
    }

    @Override
    boolean isLeasable() {
        return !environment().runsLong();
    }

    @Override
    boolean claimInPlace(Leases leases, int most) {
        return claimInPlace(leases, most, ObjectState.RUNNING_ONE);
    }

    @Override
    void open(Leases leases) {
        leases.open(this, this.callback, this.context);
    }

    @Override
    boolean countsAgainstCapacity() {
        return true;
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null.
    void invoke(TpCallbackInstance instance) throws Exception {
        this.callback.run(instance, this.context, this);
    }

    @Override
    @Nullable Object context() {
        return ((Object) this.callback != RUNNABLE) ? this.context : null;
    }

}
