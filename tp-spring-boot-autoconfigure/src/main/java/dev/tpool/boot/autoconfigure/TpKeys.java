package dev.tpool.boot.autoconfigure;

import java.util.Locale;

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

}
