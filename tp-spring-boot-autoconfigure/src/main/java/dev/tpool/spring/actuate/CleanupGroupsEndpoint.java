package dev.tpool.spring.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpObjectSnapshot;
import dev.tpool.spring.TpRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The cleanup groups at this moment, with their members.
 */
@Endpoint(id = "cleanupgroups", defaultAccess = Access.READ_ONLY)
public final class CleanupGroupsEndpoint {

    private final TpRegistry registry;

    /**
     * Creates the endpoint.
     * @param registry the groups
     */
    public CleanupGroupsEndpoint(TpRegistry registry) {
        this.registry = registry;
    }

    /**
     * All groups.
     * @return the groups by name
     */
    @ReadOperation
    public CleanupGroupsDescriptor cleanupGroups() {
        Map<String, CleanupGroupDescriptor> groups = new LinkedHashMap<>();
        this.registry.cleanupGroups().forEach((name, group) -> groups.put(name, CleanupGroupDescriptor.of(group)));
        return new CleanupGroupsDescriptor(groups);
    }

    /**
     * One group.
     * @param group its name
     * @return the group, or {@code null} if there is none of that name
     */
    @ReadOperation
    public @Nullable CleanupGroupDescriptor cleanupGroup(@Selector String group) {
        return this.registry.names(TpCleanupGroup.class).contains(group)
                ? CleanupGroupDescriptor.of(this.registry.cleanupGroup(group)) : null;
    }

    /**
     * All groups.
     *
     * @param groups the groups by name
     */
    public record CleanupGroupsDescriptor(Map<String, CleanupGroupDescriptor> groups) implements OperationResponseBody {
    }

    /**
     * One group.
     *
     * @param memberCount the number of its members, outstanding one-shot callbacks among
     * them
     * @param members the first thousand of them
     */
    public record CleanupGroupDescriptor(int memberCount,
            List<ObjectDescriptor> members) implements OperationResponseBody {

        static CleanupGroupDescriptor of(TpCleanupGroup group) {
            List<TpObjectSnapshot> members = group.snapshot().members();
            return new CleanupGroupDescriptor(members.size(), ObjectDescriptor.first(members));
        }

    }

}
