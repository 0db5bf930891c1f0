package dev.tpool.boot.autoconfigure;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.convert.ConverterNotFoundException;

/**
 * Binds an entry without settings. {@code ledger:} and <code>ledger: {}</code> in YAML
 * are the property {@code tp.mutexes.ledger} with an empty text, which is no mutex as far
 * as the binder knows.
 */
final class EmptyEntryBindHandler extends AbstractBindHandler {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("tp");

    private final Binder nothing = new Binder(List.of());

    EmptyEntryBindHandler(BindHandler parent) {
        super(parent);
    }

    @Override
    public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
            Exception error) throws Exception {
        if (error instanceof ConverterNotFoundException && PREFIX.isAncestorOf(name)
                && isEmpty(context.getConfigurationProperty())) {
            // Told of the success, the parent knows that the property was used.
            return onSuccess(name, target, context, empty(target));
        }
        return super.onFailure(name, target, context, error);
    }

    private static boolean isEmpty(@Nullable ConfigurationProperty property) {
        return property != null && property.getValue() instanceof CharSequence text && text.isEmpty();
    }

    private Object empty(Bindable<?> target) {
        if (target.getType().resolve() == Map.class) {
            return Map.of();
        }
        return this.nothing.bindOrCreate("entry", Bindable.of(target.getType()));
    }

}
