package dev.tpool.boot.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpContextCapture;
import dev.tpool.TpEnvironment;
import dev.tpool.TpLibrary;
import dev.tpool.TpMonitor;
import dev.tpool.TpPool;
import dev.tpool.TpPriority;
import dev.tpool.TpStackInformation;
import dev.tpool.TpThreadKind;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.boot.autoconfigure.TpProperties.OnShutdown;
import dev.tpool.boot.autoconfigure.TpProperties.Reset;
import dev.tpool.spring.EntryProperty;
import dev.tpool.spring.TpEnvironmentCustomizer;
import dev.tpool.spring.TpPoolCustomizer;
import dev.tpool.spring.TpRegistry;
import dev.tpool.spring.TpShutdown.GroupPolicy;
import dev.tpool.spring.TpUnknownNameException;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.PropertyMapper;

/**
 * Makes what the configuration names.
 */
final class ConfiguredThings {

    private static final int VIRTUAL_SINCE = 21;

    private final TpProperties properties;

    private final TpRegistry registry;

    private final LibraryLoader libraries;

    private final TpThreadKind defaultThreads;

    private final ObjectProvider<TpContextCapture> contextCapture;

    private final ObjectProvider<TpMonitor> monitors;

    private final ObjectProvider<TpPoolCustomizer> poolCustomizers;

    private final ObjectProvider<TpEnvironmentCustomizer> environmentCustomizers;

    ConfiguredThings(TpProperties properties, TpRegistry registry, LibraryLoader libraries, TpThreadKind defaultThreads,
            ObjectProvider<TpContextCapture> contextCapture, ObjectProvider<TpMonitor> monitors,
            ObjectProvider<TpPoolCustomizer> poolCustomizers,
            ObjectProvider<TpEnvironmentCustomizer> environmentCustomizers) {
        TpPropertiesRules.check(properties);
        this.properties = properties;
        this.registry = registry;
        this.libraries = libraries;
        this.defaultThreads = defaultThreads;
        this.contextCapture = contextCapture;
        this.monitors = monitors;
        this.poolCustomizers = poolCustomizers;
        this.environmentCustomizers = environmentCustomizers;
    }

    TpPool pool(String name) {
        Inherited<TpProperties.Pool> pool = Inherited.pool(this.properties, name);
        TpThreadKind threads = pool.get(TpProperties.Pool::threads, this.defaultThreads);
        try {
            TpPool.Builder builder = TpPool.builder(name).threadKind(threads);
            PropertyMapper map = PropertyMapper.get();
            map.from(() -> pool.get(TpProperties.Pool::minThreads)).to(builder::threadMinimum);
            map.from(() -> pool.get(TpProperties.Pool::maxThreads)).to(builder::threadMaximum);
            map.from(() -> pool.get(TpProperties.Pool::queueCapacity)).to(builder::queueCapacity);
            map.from(() -> pool.get(TpProperties.Pool::whenFull)).to(builder::whenFull);
            map.from(() -> pool.get(TpProperties.Pool::keepAlive)).to(builder::keepAlive);
            map.from(() -> pool.get(TpProperties.Pool::stackSize))
                .when((size) -> threads == TpThreadKind.PLATFORM)
                .as((size) -> new TpStackInformation(size.toBytes(), 0))
                .to(builder::stackInformation);
            List<TpMonitor> watching = this.monitors.orderedStream().toList();
            if (!watching.isEmpty()) {
                builder.monitor(TpMonitor.compose(watching));
            }
            else if (pool.get(TpProperties.Pool::runWarning) != null) {
                // Without one a pool does not know how old its callbacks are.
                builder.monitor(new TpMonitor() {
                });
            }
            this.poolCustomizers.orderedStream().forEach((customizer) -> customizer.customize(name, builder));
            return builder.build();
        }
        catch (IllegalArgumentException ex) {
            String asked = pool.property(TpProperties.Pool::threads, "threads");
            if (asked != null && threads == TpThreadKind.VIRTUAL && Runtime.version().feature() < VIRTUAL_SINCE) {
                throw new InvalidTpPropertiesException(List.of(new Problem(asked, TpSettings.key(threads.name()),
                        "needs Java " + VIRTUAL_SINCE + " or later; this is Java " + Runtime.version().feature(),
                        "Use platform, or Java " + VIRTUAL_SINCE + " or later.")), ex);
            }
            throw invalid(EntryProperty.of(TpKeys.POOLS, name), ex);
        }
    }

    TpEnvironment environment(String name) {
        TpEnvironment.Builder builder = TpEnvironment.builder();
        if (this.properties.environments().containsKey(name)) {
            Inherited<TpProperties.Environment> environment = Inherited.environment(this.properties, name);
            builder.pool(poolOf(name, environment));
            apply(environment, builder);
        }
        else {
            builder.pool(this.registry.pool(name));
        }
        this.environmentCustomizers.orderedStream().forEach((customizer) -> customizer.customize(name, builder));
        return builder.build();
    }

    /**
     * Gives an environment that a pool brings along, and which has no entry, the
     * defaults: what they say of the pool aside.
     */
    void applyDefaults(String name, TpEnvironment.Builder builder) {
        if (!this.properties.environments().containsKey(name)) {
            Inherited<TpProperties.Environment> defaults = Inherited.environment(this.properties, name);
            find(TpPool.class, defaults, TpProperties.Environment::pool, "pool");
            apply(defaults, builder);
        }
    }

    /**
     * How long the callbacks of a pool may run, for the pools that say it.
     */
    Map<String, Duration> runWarnings() {
        Map<String, Duration> warnings = new LinkedHashMap<>();
        for (String name : TpEntries.pools(this.properties)) {
            Duration limit = Inherited.pool(this.properties, name).get(TpProperties.Pool::runWarning);
            if (limit != null) {
                warnings.put(name, limit);
            }
        }
        return warnings;
    }

    private void apply(Inherited<TpProperties.Environment> environment, TpEnvironment.Builder builder) {
        builder.cleanupGroup(
                find(TpCleanupGroup.class, environment, TpProperties.Environment::cleanupGroup, "cleanup-group"));
        builder.library(find(TpLibrary.class, environment, TpProperties.Environment::library, "library"));
        builder.priority(environment.get(TpProperties.Environment::priority, TpPriority.NORMAL));
        builder.runsLong(environment.get(TpProperties.Environment::runsLong, false));
        builder.persistent(environment.get(TpProperties.Environment::persistent, false));
        if (environment.get(TpProperties.Environment::propagateContext, false)) {
            builder.contextCapture(contextCapture(
                    environment.property(TpProperties.Environment::propagateContext, "propagate-context")));
        }
    }

    private TpContextCapture contextCapture(@Nullable String property) {
        TpContextCapture capture = this.contextCapture.getIfAvailable();
        if (capture == null) {
            throw new InvalidTpPropertiesException(List.of(new Problem(String.valueOf(property), true,
                    "needs Micrometer's context propagation, which is not on the class path",
                    "Add the dependency 'io.micrometer:context-propagation', or define a TpContextCapture bean.")),
                    null);
        }
        return capture;
    }

    TpCleanupGroup cleanupGroup(String name) {
        return TpCleanupGroup.create(name);
    }

    TpSemaphore semaphore(String name) {
        TpProperties.Semaphore semaphore = entry(this.properties.semaphores(), name);
        int maximum = (semaphore.maximum() != null) ? semaphore.maximum() : 0;
        return TpSemaphore.named(name, (semaphore.initial() != null) ? semaphore.initial() : maximum, maximum);
    }

    TpMutex mutex(String name) {
        return TpMutex.named(name);
    }

    TpCriticalSection section(String name) {
        Integer spinCount = entry(this.properties.sections(), name).spinCount();
        return (spinCount != null) ? TpCriticalSection.named(name, spinCount) : TpCriticalSection.named(name);
    }

    TpEvent event(String name) {
        TpProperties.Event event = entry(this.properties.events(), name);
        return (event.reset() == Reset.MANUAL) ? TpEvent.manualReset(name, event.initiallySet())
                : TpEvent.autoReset(name, event.initiallySet());
    }

    TpLibrary library(String name) {
        String location = entry(this.properties.libraries(), name).location();
        try {
            return this.libraries.load(name, (location != null) ? location : "");
        }
        catch (LibraryLoader.NotFoundException ex) {
            throw new InvalidTpPropertiesException(List.of(new Problem(
                    EntryProperty.of("tp.libraries", name) + ".location", location, String.valueOf(ex.getMessage()),
                    "Correct the location: a path is taken from the working directory of the process, "
                            + "'classpath:' looks into the application.")),
                    ex);
        }
    }

    /**
     * What becomes of the members of the cleanup groups when the application stops.
     */
    Map<String, GroupPolicy> shutdownPolicies() {
        Map<String, GroupPolicy> policies = new LinkedHashMap<>();
        for (String name : this.properties.cleanupGroups().keySet()) {
            Inherited<TpProperties.CleanupGroup> group = Inherited.cleanupGroup(this.properties, name);
            policies.put(name, new GroupPolicy(group.get(TpProperties.CleanupGroup::onShutdown) == OnShutdown.CANCEL,
                    group.get(TpProperties.CleanupGroup::timeout)));
        }
        return policies;
    }

    /**
     * What its entry or a base says comes before the pool of its own name, and the
     * defaults after.
     */
    private @Nullable TpPool poolOf(String name, Inherited<TpProperties.Environment> environment) {
        String property = environment.property(TpProperties.Environment::pool, "pool");
        boolean said = property != null && !property.startsWith(TpKeys.DEFAULT_ENVIRONMENT);
        if (!said && this.registry.names(TpPool.class).contains(name)) {
            return this.registry.pool(name);
        }
        TpPool pool = find(TpPool.class, environment, TpProperties.Environment::pool, "pool");
        return (pool != null) ? pool : this.registry.pool(TpRegistry.DEFAULT);
    }

    private <T> @Nullable T find(Class<T> type, Inherited<TpProperties.Environment> environment,
            Function<TpProperties.Environment, @Nullable String> setting, String key) {
        String property = environment.property(setting, key);
        String name = environment.get(setting);
        if (property == null || name == null || name.isEmpty()) {
            // Left empty, it says that there is none, whatever the defaults say.
            return null;
        }
        try {
            this.registry.requireName(type, name);
        }
        catch (TpUnknownNameException ex) {
            throw new InvalidTpPropertiesException(
                    List.of(new Problem(property, name, "there is no " + ex.kind() + " '" + name + "'", ex.action())),
                    ex);
        }
        return this.registry.get(type, name);
    }

    private static <T> T entry(Map<String, T> entries, String name) {
        T entry = entries.get(name);
        if (entry == null) {
            throw new IllegalStateException("'" + name + "' was registered but is not in the properties");
        }
        return entry;
    }

    private static InvalidTpPropertiesException invalid(String property, IllegalArgumentException cause) {
        return new InvalidTpPropertiesException(List.of(new Problem(property, null, String.valueOf(cause.getMessage()),
                "Correct the entry, or the TpPoolCustomizer that changed it.")), cause);
    }

}
