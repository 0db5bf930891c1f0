package dev.tpool.boot.autoconfigure;

import java.util.Locale;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The names of properties, as a user has to write them.
 */
final class TpKeys {

    static final String POOLS = "tp.pools";

    static final String ENVIRONMENTS = "tp.environments";

    static final String CLEANUP_GROUPS = "tp.cleanup-groups";

    static final String DEFAULT_POOL = "tp.defaults.pool";

    static final String DEFAULT_ENVIRONMENT = "tp.defaults.environment";

    static final String DEFAULT_CLEANUP_GROUP = "tp.defaults.cleanup-group";

    private TpKeys() {
    }

    /**
     * What Spring Boot tells names of entries apart by: it looks at neither dashes nor
     * case.
     */
    static String uniform(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /**
     * The name of an entry. One with a dot, say, has to be in brackets.
     */
    static String entry(String kind, String name) {
        boolean plain = name.indexOf('.') < 0 && ConfigurationPropertyName.isValid(kind + "." + name);
        return plain ? kind + "." + name : kind + "[" + name + "]";
    }

}
