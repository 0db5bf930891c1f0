package dev.tpool.boot.autoconfigure.context;

import java.util.ArrayList;
import java.util.List;

import dev.tpool.TpContextCapture;
import dev.tpool.boot.autoconfigure.TpAutoConfiguration;
import dev.tpool.spring.context.ContextSnapshotCapture;
import io.micrometer.context.ContextSnapshotFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration of what the environments with {@code propagate-context} capture. A
 * {@link ContextSnapshotFactory} bean says all of it; without one it is whatever is
 * registered with Micrometer's context propagation, and the MDC.
 */
@AutoConfiguration(before = TpAutoConfiguration.class)
@ConditionalOnClass(ContextSnapshotFactory.class)
public final class TpContextPropagationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TpContextCapture tpContextCapture(ObjectProvider<ContextSnapshotFactory> ofUser, ResourceLoader resourceLoader) {
        ContextSnapshotFactory factory = ofUser.getIfAvailable();
        if (factory != null) {
            return new ContextSnapshotCapture(List.of(factory));
        }
        List<ContextSnapshotFactory> factories = new ArrayList<>();
        if (ClassUtils.isPresent("org.slf4j.MDC", resourceLoader.getClassLoader())) {
            // First in and last out: a tracer puts its identifiers into the MDC and takes
            // them out again.
            factories.add(ContextSnapshotCapture.mdc());
        }
        factories.add(ContextSnapshotCapture.registered());
        return new ContextSnapshotCapture(factories);
    }

}
