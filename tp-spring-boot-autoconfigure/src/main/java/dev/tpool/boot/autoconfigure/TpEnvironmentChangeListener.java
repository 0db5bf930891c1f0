package dev.tpool.boot.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Refreshes the pools when Spring Cloud says that the environment has changed. The event
 * is known by its name, so that Spring Cloud need not be there.
 */
final class TpEnvironmentChangeListener implements SmartApplicationListener {

    static final String EVENT = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

    private static final Log logger = LogFactory.getLog(TpEnvironmentChangeListener.class);

    private final TpReconfiguration reconfiguration;

    TpEnvironmentChangeListener(TpReconfiguration reconfiguration) {
        this.reconfiguration = reconfiguration;
    }

    @Override
    public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
        return eventType.getName().equals(EVENT);
    }

    /**
     * A change that is not valid is told in the log and not thrown: it would keep other
     * listeners from hearing of the event.
     */
    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        try {
            this.reconfiguration.refresh();
        }
        catch (RuntimeException ex) {
            logger.error("The changed properties of the thread pools are refused, and the pools stay as they are: "
                    + ex.getMessage(), ex);
        }
    }

}
