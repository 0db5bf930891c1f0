package dev.tpool.spring.annotation;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.util.StringValueResolver;

/**
 * Resolves placeholders, and expressions over the beans. An expression that has a
 * variable is one over the arguments of a call, and is left for then.
 */
final class NameResolver implements StringValueResolver {

    private static final Pattern WITH_VARIABLE = Pattern.compile("#\\{.*#\\w", Pattern.DOTALL);

    private final ConfigurableBeanFactory beans;

    private final EmbeddedValueResolver expressions;

    NameResolver(ConfigurableBeanFactory beans) {
        this.beans = beans;
        this.expressions = new EmbeddedValueResolver(beans);
    }

    @Override
    public @Nullable String resolveStringValue(String text) {
        return WITH_VARIABLE.matcher(text).find() ? this.beans.resolveEmbeddedValue(text)
                : this.expressions.resolveStringValue(text);
    }

}
