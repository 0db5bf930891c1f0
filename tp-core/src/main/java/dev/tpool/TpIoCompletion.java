package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * What came of one asynchronous operation.
 *
 * @param attachment what was handed in when the operation was started, the counterpart of
 * the {@code OVERLAPPED} structure
 * @param result what the channel returned, or {@code null} if the operation failed or
 * returns nothing
 * @param exception why the operation failed, or {@code null}; an operation whose channel
 * was closed meanwhile fails with {@link java.nio.channels.AsynchronousCloseException}
 */
public record TpIoCompletion(@Nullable Object attachment, @Nullable Object result, @Nullable Throwable exception) {

    /**
     * The bytes that were transferred.
     * @return their number, -1 at the end of the stream, 0 if the operation failed or
     * transfers none
     */
    public long bytes() {
        return (this.result instanceof Number bytes) ? bytes.longValue() : 0;
    }

}
