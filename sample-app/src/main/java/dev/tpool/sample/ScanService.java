package dev.tpool.sample;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

import dev.tpool.TpCloseReport;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpRegistry.Registration;
import dev.tpool.sync.TpMutex;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;

/**
 * Begins and ends scans.
 */
@Service
class ScanService {

    private static final Logger logger = LoggerFactory.getLogger(ScanService.class);

    private final ScanRepository repository;

    private final ScanFeeder feeder;

    private final ScanCallbacks callbacks;

    private final TpRegistry registry;

    private final TpMutex writer;

    private final Map<Long, Running> running = new ConcurrentHashMap<>();

    ScanService(ScanRepository repository, ScanFeeder feeder, ScanCallbacks callbacks, TpRegistry registry) {
        this.repository = repository;
        this.feeder = feeder;
        this.callbacks = callbacks;
        this.registry = registry;
        this.writer = registry.mutex("writer");
    }

    /**
     * Begins a scan and does not wait for it.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // finish() logs any failure
    Scan start(JarSource source, ScanOrigin origin) {
        long id = create(source, origin);
        Scan scan = new Scan(id, source, this.registry.environment(origin.environment()));
        this.running.put(id, new Running(scan, this.registry.register(scan.group().name(), scan.group())));
        this.feeder.feed(scan, scan.group()).thenCompose((allStored) -> {
            logger.info("{}: all jars stored", scan);
            return this.callbacks.compare(scan, scan.group());
        }).whenComplete((duplicates, failure) -> {
            if (scan.end((failure == null) ? ScanState.DONE : ScanState.FAILED)) {
                finish(scan, duplicates, reason(failure));
            }
        });
        return scan;
    }

    /**
     * Cancels a scan: what has begun is let run to its end, what is queued is dropped.
     * Returns when nothing of it is left.
     * @throws ScanProblem if there is no such scan, or it has ended
     */
    Cancellation cancel(long id) throws InterruptedException {
        Running known = this.running.get(id);
        if (known == null) {
            throw ScanProblem.over(id, this.repository.get(id).state());
        }
        if (!known.scan().end(ScanState.CANCELLED)) {
            throw ScanProblem.over(id, known.scan().state());
        }
        return stop(known.scan());
    }

    /**
     * Ends what is running while there are still workers to record it.
     */
    @EventListener(ContextClosedEvent.class)
    void interrupt() throws InterruptedException {
        for (Running each : this.running.values()) {
            if (each.scan().end(ScanState.INTERRUPTED)) {
                stop(each.scan());
            }
        }
    }

    private long create(JarSource source, ScanOrigin origin) {
        this.writer.lock();
        try {
            return this.repository.create(source.name(), origin);
        }
        finally {
            this.writer.unlock();
        }
    }

    private Cancellation stop(Scan scan) throws InterruptedException {
        long ran = 0;
        long dropped = 0;
        try {
            // More than once: what is let run to its end may post something new.
            do {
                TpCloseReport report = scan.group().closeMembers(true, null);
                ran += report.ran();
                dropped += report.dropped();
            }
            while (scan.group().size() > 0);
        }
        finally {
            finish(scan, null, null).join();
        }
        return new Cancellation(scan.id(), scan.state(), ran, dropped);
    }

    private CompletableFuture<@Nullable Void> finish(Scan scan, @Nullable Map<String, List<String>> duplicates,
            @Nullable String reason) {
        return this.callbacks.finish(scan, duplicates, reason).whenComplete((nothing, failure) -> {
            Running ended = this.running.remove(scan.id());
            if (ended != null) {
                ended.registration().close();
            }
            if (failure != null) {
                logger.error("{}: its end could not be recorded", scan, failure);
            }
            else {
                logger.info("{}: {}", scan, scan.state().name().toLowerCase(Locale.ROOT));
            }
        });
    }

    private static @Nullable String reason(@Nullable Throwable failure) {
        Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : failure;
        return (cause != null) ? cause.toString() : null;
    }

    /**
     * A scan that is not recorded as ended, and its place in the registry, by which
     * Actuator shows its cleanup group.
     */
    private record Running(Scan scan, Registration registration) {
    }

    /**
     * What became of a cancelled scan's callbacks.
     *
     * @param ran those that were let run to their end
     * @param dropped those that never began
     */
    record Cancellation(long id, ScanState state, long ran, long dropped) {
    }

}
