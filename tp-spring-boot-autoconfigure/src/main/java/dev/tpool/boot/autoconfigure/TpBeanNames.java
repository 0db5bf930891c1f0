package dev.tpool.boot.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.tpool.TpCleanupGroup;
import dev.tpool.TpEnvironment;
import dev.tpool.TpLibrary;
import dev.tpool.TpPool;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.spring.EntryProperty;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.context.aot.AbstractAotProcessor;

/**
 * Lets the beans of the configuration be injected by their short names. A qualifier does
 * that and not an alias, since a pool and a group may have the same name, and a bean of
 * the user any. A bean of the user takes the place of a fallback of the same kind and
 * name; a thing that is named in the configuration, too, is there twice, which is an
 * error.
 */
final class TpBeanNames implements BeanFactoryPostProcessor {

    private static final Map<Class<?>, String> KINDS = Map.of(TpPool.class, "pools", TpEnvironment.class,
            "environments", TpCleanupGroup.class, "cleanup-groups", TpSemaphore.class, "semaphores", TpMutex.class,
            "mutexes", TpCriticalSection.class, "sections", TpEvent.class, "events", TpLibrary.class, "libraries");

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
            // Beans of a registrar are defined anew at run time, and this runs again
            // then.
            return;
        }
        for (String beanName : beanFactory.getBeanDefinitionNames()) {
            Class<?> type = kindOf(beanName);
            if (type != null && beanFactory.getBeanDefinition(beanName) instanceof AbstractBeanDefinition definition) {
                settle(beanFactory, beanName, type, definition);
            }
        }
    }

    private static void settle(ConfigurableListableBeanFactory beanFactory, String beanName, Class<?> type,
            AbstractBeanDefinition definition) {
        String name = beanName.substring(TpRegistry.beanName(type, "").length());
        if (isBeanOfUser(beanFactory, name, type)) {
            if (!definition.isFallback()) {
                throw twice(type, name);
            }
            ((BeanDefinitionRegistry) beanFactory).removeBeanDefinition(beanName);
            return;
        }
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
        if (type == TpCleanupGroup.class) {
            // A group with members refuses to be closed. TpShutdown closes the members.
            definition.setDestroyMethodName("");
        }
    }

    private static boolean isBeanOfUser(ConfigurableListableBeanFactory beanFactory, String name, Class<?> type) {
        Class<?> found = beanFactory.containsLocalBean(name) ? beanFactory.getType(name, false) : null;
        return found != null && type.isAssignableFrom(found);
    }

    private static InvalidTpPropertiesException twice(Class<?> type, String name) {
        return new InvalidTpPropertiesException(List.of(new Problem(property(type, name), null,
                "there is a bean named '" + name + "' of type " + type.getSimpleName() + ", too",
                "Rename one of the two, or remove the entry from the configuration.")), null);
    }

    /**
     * The property that names a thing of a kind.
     */
    static String property(Class<?> type, String name) {
        return EntryProperty.of("tp." + KINDS.get(type), name);
    }

    private static @Nullable Class<?> kindOf(String beanName) {
        for (Class<?> type : KINDS.keySet()) {
            if (beanName.startsWith(TpRegistry.beanName(type, ""))) {
                return type;
            }
        }
        return null;
    }

    /**
     * The short names under which things of a kind can be injected, without making one.
     * @return the names, or {@code null} if the type is none of ours
     */
    static @Nullable Set<String> known(ListableBeanFactory beanFactory, Class<?> type) {
        if (!KINDS.containsKey(type)) {
            return null;
        }
        String prefix = TpRegistry.beanName(type, "");
        Set<String> names = new TreeSet<>();
        for (String beanName : beanFactory.getBeanNamesForType(type, true, false)) {
            names.add(beanName.startsWith(prefix) ? beanName.substring(prefix.length()) : beanName);
        }
        return names;
    }

    /**
     * The things of the configuration are made when the application starts, even if
     * everything else is lazy: what is wrong with them is to be known then.
     */
    static LazyInitializationExcludeFilter eager() {
        return (beanName, definition, beanType) -> kindOf(beanName) != null;
    }

}
