package dev.tpool.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.tpool.TpThreadKind;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.boot.autoconfigure.TpProperties.CleanupGroup;
import dev.tpool.boot.autoconfigure.TpProperties.Library;
import dev.tpool.boot.autoconfigure.TpProperties.Pool;
import dev.tpool.boot.autoconfigure.TpProperties.Section;
import dev.tpool.boot.autoconfigure.TpProperties.Semaphore;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * The rules that the properties obey among themselves. They are rules of the domain and
 * hold without a bean validator on the class path. All that is wrong is told at once.
 */
final class TpPropertiesRules {

    private final List<Problem> problems = new ArrayList<>();

    private TpPropertiesRules() {
    }

    static void check(TpProperties properties) {
        TpPropertiesRules rules = new TpPropertiesRules();
        rules.pool("tp.defaults", properties.defaults(), properties.defaults());
        properties.pools().forEach((name, pool) -> {
            rules.pool("tp.pools." + name, pool, pool.orElse(properties.defaults()));
            rules.settingsWithoutEffect("tp.pools." + name, pool, pool.orElse(properties.defaults()));
        });
        properties.cleanupGroups().forEach((name, group) -> rules.cleanupGroup("tp.cleanup-groups." + name, group));
        properties.semaphores().forEach((name, semaphore) -> rules.semaphore("tp.semaphores." + name, semaphore));
        properties.sections().forEach((name, section) -> rules.section("tp.sections." + name, section));
        properties.libraries().forEach((name, library) -> rules.library("tp.libraries." + name, library));
        if (!rules.problems.isEmpty()) {
            throw new InvalidTpPropertiesException(rules.problems, null);
        }
    }

    private void pool(String prefix, Pool own, Pool effective) {
        atLeast(prefix + ".min-threads", own.minThreads(), 0);
        atLeast(prefix + ".max-threads", own.maxThreads(), 1);
        atLeast(prefix + ".queue-capacity", own.queueCapacity(), 0);
        longerThanZero(prefix + ".keep-alive", own.keepAlive());
        if (own.stackSize() != null && own.stackSize().toBytes() <= 0) {
            wrong(prefix + ".stack-size", own.stackSize(), "must be greater than zero", "Set a size such as 512KB.");
        }
        Integer least = effective.minThreads();
        Integer most = effective.maxThreads();
        if (least != null && most != null && least > most && (own.minThreads() != null || own.maxThreads() != null)) {
            wrong(prefix + ".min-threads", least, "must not be above max-threads, which is " + most,
                    "Lower min-threads or raise max-threads; what '" + prefix
                            + "' does not set is taken from 'tp.defaults'.");
        }
    }

    private void settingsWithoutEffect(String prefix, Pool own, Pool effective) {
        if (own.whenFull() != null && (effective.queueCapacity() == null || effective.queueCapacity() == 0)) {
            wrong(prefix + ".when-full", own.whenFull(), "has no effect on a queue that is unbounded",
                    "Set '" + prefix + ".queue-capacity', or remove when-full.");
        }
        if (own.stackSize() != null && effective.threads() == TpThreadKind.VIRTUAL) {
            wrong(prefix + ".stack-size", own.stackSize(), "has no effect on virtual threads",
                    "Remove stack-size, or set '" + prefix + ".threads' to platform.");
        }
    }

    private void cleanupGroup(String prefix, CleanupGroup group) {
        longerThanZero(prefix + ".timeout", group.timeout());
    }

    private void semaphore(String prefix, Semaphore semaphore) {
        if (semaphore.maximum() == null) {
            wrong(prefix + ".maximum", null, "must be set", "Set '" + prefix + ".maximum' to 1 or more.");
            return;
        }
        atLeast(prefix + ".maximum", semaphore.maximum(), 1);
        atLeast(prefix + ".initial", semaphore.initial(), 0);
        if (semaphore.initial() != null && semaphore.initial() > semaphore.maximum()) {
            wrong(prefix + ".initial", semaphore.initial(),
                    "must not be above maximum, which is " + semaphore.maximum(), "Lower initial or raise maximum.");
        }
    }

    private void section(String prefix, Section section) {
        atLeast(prefix + ".spin-count", section.spinCount(), 0);
    }

    private void library(String prefix, Library library) {
        if (!StringUtils.hasText(library.location())) {
            wrong(prefix + ".location", null, "must be set",
                    "Set '" + prefix + ".location' to a jar, a directory or a classpath: resource.");
        }
    }

    private void atLeast(String property, @Nullable Integer value, int least) {
        if (value != null && value < least) {
            wrong(property, value, "must be at least " + least, "Set '" + property + "' to " + least + " or more.");
        }
    }

    private void longerThanZero(String property, @Nullable Duration value) {
        if (value != null && (value.isZero() || value.isNegative())) {
            wrong(property, value, "must be longer than zero", "Set '" + property + "' to a time such as 5s.");
        }
    }

    private void wrong(String property, @Nullable Object value, String reason, String action) {
        this.problems.add(new Problem(property, value, reason, action));
    }

}
