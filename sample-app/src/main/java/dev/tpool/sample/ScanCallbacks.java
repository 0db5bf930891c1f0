package dev.tpool.sample;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

import dev.tpool.TpCallbackInstance;
import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpMutex;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * What the workers do for a scan. To call a method is to post a callback: it returns at
 * once, and its future completes after the completion actions.
 */
@Component
class ScanCallbacks {

    /*-
     * Who holds what, and what it waits for meanwhile. Read from top to bottom, nobody waits
     * for something that a line above holds, so no circle can close.
     *
     *   callback                     holds                   waits for
     *   feed (ScanFeeder)            nothing                 open-files
     *   digest                       open-files              index
     *   digest, on its last lines    open-files, index       nothing
     *   compare                      index                   nothing
     *   storeFound, store, finish    writer                  nothing
     *
     * Feeders are in a pool of their own. In the pool of the jars they could take every worker
     * while they wait for permits that only those workers give back.
     */

    private final ScanRepository repository;

    private final TpMutex writer;

    private final TpCriticalSection index;

    ScanCallbacks(ScanRepository repository, TpRegistry registry) {
        this.repository = repository;
        this.writer = registry.mutex("writer");
        this.index = registry.section("index");
    }

    /**
     * Reads a jar. The caller has acquired the permit that is released here, whether this
     * method returns or throws.
     */
    @TpCallback(releaseSemaphore = "open-files")
    CompletableFuture<JarDigest> digest(Scan scan, Jar jar, TpEnvironment environment, TpCleanupGroup group) {
        JarDigest digest = JarDigest.of(jar);
        this.index.enter();
        // Not in the annotation: before this line the section is not ours to leave.
        TpCallbackInstance.current().leaveCriticalSectionWhenCallbackReturns(this.index);
        scan.index().add(digest);
        return CompletableFuture.completedFuture(digest);
    }

    @TpCallback(environment = "storing", releaseMutex = "writer")
    CompletableFuture<@Nullable Void> storeFound(Scan scan, int jars, List<Finding> findings, TpCleanupGroup group) {
        this.writer.lock();
        this.repository.saveFound(scan.id(), jars, findings);
        return CompletableFuture.completedFuture(null);
    }

    @TpCallback(environment = "storing", releaseMutex = "writer")
    CompletableFuture<@Nullable Void> store(Scan scan, JarDigest digest, TpCleanupGroup group) {
        this.writer.lock();
        this.repository.save(scan.id(), digest);
        return CompletableFuture.completedFuture(null);
    }

    @TpCallback(environment = "storing", leaveSection = "index")
    CompletableFuture<SortedMap<String, List<String>>> compare(Scan scan, TpCleanupGroup group) {
        this.index.enter();
        return CompletableFuture.completedFuture(scan.index().duplicates());
    }

    /**
     * Records how a scan ended. Not a member of the scan's group: it has to run when the
     * group is closed as well.
     */
    @TpCallback(environment = "storing", releaseMutex = "writer", setEvent = "scan-done")
    CompletableFuture<@Nullable Void> finish(Scan scan, @Nullable Map<String, List<String>> duplicates,
            @Nullable String reason) {
        this.writer.lock();
        try {
            this.repository.finish(scan.id(), scan.state(), duplicates, reason);
        }
        finally {
            // Before the event is set, or who waits for it would find nothing new.
            scan.recorded();
        }
        return CompletableFuture.completedFuture(null);
    }

}
