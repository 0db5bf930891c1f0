package dev.tpool.spring.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.tpool.TpActivationContext;
import dev.tpool.TpContextCapture;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;

/**
 * Takes along what Micrometer's context propagation knows of: the observation, the
 * security context, and whatever else has a
 * {@link io.micrometer.context.ThreadLocalAccessor}. Safe for use by any thread.
 */
public final class ContextSnapshotCapture implements TpContextCapture {

    private final List<ContextSnapshotFactory> factories;

    /**
     * Captures with some factories.
     * @param factories what captures; put in force in this order. A factory that does not
     * clear what is missing in a snapshot lets a callback see what an earlier one has
     * left on the worker.
     */
    public ContextSnapshotCapture(List<ContextSnapshotFactory> factories) {
        this.factories = List.copyOf(factories);
    }

    /**
     * A factory that captures all that is registered with the
     * {@linkplain ContextRegistry#getInstance() registry of the process}, whenever it was
     * registered, and clears what is missing.
     * @return the factory
     */
    public static ContextSnapshotFactory registered() {
        return ContextSnapshotFactory.builder().clearMissing(true).build();
    }

    /**
     * A factory that captures the MDC of SLF4J, which nobody registers with the registry
     * of the process, and leaves that registry alone.
     * @return the factory
     */
    public static ContextSnapshotFactory mdc() {
        ContextRegistry registry = new ContextRegistry().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
        return ContextSnapshotFactory.builder().contextRegistry(registry).clearMissing(true).build();
    }

    @Override
    public TpActivationContext capture() {
        List<ContextSnapshot> snapshots = new ArrayList<>(this.factories.size());
        for (ContextSnapshotFactory factory : this.factories) {
            snapshots.add(factory.captureAll());
        }
        return () -> activate(snapshots);
    }

    private static TpActivationContext.Scope activate(List<ContextSnapshot> snapshots) {
        Deque<ContextSnapshot.Scope> scopes = new ArrayDeque<>(snapshots.size());
        try {
            for (ContextSnapshot snapshot : snapshots) {
                scopes.push(snapshot.setThreadLocals());
            }
        }
        catch (Throwable ex) {
            closeAll(scopes);
            throw ex;
        }
        return () -> closeAll(scopes);
    }

    /**
     * Closes every scope, whatever the others throw.
     */
    private static void closeAll(Deque<ContextSnapshot.Scope> scopes) {
        ContextSnapshot.Scope scope = scopes.poll();
        if (scope != null) {
            try {
                scope.close();
            }
            finally {
                closeAll(scopes);
            }
        }
    }

}
