package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpTrigger;
import dev.tpool.spring.TpUnknownNameException;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpSemaphore;
import dev.tpool.sync.TpWaitable;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.StringValueResolver;

/**
 * What {@link TpWait @TpWait} says.
 */
final class WaitDefinition extends TriggerDefinition {

    private final String event;

    private final String semaphore;

    private final String waitable;

    private final @Nullable Duration timeout;

    private final boolean once;

    WaitDefinition(Class<?> beanClass, Method method, TpWait annotation, StringValueResolver resolver) {
        super(TpWait.class, beanClass, method, resolver);
        this.event = text(annotation.event());
        this.semaphore = text(annotation.semaphore());
        this.waitable = text(annotation.waitable());
        this.timeout = durationAboveZero("timeout", text(annotation.timeout()), "to wait for as long as it takes");
        this.once = annotation.once();
        check();
    }

    private void check() {
        List<String> named = Stream.of(this.event, this.semaphore, this.waitable)
            .filter((name) -> !name.isEmpty())
            .toList();
        if (named.size() != 1) {
            throw wrong(
                    named.isEmpty() ? "it does not say what to wait for" : "it names more than one thing to wait for",
                    "Set one of event, semaphore and waitable.");
        }
        if (!this.once && !this.semaphore.isEmpty() && this.semaphore.equals(releasedSemaphore())) {
            throw wrong(
                    "it gives the permit of semaphore '" + this.semaphore
                            + "' back that it waits for, and would be called again and again",
                    "Release another semaphore, or set once.");
        }
        if (!this.once && !this.event.isEmpty() && this.event.equals(setEvent())) {
            throw wrong("it sets the event '" + this.event + "' that it waits for, and would be called again and again",
                    "Set another event, or set once.");
        }
    }

    @Override
    void checkNames(TpRegistry registry, ConfigurableListableBeanFactory beans) {
        super.checkNames(registry, beans);
        try {
            if (!this.event.isEmpty()) {
                registry.requireName(TpEvent.class, this.event);
                checkReset(registry.event(this.event));
            }
            else if (!this.semaphore.isEmpty()) {
                registry.requireName(TpSemaphore.class, this.semaphore);
            }
            else {
                requireWaitable(beans);
            }
        }
        catch (TpUnknownNameException ex) {
            throw unknown(this.event.isEmpty() ? this.semaphore.isEmpty() ? "waitable" : "semaphore" : "event", ex);
        }
    }

    private void checkReset(TpEvent found) {
        if (found.isManualReset() && !this.once) {
            throw wrong(
                    "event '" + this.event
                            + "' stays set until somebody resets it, so that it would be called again and again",
                    "Let the event be reset automatically, or set once.");
        }
    }

    private void requireWaitable(ConfigurableListableBeanFactory beans) {
        if (!beans.containsBean(this.waitable)) {
            throw new TpUnknownNameException("waitable", this.waitable,
                    List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, TpWaitable.class, true, false)));
        }
        if (!beans.isTypeMatch(this.waitable, TpWaitable.class)) {
            throw wrong("the bean '" + this.waitable + "' is no TpWaitable",
                    "Name a bean that is, for instance one made with TpWaitable.of(stage).");
        }
    }

    @Override
    TpTrigger bind(Object bean, TpRegistry registry, ConfigurableListableBeanFactory beans,
            Supplier<EntryLocks> locks) {
        return new WaitTrigger(this, new TriggerMethod(this, bean, registry, locks), () -> waitable(registry, beans));
    }

    private TpWaitable waitable(TpRegistry registry, BeanFactory beans) {
        if (!this.event.isEmpty()) {
            return registry.event(this.event);
        }
        return this.semaphore.isEmpty() ? beans.getBean(this.waitable, TpWaitable.class)
                : registry.semaphore(this.semaphore);
    }

    @Nullable Duration timeout() {
        return this.timeout;
    }

    boolean isOnce() {
        return this.once;
    }

    @Override
    String description() {
        String what = !this.event.isEmpty() ? "event '" + this.event + "'"
                : !this.semaphore.isEmpty() ? "semaphore '" + this.semaphore + "'" : "waitable '" + this.waitable + "'";
        return what + ((this.timeout != null) ? ", for " + this.timeout : "") + (this.once ? ", once" : "");
    }

}
