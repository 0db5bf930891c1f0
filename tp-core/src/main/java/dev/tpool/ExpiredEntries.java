package dev.tpool;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

/**
 * Entries that have expired, each under the lock of its shard, and what is left to do for
 * them once that was left. Takes no memory after it was made. Not for use by several
 * threads at once.
 */
final class ExpiredEntries {

    /**
     * So many are handed over at once: few enough that they are still in the cache of the
     * processor.
     */
    static final int MOST = 256;

    private static final System.Logger logger = System.getLogger(TpTimer.class.getName());

    private final @Nullable ClockEntry[] entries = new @Nullable ClockEntry[MOST];

    private final TpObject.@Nullable Post[] posts = new TpObject.@Nullable Post[MOST];

    private final PostBatch batch = new PostBatch();

    private int size;

    /**
     * Adds one; there may be {@link #MOST}.
     */
    void add(ClockEntry entry, TpObject.Post post) {
        if (post != TpObject.Post.REFUSED) {
            this.entries[this.size] = entry;
            this.posts[this.size] = post;
            this.size++;
        }
    }

    /**
     * Finishes the posts of all of them. Never throws: who comes later must not suffer
     * from who came before.
     * @param own the stripe of the worker that does it, whose pool's timers they are;
     * {@code null} if none does
     */
    void finish(@Nullable Stripe own) {
        int count = this.size;
        this.size = 0;
        for (int i = 0; i < count; i++) {
            ClockEntry entry = this.entries[i];
            TpObject.Post post = this.posts[i];
            this.entries[i] = null;
            if (entry != null && post != null) {
                try {
                    finish(entry, post, own);
                }
                catch (Throwable ex) {
                    Failures.log(logger, Level.ERROR, () -> "a timer or wait could not be served", ex);
                }
            }
        }
        this.batch.flush(own);
    }

    private void finish(ClockEntry entry, TpObject.Post post, @Nullable Stripe own) {
        if (post == TpObject.Post.TO_BE_QUEUED && entry instanceof TpTimer timer) {
            this.batch.add(timer, own);
        }
        else {
            // It may call others: what came before it does not wait for them.
            this.batch.flush(own);
            entry.afterExpiry(post);
        }
    }

}
