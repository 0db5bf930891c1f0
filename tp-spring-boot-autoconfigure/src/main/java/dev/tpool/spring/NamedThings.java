package dev.tpool.spring;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.SingletonBeanRegistry;
import org.springframework.context.ApplicationContext;

/**
 * The things of one kind, by name. A thing that the configuration names is the bean
 * {@code <prefix><name>}, a bean of the user has its bean name, and the rest was
 * registered by code.
 *
 * @param <T> the kind
 */
final class NamedThings<T> {

    private final ListableBeanFactory beanFactory;

    private final Class<T> type;

    private final String label;

    private final Map<String, T> registered = new ConcurrentHashMap<>();

    NamedThings(ListableBeanFactory beanFactory, Class<T> type, String label) {
        this.beanFactory = beanFactory;
        this.type = type;
        this.label = label;
    }

    T get(String name) {
        T thing = find(name);
        if (thing == null) {
            throw new TpUnknownNameException(this.label, name, names());
        }
        return thing;
    }

    @Nullable T find(String name) {
        T thing = this.registered.get(name);
        if (thing != null) {
            return thing;
        }
        String beanName = beanNameOf(name);
        return (beanName != null) ? this.beanFactory.getBean(beanName, this.type) : null;
    }

    boolean contains(String name) {
        return this.registered.containsKey(name) || beanNameOf(name) != null;
    }

    String label() {
        return this.label;
    }

    /**
     * All names, without creating a bean: first those of beans.
     */
    Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        String prefix = TpRegistry.beanName(this.type, "");
        for (String beanName : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, this.type, false,
                false)) {
            names.add(beanName.startsWith(prefix) ? beanName.substring(prefix.length()) : beanName);
        }
        names.addAll(this.registered.keySet());
        return names;
    }

    Map<String, T> all() {
        Map<String, T> all = new LinkedHashMap<>();
        for (String name : names()) {
            T thing = find(name);
            if (thing != null) {
                all.put(name, thing);
            }
        }
        return Collections.unmodifiableMap(all);
    }

    /**
     * The things that end with this bean factory: neither those of its ancestors nor
     * beans that nobody has asked for, which would be created to be closed.
     */
    Map<String, T> own() {
        Map<String, T> own = new LinkedHashMap<>(this.registered);
        String prefix = TpRegistry.beanName(this.type, "");
        for (String beanName : this.beanFactory.getBeanNamesForType(this.type, false, false)) {
            if (isCreated(beanName)) {
                own.put(beanName.startsWith(prefix) ? beanName.substring(prefix.length()) : beanName,
                        this.beanFactory.getBean(beanName, this.type));
            }
        }
        return own;
    }

    private boolean isCreated(String beanName) {
        BeanFactory beans = (this.beanFactory instanceof ApplicationContext context)
                ? context.getAutowireCapableBeanFactory() : this.beanFactory;
        return !(beans instanceof SingletonBeanRegistry singletons) || singletons.containsSingleton(beanName);
    }

    void register(String name, T thing) {
        if (beanNameOf(name) != null || this.registered.putIfAbsent(name, thing) != null) {
            throw new IllegalStateException(this.label + " '" + name + "' is there already");
        }
    }

    boolean remove(String name, T thing) {
        return this.registered.remove(name, thing);
    }

    private @Nullable String beanNameOf(String name) {
        String configured = TpRegistry.beanName(this.type, name);
        if (this.beanFactory.containsBean(configured)) {
            return configured;
        }
        boolean ofUser = this.beanFactory.containsBean(name) && this.beanFactory.isTypeMatch(name, this.type)
                && this.beanFactory.isSingleton(name);
        return ofUser ? name : null;
    }

}
