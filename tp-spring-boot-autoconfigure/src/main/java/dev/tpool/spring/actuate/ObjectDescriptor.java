package dev.tpool.spring.actuate;

import java.util.List;

import dev.tpool.TpObjectKind;
import dev.tpool.TpObjectSnapshot;
import dev.tpool.TpPriority;
import org.jspecify.annotations.Nullable;

/**
 * One object of a pool or member of a cleanup group.
 *
 * @param name its name
 * @param kind its kind
 * @param priority the priority of its callbacks
 * @param cleanupGroup its cleanup group, or {@code null}
 * @param pending its callbacks that are queued
 * @param running its callbacks that are running
 * @param closed whether it was closed and only lives on for what is outstanding
 */
public record ObjectDescriptor(String name, TpObjectKind kind, TpPriority priority, @Nullable String cleanupGroup,
        long pending, int running, boolean closed) {

    /**
     * How many are listed: an answer about a million timers would be of use to nobody.
     */
    static final int LISTED = 1000;

    static List<ObjectDescriptor> first(List<TpObjectSnapshot> objects) {
        return objects.stream().limit(LISTED).map(ObjectDescriptor::of).toList();
    }

    private static ObjectDescriptor of(TpObjectSnapshot object) {
        return new ObjectDescriptor(object.name(), object.kind(), object.priority(), object.cleanupGroup(),
                object.pending(), object.running(), object.closed());
    }

}
