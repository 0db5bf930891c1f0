package dev.tpool;

import org.jspecify.annotations.Nullable;

/**
 * One object at one moment.
 *
 * @param name its name
 * @param kind its kind
 * @param priority the priority of its callbacks
 * @param cleanupGroup the name of its cleanup group, or {@code null}
 * @param pending its callbacks that are queued
 * @param running its callbacks that are running
 * @param closed whether it was closed and only lives on for what is pending or running;
 * never said of a one-shot
 */
public record TpObjectSnapshot(String name, TpObjectKind kind, TpPriority priority, @Nullable String cleanupGroup,
        long pending, int running, boolean closed) {

    static TpObjectSnapshot of(TpObject object) {
        TpEnvironment environment = object.environment();
        return new TpObjectSnapshot(object.pool().nameOf(object), object.kind(), environment.priority(),
                environment.groupName(), object.pending(), object.running(),
                object.kind() != TpObjectKind.ONE_SHOT && object.isClosed());
    }

}
