package dev.tpool.sample;

import java.time.Duration;

import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.annotation.TpCallback;
import dev.tpool.sync.TpEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Tells what the scan at start-up has found.
 */
@Component
class StartupReport {

    private static final Logger logger = LoggerFactory.getLogger(StartupReport.class);

    private final ScanRepository repository;

    private final TpEvent scanDone;

    StartupReport(ScanRepository repository, TpRegistry registry) {
        this.repository = repository;
        this.scanDone = registry.event("scan-done");
    }

    @TpCallback("waiting")
    void printWhenDone(Scan scan) throws InterruptedException {
        // The event is for the end of any scan.
        while (!scan.isRecorded()) {
            this.scanDone.await();
        }
        ScanSummary summary = this.repository.get(scan.id());
        Duration time = Duration.between(summary.started(),
                (summary.ended() != null) ? summary.ended() : summary.started());
        logger.info(
                "Summary of the class path: {}, {} jars, {} entries, {} bytes, {} classes present in more than one jar, "
                        + "{} findings, {} ms",
                summary.state(), summary.jars(), summary.entries(), summary.bytes(), summary.duplicateClasses(),
                summary.findingCount(), time.toMillis());
    }

}
