package dev.tpool.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpRejectedException;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Posts the jars of a scan, not faster than the semaphore {@code open-files} allows.
 */
@Component
class ScanFeeder {

    private static final Logger logger = LoggerFactory.getLogger(ScanFeeder.class);

    /** How long a feeder that waits for a permit may overlook that its scan has ended. */
    private static final Duration LOOK_UP = Duration.ofMillis(100);

    private final ScanCallbacks callbacks;

    private final TpSemaphore openFiles;

    ScanFeeder(ScanCallbacks callbacks, TpRegistry registry) {
        this.callbacks = callbacks;
        this.openFiles = registry.semaphore("open-files");
    }

    /**
     * Finds the jars and posts a callback for each.
     * @return completes when the last jar is stored; cancelled if the scan ended before
     */
    @TpCallback("waiting")
    CompletableFuture<Void> feed(Scan scan, TpCleanupGroup group) {
        JarSource.Found found = scan.source().find(() -> !scan.isRunning());
        if (!scan.isRunning()) {
            return cancelled();
        }
        logger.info("{}: found {} jars", scan, found.jars().size());
        List<CompletableFuture<?>> stored = new ArrayList<>();
        stored.add(this.callbacks.storeFound(scan, found.jars().size(), found.findings(), group));
        logger.info("{}: digesting, at most {} jars at once", scan, this.openFiles.maximum());
        for (Jar jar : found.jars()) {
            if (!acquirePermit(scan)) {
                return cancelled();
            }
            stored.add(digestAndStore(scan, jar, group));
        }
        return CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new));
    }

    /**
     * Acquires a permit for the next jar.
     * @return false if the scan has ended; then none was acquired
     */
    private boolean acquirePermit(Scan scan) {
        while (scan.isRunning()) {
            if (tryAcquirePermit()) {
                if (scan.isRunning()) {
                    return true;
                }
                // It came from a jar that was dropped, and is not for the next one.
                this.openFiles.release();
            }
        }
        return false;
    }

    private boolean tryAcquirePermit() {
        try {
            return this.openFiles.tryAcquire(LOOK_UP);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a permit", ex);
        }
    }

    private static CompletableFuture<Void> cancelled() {
        return CompletableFuture.failedFuture(new CancellationException());
    }

    private CompletableFuture<@Nullable Void> digestAndStore(Scan scan, Jar jar, TpCleanupGroup group) {
        return this.callbacks.digest(scan, jar, scan.environment(), group)
            .whenComplete(this::returnPermitIfNotRun)
            .thenCompose((digest) -> this.callbacks.store(scan, digest, group));
    }

    /**
     * A callback that was dropped or refused has not run, and neither have its completion
     * actions: the permit acquired for it is still out.
     */
    private void returnPermitIfNotRun(@Nullable JarDigest digest, @Nullable Throwable failure) {
        if (failure instanceof CancellationException || failure instanceof TpRejectedException) {
            this.openFiles.release();
        }
    }

}
