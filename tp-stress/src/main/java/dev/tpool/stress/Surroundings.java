package dev.tpool.stress;

import dev.tpool.TpEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * An environment, and the accounts of what it names.
 *
 * @param environment the environment
 * @param pool its pool
 * @param group its group
 * @param library its library
 * @param activated whether it has an activation context
 */
record Surroundings(TpEnvironment environment, PoolAccount pool, @Nullable GroupAccount group,
        @Nullable LibraryAccount library, boolean activated) {

    /**
     * Whether something that it names may have been closed, so that it may refuse.
     */
    boolean mayRefuse() {
        return this.pool.pool.isClosed() || (this.library != null && this.library.library.references() == 0)
                || (this.group != null && this.group.mayRefuse());
    }

    boolean takesPosts(boolean fromCallback) {
        return this.pool.backlog < 2000 && (this.group == null || this.group.takesPosts())
                && (!fromCallback || this.pool.takesPostsOfCallbacks());
    }

}
