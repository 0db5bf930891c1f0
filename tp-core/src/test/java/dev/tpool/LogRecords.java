package dev.tpool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps what the engine logs, instead of having it printed.
 */
final class LogRecords extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger(TpPool.class.getName());

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    LogRecords() {
        this.logger.setUseParentHandlers(false);
        this.logger.addHandler(this);
    }

    List<String> messages() {
        return this.records.stream().map(LogRecord::getMessage).toList();
    }

    List<Throwable> failures() {
        return this.records.stream().map(LogRecord::getThrown).toList();
    }

    @Override
    public void publish(LogRecord logRecord) {
        this.records.add(logRecord);
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
        this.logger.removeHandler(this);
        this.logger.setUseParentHandlers(true);
    }

}
