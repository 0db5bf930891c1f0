package dev.tpool.boot.autoconfigure.annotation;

import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpTriggers;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Warns, once at the start, of timers and waits that nothing keeps alive: all threads of
 * pools are daemons, so that an application without a web server may end with its
 * {@code main}, without a word.
 */
final class KeepAliveCheck implements ApplicationListener<ApplicationReadyEvent> {

    private static final Log logger = LogFactory.getLog(KeepAliveCheck.class);

    private final TpTriggers triggers;

    private final ApplicationContext context;

    KeepAliveCheck(TpTriggers triggers, ApplicationContext context) {
        this.triggers = triggers;
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        SpringApplication application = event.getSpringApplication();
        if (event.getApplicationContext() == this.context
                && application.getWebApplicationType() == WebApplicationType.NONE && !application.isKeepAlive()) {
            this.triggers.triggers()
                .stream()
                .filter(TpTrigger::isActive)
                .findFirst()
                .ifPresent((trigger) -> logger.warn(trigger + " is active, but the threads of pools keep no "
                        + "application alive: unless something else does, this one ends with its main method. Set "
                        + "'spring.main.keep-alive=true'"));
        }
    }

}
