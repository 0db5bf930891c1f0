package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * Told that an object was released by the close of its cleanup group with pending
 * callbacks cancelled: the counterpart of {@code PTP_CLEANUP_GROUP_CANCEL_CALLBACK}.
 */
@FunctionalInterface
public interface TpCancelCallback {

    /**
     * Called once per member, on the thread that closes the group's members, after the
     * member's running callbacks have ended.
     * @param objectContext the context of the object, as given when it was created
     * @param cleanupContext what the closing thread handed in
     */
    void cancel(@Nullable Object objectContext, @Nullable Object cleanupContext);

}
