package dev.tpool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousByteChannel;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Posts its callback whenever an asynchronous operation of a {@code java.nio} channel
 * completes: the counterpart of {@code TP_IO}. Start each operation with an
 * {@link Operation} of its own: <pre>{@code
 * TpIo.Operation<Integer> operation = io.start("header");
 * try {
 *     channel.read(buffer, 0, null, operation);
 * }
 * catch (RuntimeException ex) {
 *     operation.cancel();
 *     throw ex;
 * }
 * }</pre> The {@code read} and {@code write} methods do just that. An operation holds no
 * worker while it is in flight, and each completion belongs to its own operation.
 */
public final class TpIo extends TpObject {

    private final TpIoCallback<@Nullable Object> callback;

    private final @Nullable Object context;

    private final Results results = new Results();

    /** Operations in flight that a wait waits for; guarded by the lock. */
    private long started;

    /** All operations in flight, written off or not; guarded by the lock. */
    private long inFlight;

    /**
     * Operations started under an earlier number are written off; guarded by the lock.
     */
    private int generation;

    TpIo(@Nullable String name, TpEnvironment environment, TpIoCallback<@Nullable Object> callback,
            @Nullable Object context) {
        super(name, environment, 0);
        this.callback = callback;
        this.context = context;
    }

    @Override
    public TpObjectKind kind() {
        return TpObjectKind.IO;
    }

    /**
     * Makes a group of asynchronous socket channels whose events are handled by callbacks
     * of an environment; open the channels with it. One worker waits for events as long
     * as the group lives, so the pool needs at least one more. The callbacks are no
     * members of the environment's cleanup group, whose close would wait for them for
     * ever, and run in no captured context, and a pool that
     * {@linkplain TpPool#cancelPendingCallbacks() drops what is queued} leaves them. The
     * group goes on if its pool is closed, and the pool ends after the group: shut the
     * group down, and close its channels.
     * @param environment where the group's callbacks run
     * @return the group
     * @throws IOException if the platform refuses it
     * @throws IllegalArgumentException if the pool may have only one thread, or its queue
     * is bounded, since a completion that is refused would be lost
     * @throws IllegalStateException if the pool is closed
     */
    public static AsynchronousChannelGroup channelGroup(TpEnvironment environment) throws IOException {
        TpPool pool = environment.pool();
        if (pool.threadMaximum() < 2 || pool.queueCapacity() > 0) {
            throw new IllegalArgumentException("a channel group needs a pool of at least 2 threads with an unbounded"
                    + " queue; " + pool + " has at most " + pool.threadMaximum() + " and a queue capacity of "
                    + pool.queueCapacity());
        }
        TpEnvironment own = environment.toBuilder().cleanupGroup(null).contextCapture(null).runsLong(true).build();
        return AsynchronousChannelGroup.withCachedThreadPool(new EnvironmentExecutor(own), 1);
    }

    /**
     * Announces one operation ({@code StartThreadpoolIo}). From now on it counts as
     * outstanding.
     * @param <V> the type of the operation's result
     * @param attachment handed to the callback
     * @return the handler to start the operation with, good for one operation
     * @throws IllegalStateException if the object was closed
     */
    public <V extends @Nullable Object> Operation<V> start(@Nullable Object attachment) {
        TpActivationContext captured = environment().capture();
        lock();
        try {
            // First what takes memory: what runs out of it has counted nothing.
            Operation<V> operation = new Operation<>(this, attachment, captured, this.generation);
            setFlagsIfOpen(ObjectState.STARTED | ObjectState.IN_FLIGHT);
            this.started++;
            this.inFlight++;
            return operation;
        }
        finally {
            unlock();
        }
    }

    /**
     * Reads from a file.
     * @param channel the file
     * @param target where the bytes go
     * @param position where in the file to begin
     * @param attachment handed to the callback
     * @throws RuntimeException what the channel throws; the operation does not count then
     */
    public void read(AsynchronousFileChannel channel, ByteBuffer target, long position, @Nullable Object attachment) {
        issue(attachment, (Operation<Integer> operation) -> channel.read(target, position, null, operation));
    }

    /**
     * Writes to a file.
     * @param channel the file
     * @param source where the bytes come from
     * @param position where in the file to begin
     * @param attachment handed to the callback
     * @throws RuntimeException what the channel throws; the operation does not count then
     */
    public void write(AsynchronousFileChannel channel, ByteBuffer source, long position, @Nullable Object attachment) {
        issue(attachment, (Operation<Integer> operation) -> channel.write(source, position, null, operation));
    }

    /**
     * Reads from a stream of bytes.
     * @param channel the socket or other channel
     * @param target where the bytes go
     * @param attachment handed to the callback
     * @throws RuntimeException what the channel throws; the operation does not count then
     */
    public void read(AsynchronousByteChannel channel, ByteBuffer target, @Nullable Object attachment) {
        issue(attachment, (Operation<Integer> operation) -> channel.read(target, null, operation));
    }

    /**
     * Writes to a stream of bytes.
     * @param channel the socket or other channel
     * @param source where the bytes come from
     * @param attachment handed to the callback
     * @throws RuntimeException what the channel throws; the operation does not count then
     */
    public void write(AsynchronousByteChannel channel, ByteBuffer source, @Nullable Object attachment) {
        issue(attachment, (Operation<Integer> operation) -> channel.write(source, null, operation));
    }

    /**
     * The operations that are in flight, those among them that were written off not
     * counted.
     * @return their number at this moment
     */
    public long started() {
        lock();
        try {
            return this.started;
        }
        finally {
            unlock();
        }
    }

    private void issue(@Nullable Object attachment, Issue issue) {
        Operation<Integer> operation = start(attachment);
        try {
            issue.with(operation);
        }
        catch (RuntimeException | Error ex) {
            operation.cancel();
            throw ex;
        }
    }

    /**
     * Drops what is queued and writes off what is in flight: those operations go on, but
     * nobody waits for them and their completions are swallowed.
     */
    @Override
    long cancelOutstanding() {
        lock();
        try {
            this.generation++;
            this.started = 0;
            clearFlags(ObjectState.STARTED);
        }
        finally {
            unlock();
        }
        long dropped = cancelPendingCallbacks();
        countsChanged();
        return dropped;
    }

    private void over(Operation<?> operation, boolean completed, @Nullable Object result,
            @Nullable Throwable exception) {
        Post post = Post.REFUSED;
        try {
            post = countOver(operation, completed, result, exception);
        }
        finally {
            finishPost(post);
            countsChanged();
        }
    }

    private Post countOver(Operation<?> operation, boolean completed, @Nullable Object result,
            @Nullable Throwable exception) {
        lock();
        try {
            if (operation.over) {
                throw new IllegalStateException("this operation of " + this + " is over already");
            }
            operation.over = true;
            boolean awaited = operation.generation == this.generation;
            try {
                return (awaited && completed)
                        ? countPost(this.results, true, ResultInContext
                            .of(new TpIoCompletion(operation.attachment, result, exception), operation.captured))
                        : Post.REFUSED;
            }
            finally {
                // Though there may be no memory for the callback, which the channel is
                // told of: nobody waits for what is not in flight any more.
                this.inFlight--;
                this.started -= awaited ? 1 : 0;
                clearFlags(((this.started == 0) ? ObjectState.STARTED : 0)
                        | ((this.inFlight == 0) ? ObjectState.IN_FLIGHT : 0));
            }
        }
        finally {
            unlock();
        }
    }

    private void lock() {
        this.results.lock();
    }

    private void unlock() {
        this.results.unlock();
    }

    @Override
    boolean isClaimedByStateAlone() {
        return false;
    }

    @Override
    long takeOne(TpCallbackInstance instance) {
        return takeOne(this.results, instance);
    }

    @Override
    long dropPending() {
        return dropPending(this.results);
    }

    @Override
    boolean countsAgainstCapacity() {
        return false;
    }

    @Override
    @SuppressWarnings("NullAway") // The type of the context says whether it may be null,
                                  // and each callback has a result.
    void invoke(TpCallbackInstance instance) throws Exception {
        this.callback.run(instance, this.context, (TpIoCompletion) instance.payload, this);
    }

    @Override
    @Nullable Object context() {
        return this.context;
    }

    @FunctionalInterface
    private interface Issue {

        void with(Operation<Integer> operation);

    }

    /**
     * One asynchronous operation: hand it to the channel as the completion handler.
     *
     * @param <V> the type of the operation's result
     */
    public static final class Operation<V extends @Nullable Object> implements CompletionHandler<V, @Nullable Object> {

        private final TpIo io;

        private final @Nullable Object attachment;

        private final @Nullable TpActivationContext captured;

        private final int generation;

        /** Guarded by the lock of the I/O object. */
        private boolean over;

        private Operation(TpIo io, @Nullable Object attachment, @Nullable TpActivationContext captured,
                int generation) {
            this.io = Objects.requireNonNull(io);
            this.attachment = attachment;
            this.captured = captured;
            this.generation = generation;
        }

        /**
         * Takes the operation back ({@code CancelThreadpoolIo}): it was not started after
         * all, since the channel refused it. Does not abort an operation in flight.
         * @throws IllegalStateException if it has completed or was taken back before
         */
        public void cancel() {
            this.io.over(this, false, null, null);
        }

        /**
         * Called by the channel: posts the callback. The channel's own attachment is not
         * used.
         */
        @Override
        public void completed(V result, @Nullable Object ignored) {
            this.io.over(this, true, result, null);
        }

        /**
         * Called by the channel: posts the callback. The channel's own attachment is not
         * used.
         */
        @Override
        public void failed(Throwable exception, @Nullable Object ignored) {
            this.io.over(this, true, null, exception);
        }

    }

}
