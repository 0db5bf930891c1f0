package dev.tpool.spring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpLibrary;
import dev.tpool.TpPool;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.StringUtils;

/**
 * Everything that has a name: what the configuration names, the user's beans of these
 * types under their bean names, and what code registers. Each kind has names of its own,
 * so a pool and a cleanup group may both be called {@code imports}.
 * <p>
 * A pool brings along an environment of its own name, with nothing but the pool and what
 * {@link TpEnvironmentCustomizer} beans add, unless there is another environment of that
 * name.
 * <p>
 * What the configuration names can be injected, too:
 * {@code @Qualifier("imports") TpPool pool}. What code registers has to be there before
 * the application has started if a {@code @TpCallback} names it. Safe for use by any
 * thread.
 */
public final class TpRegistry {

    /**
     * The name of the pool and of the environment that are always there.
     */
    public static final String DEFAULT = "default";

    private final ListableBeanFactory beanFactory;

    private final NamedThings<TpPool> pools;

    private final NamedThings<TpEnvironment> environments;

    private final Map<Class<?>, NamedThings<?>> kinds = new LinkedHashMap<>();

    /** The environments that pools bring along, so that asking twice gives the same. */
    private final Map<TpPool, TpEnvironment> ofPools = new ConcurrentHashMap<>();

    private final List<PoolListener> listeners = new CopyOnWriteArrayList<>();

    /**
     * Creates a registry of the beans of a factory. Looks none of them up yet.
     * @param beanFactory the factory
     */
    public TpRegistry(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
        this.pools = kind(beanFactory, TpPool.class, "pool");
        this.environments = kind(beanFactory, TpEnvironment.class, "environment");
        kind(beanFactory, TpCleanupGroup.class, "cleanup group");
        kind(beanFactory, TpSemaphore.class, "semaphore");
        kind(beanFactory, TpMutex.class, "mutex");
        kind(beanFactory, TpCriticalSection.class, "section");
        kind(beanFactory, TpEvent.class, "event");
        kind(beanFactory, TpLibrary.class, "library");
    }

    private <T> NamedThings<T> kind(ListableBeanFactory beanFactory, Class<T> type, String label) {
        NamedThings<T> things = new NamedThings<>(beanFactory, type, label);
        this.kinds.put(type, things);
        return things;
    }

    /**
     * The bean name of a thing that the configuration names. It has a prefix for its
     * kind, so that neither things of different kinds nor beans of the user get in its
     * way.
     * @param type the kind, as in {@code TpPool.class}
     * @param name the name in the configuration
     * @return the bean name, as in {@code tpPool.imports}
     */
    public static String beanName(Class<?> type, String name) {
        return StringUtils.uncapitalize(type.getSimpleName()) + "." + name;
    }

    /**
     * The pool of that name.
     * @param name the name
     * @return the pool
     * @throws TpUnknownNameException if there is none
     */
    public TpPool pool(String name) {
        return this.pools.get(name);
    }

    /**
     * The environment of that name.
     * @param name the name
     * @return the environment
     * @throws TpUnknownNameException if there is none, and no pool of that name either
     */
    public TpEnvironment environment(String name) {
        TpEnvironment environment = this.environments.find(name);
        if (environment != null) {
            return environment;
        }
        TpPool pool = this.pools.find(name);
        if (pool == null) {
            throw new TpUnknownNameException("environment", name, names(TpEnvironment.class));
        }
        TpEnvironment known = this.ofPools.get(pool);
        if (known != null) {
            return known;
        }
        // Customizers are called, so no lock of the map may be held meanwhile.
        TpEnvironment built = build(name, pool);
        TpEnvironment first = this.ofPools.putIfAbsent(pool, built);
        return (first != null) ? first : built;
    }

    private TpEnvironment build(String name, TpPool pool) {
        TpEnvironment.Builder builder = TpEnvironment.builder().pool(pool);
        this.beanFactory.getBeanProvider(TpEnvironmentCustomizer.class)
            .orderedStream()
            .forEach((customizer) -> customizer.customize(name, builder));
        return builder.build();
    }

    /**
     * The cleanup group of that name.
     * @param name the name
     * @return the group
     * @throws TpUnknownNameException if there is none
     */
    public TpCleanupGroup cleanupGroup(String name) {
        return get(TpCleanupGroup.class, name);
    }

    /**
     * The semaphore of that name.
     * @param name the name
     * @return the semaphore
     * @throws TpUnknownNameException if there is none
     */
    public TpSemaphore semaphore(String name) {
        return get(TpSemaphore.class, name);
    }

    /**
     * The mutex of that name.
     * @param name the name
     * @return the mutex
     * @throws TpUnknownNameException if there is none
     */
    public TpMutex mutex(String name) {
        return get(TpMutex.class, name);
    }

    /**
     * The critical section of that name.
     * @param name the name
     * @return the section
     * @throws TpUnknownNameException if there is none
     */
    public TpCriticalSection section(String name) {
        return get(TpCriticalSection.class, name);
    }

    /**
     * The event of that name.
     * @param name the name
     * @return the event
     * @throws TpUnknownNameException if there is none
     */
    public TpEvent event(String name) {
        return get(TpEvent.class, name);
    }

    /**
     * The library of that name.
     * @param name the name
     * @return the library
     * @throws TpUnknownNameException if there is none
     */
    public TpLibrary library(String name) {
        return get(TpLibrary.class, name);
    }

    /**
     * All pools by name.
     * @return what there is at this moment
     */
    public Map<String, TpPool> pools() {
        return this.pools.all();
    }

    /**
     * All environments by name, those that pools bring along among them.
     * @return what there is at this moment
     */
    public Map<String, TpEnvironment> environments() {
        Map<String, TpEnvironment> all = new LinkedHashMap<>();
        names(TpEnvironment.class).forEach((name) -> all.put(name, environment(name)));
        return all;
    }

    /**
     * All cleanup groups by name.
     * @return what there is at this moment
     */
    public Map<String, TpCleanupGroup> cleanupGroups() {
        return all(TpCleanupGroup.class);
    }

    /**
     * All semaphores by name.
     * @return what there is at this moment
     */
    public Map<String, TpSemaphore> semaphores() {
        return all(TpSemaphore.class);
    }

    /**
     * All mutexes by name.
     * @return what there is at this moment
     */
    public Map<String, TpMutex> mutexes() {
        return all(TpMutex.class);
    }

    /**
     * All critical sections by name.
     * @return what there is at this moment
     */
    public Map<String, TpCriticalSection> sections() {
        return all(TpCriticalSection.class);
    }

    /**
     * All events by name.
     * @return what there is at this moment
     */
    public Map<String, TpEvent> events() {
        return all(TpEvent.class);
    }

    /**
     * All libraries by name.
     * @return what there is at this moment
     */
    public Map<String, TpLibrary> libraries() {
        return all(TpLibrary.class);
    }

    /**
     * The thing of a kind and name: the general form of the methods above.
     * @param <T> the kind
     * @param type the kind, as in {@code TpPool.class}
     * @param name the name
     * @return the thing
     * @throws TpUnknownNameException if there is none
     */
    public <T> T get(Class<T> type, String name) {
        return (type == TpEnvironment.class) ? type.cast(environment(name)) : kind(type).get(name);
    }

    /**
     * The names of a kind. Creates no bean.
     * @param type the kind, as in {@code TpPool.class}
     * @return the names at this moment
     */
    public Set<String> names(Class<?> type) {
        Set<String> names = kind(type).names();
        if (type == TpEnvironment.class) {
            names.addAll(this.pools.names());
        }
        return names;
    }

    /**
     * Makes sure that a name is known. Creates no bean.
     * @param type the kind, as in {@code TpPool.class}
     * @param name the name
     * @throws TpUnknownNameException if there is none
     */
    public void requireName(Class<?> type, String name) {
        NamedThings<?> things = kind(type);
        if (!things.contains(name) && !(type == TpEnvironment.class && this.pools.contains(name))) {
            throw new TpUnknownNameException(things.label(), name, names(type));
        }
    }

    /**
     * Adds a pool. It is closed with the context, like all pools that have a name then.
     * @param name a name that no pool has yet
     * @param pool the pool
     * @return takes it out again
     * @throws IllegalStateException if there is a pool of that name
     */
    public Registration register(String name, TpPool pool) {
        this.pools.register(name, pool);
        this.listeners.forEach((listener) -> listener.poolAdded(name, pool));
        return () -> {
            if (this.pools.remove(name, pool)) {
                this.ofPools.remove(pool);
                this.listeners.forEach((listener) -> listener.poolRemoved(name, pool));
            }
        };
    }

    /**
     * Adds an environment.
     * @param name a name that no environment has yet
     * @param environment the environment
     * @return takes it out again
     * @throws IllegalStateException if there is an environment of that name
     */
    public Registration register(String name, TpEnvironment environment) {
        return register(TpEnvironment.class, name, environment);
    }

    /**
     * Adds a cleanup group. Its members are closed with the context.
     * @param name a name that no group has yet
     * @param group the group
     * @return takes it out again
     * @throws IllegalStateException if there is a group of that name
     */
    public Registration register(String name, TpCleanupGroup group) {
        return register(TpCleanupGroup.class, name, group);
    }

    /**
     * Adds a semaphore.
     * @param name a name that no semaphore has yet
     * @param semaphore the semaphore
     * @return takes it out again
     * @throws IllegalStateException if there is a semaphore of that name
     */
    public Registration register(String name, TpSemaphore semaphore) {
        return register(TpSemaphore.class, name, semaphore);
    }

    /**
     * Adds a mutex.
     * @param name a name that no mutex has yet
     * @param mutex the mutex
     * @return takes it out again
     * @throws IllegalStateException if there is a mutex of that name
     */
    public Registration register(String name, TpMutex mutex) {
        return register(TpMutex.class, name, mutex);
    }

    /**
     * Adds a critical section.
     * @param name a name that no section has yet
     * @param section the section
     * @return takes it out again
     * @throws IllegalStateException if there is a section of that name
     */
    public Registration register(String name, TpCriticalSection section) {
        return register(TpCriticalSection.class, name, section);
    }

    /**
     * Adds an event.
     * @param name a name that no event has yet
     * @param event the event
     * @return takes it out again
     * @throws IllegalStateException if there is an event of that name
     */
    public Registration register(String name, TpEvent event) {
        return register(TpEvent.class, name, event);
    }

    /**
     * Adds a library. It stays the caller's to close.
     * @param name a name that no library has yet
     * @param library the library
     * @return takes it out again
     * @throws IllegalStateException if there is a library of that name
     */
    public Registration register(String name, TpLibrary library) {
        return register(TpLibrary.class, name, library);
    }

    /**
     * Adds who is told of pools that come and go, and tells it of those that are there.
     * @param listener the listener
     */
    public void addListener(PoolListener listener) {
        this.listeners.add(listener);
        pools().forEach(listener::poolAdded);
    }

    /**
     * Tells a listener of nothing any more.
     * @param listener the listener
     */
    public void removeListener(PoolListener listener) {
        this.listeners.remove(listener);
    }

    /**
     * The pools that end with the context of this registry.
     */
    Map<String, TpPool> ownPools() {
        return this.pools.own();
    }

    /**
     * The cleanup groups that end with the context of this registry.
     */
    Map<String, TpCleanupGroup> ownCleanupGroups() {
        return kind(TpCleanupGroup.class).own();
    }

    private <T> Registration register(Class<T> type, String name, T thing) {
        NamedThings<T> things = kind(type);
        things.register(name, thing);
        return () -> things.remove(name, thing);
    }

    private <T> Map<String, T> all(Class<T> type) {
        return kind(type).all();
    }

    @SuppressWarnings("unchecked") // The map was filled with what belongs to each type.
    private <T> NamedThings<T> kind(Class<T> type) {
        NamedThings<?> things = this.kinds.get(type);
        if (things == null) {
            throw new IllegalArgumentException(type.getName() + " is none of " + this.kinds.keySet());
        }
        return (NamedThings<T>) things;
    }

    /**
     * Takes a registered thing out of the registry. Closes nothing; a second call does
     * nothing.
     */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {

        @Override
        void close();

    }

    /**
     * Told of pools that come and go. A pool may be told of twice if it comes while the
     * listener is being added.
     */
    public interface PoolListener {

        /**
         * A pool is in the registry.
         * @param name its name
         * @param pool the pool
         */
        void poolAdded(String name, TpPool pool);

        /**
         * A pool was taken out of the registry.
         * @param name its name
         * @param pool the pool
         */
        void poolRemoved(String name, TpPool pool);

    }

}
