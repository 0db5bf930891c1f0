package dev.tpool.sample;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/**
 * Scans the application's own class path when it starts, and lets it start meanwhile.
 */
@Component
class StartupScan implements ApplicationRunner {

    private final DoctorProperties properties;

    private final ScanService service;

    private final StartupReport report;

    StartupScan(DoctorProperties properties, ScanService service, StartupReport report) {
        this.properties = properties;
        this.service = service;
        this.report = report;
    }

    @Override
    public void run(ApplicationArguments arguments) throws InterruptedException {
        if (this.properties.scanOnStart()) {
            this.report.printWhenDone(this.service.start(new ClassPath(), ScanOrigin.START_UP));
        }
    }

}
