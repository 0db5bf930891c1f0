package dev.tpool.spring;

import org.springframework.context.ApplicationEvent;

/**
 * The pools of a context have come to their end. Published once, while the context is
 * closing: after the web server and Spring's executors have stopped and before any bean
 * is destroyed. Listeners are called on a thread of the shutdown and within its limit, so
 * they have to be quick.
 */
public final class TpShutdownReportEvent extends ApplicationEvent {

    private final transient TpShutdownReport report;

    /**
     * Creates the event.
     * @param source what has brought the pools to their end
     * @param report what became of the callbacks
     */
    public TpShutdownReportEvent(TpShutdown source, TpShutdownReport report) {
        super(source);
        this.report = report;
    }

    /**
     * What ran, what was dropped and what still runs.
     * @return the report
     */
    public TpShutdownReport getReport() {
        return this.report;
    }

}
