package dev.tpool.spring.annotation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import dev.tpool.TpDeferredCallback;
import dev.tpool.TpEnvironment;
import dev.tpool.TpRejectedException;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;

/**
 * The entry of the callbacks of a method: posts the calls, each as soon as it was given
 * what it needs.
 *
 * @param <C> the type of what differs from call to call
 * @param method the method
 * @param semaphore whose permits are acquired, if any
 * @param count how many
 * @param mutex the line for a mutex, if any
 * @param section the line for a section, if any
 * @param whenUnavailable what to do if something is not to be had
 * @param waitAtMost how long the caller waits, if it does
 */
record Entry<C>(EntryMethod<C> method, @Nullable TpSemaphore semaphore, int count, @Nullable EntryLine mutex,
        @Nullable EntryLine section, TpWhenUnavailable whenUnavailable, @Nullable Duration waitAtMost) {

    /**
     * Accepts or refuses a call.
     * @return the future of the callback, which tells of a refusal, too; {@code null} if
     * nobody holds one
     * @throws TpRejectedException if the call was refused and nobody holds a future
     */
    @Nullable CompletableFuture<@Nullable Object> post(TpEnvironment target, C what) {
        EntryCall<C> call;
        TpDeferredCallback deferred;
        try {
            call = new EntryCall<>(this, target.pool(), what);
            // First its place in the queue: who waits for that must not keep anything
            // from others.
            deferred = target.tryDefer(call, this.method.context(what));
        }
        catch (IllegalArgumentException ex) {
            return reject(rejection(ex.getMessage(), ex));
        }
        catch (TpRejectedException ex) {
            return reject(ex);
        }
        catch (IllegalStateException ex) {
            return reject(Refusal.of(this.method.name(), ex));
        }
        TpRejectedException rejection = (deferred != null) ? call.begin(deferred)
                : target.pool().rejection(this.method.name());
        if (rejection != null) {
            return reject(rejection);
        }
        return this.method.returnsFuture() ? call : null;
    }

    TpRejectedException rejection(@Nullable String reason, @Nullable Throwable cause) {
        return Refusal.of(this.method.name(), reason, cause);
    }

    private CompletableFuture<@Nullable Object> reject(TpRejectedException rejection) {
        if (!this.method.returnsFuture()) {
            throw rejection;
        }
        return CompletableFuture.failedFuture(rejection);
    }

}
