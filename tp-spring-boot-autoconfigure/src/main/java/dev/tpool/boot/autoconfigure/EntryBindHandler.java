package dev.tpool.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Binds what the binder takes for something else.
 * <ul>
 * <li>An entry without settings: {@code ledger:} and <code>ledger: {}</code> in YAML are
 * the property {@code tp.mutexes.ledger} with an empty text, which is no mutex as far as
 * the binder knows.
 * <li>An entry that is overridden by an environment variable, which can spell neither
 * dashes nor capitals: {@code TP_POOLS_BATCHIO_MAXTHREADS} is a setting of the pool
 * {@code batch-io}, and of a second pool {@code batchio}, too, as far as the binder
 * knows.
 * </ul>
 */
final class EntryBindHandler extends AbstractBindHandler {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("tp");

    private final Binder nothing = new Binder(List.of());

    EntryBindHandler(BindHandler parent) {
        super(parent);
    }

    @Override
    public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
            Object result) {
        boolean entries = PREFIX.isParentOf(name) && result instanceof Map<?, ?>;
        return super.onSuccess(name, target, context,
                entries ? withoutThoseOfVariables(name, context, (Map<?, ?>) result) : result);
    }

    /**
     * Leaves out what only variables spell like that, if another entry has their values.
     */
    private static Map<?, ?> withoutThoseOfVariables(ConfigurationPropertyName kind, BindContext context,
            Map<?, ?> entries) {
        long different = entries.keySet().stream().map((entry) -> TpKeys.uniform(entry.toString())).distinct().count();
        if (different == entries.size()) {
            return entries;
        }
        Map<Object, Object> left = new LinkedHashMap<>(entries);
        List<ConfigurationPropertyName> spelledOut = spelledOut(kind, context);
        left.keySet().removeIf((entry) -> isAnother(kind, spelledOut, entry.toString()));
        return left;
    }

    /**
     * The entries that others than variables spell. No set: names that differ only in
     * dashes are equal.
     */
    private static List<ConfigurationPropertyName> spelledOut(ConfigurationPropertyName kind, BindContext context) {
        return StreamSupport.stream(context.getSources().spliterator(), false)
            .filter((source) -> !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource))
            .filter(IterableConfigurationPropertySource.class::isInstance)
            .flatMap((source) -> ((IterableConfigurationPropertySource) source).stream())
            .filter(kind::isAncestorOf)
            .map((name) -> name.chop(kind.getNumberOfElements() + 1))
            .toList();
    }

    /**
     * Whether an entry is one of those and nobody spells it like that. Names in brackets
     * are no other's.
     */
    private static boolean isAnother(ConfigurationPropertyName kind, List<ConfigurationPropertyName> spelledOut,
            String entry) {
        int index = kind.getNumberOfElements();
        return ConfigurationPropertyName.isValid(entry) && spelledOut.contains(kind.append(entry))
                && spelledOut.stream().noneMatch((name) -> name.getElement(index, Form.ORIGINAL).equals(entry));
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
