package dev.tpool.boot.autoconfigure;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import dev.tpool.boot.autoconfigure.TpProperties.Pool;
import dev.tpool.spring.NearestName;
import dev.tpool.spring.TpRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ClassUtils;

/**
 * Warns, once at the start, of a pool that has more threads than the data source that it
 * says its callbacks use has connections: the rest of them would wait for a connection,
 * each with a thread in its hand.
 */
final class TpDataSourceCheck implements SmartInitializingSingleton {

    private static final Log logger = LogFactory.getLog(TpDataSourceCheck.class);

    private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
            TpDataSourceCheck.class.getClassLoader());

    private final TpProperties properties;

    private final TpRegistry registry;

    private final ListableBeanFactory beans;

    TpDataSourceCheck(TpProperties properties, TpRegistry registry, ListableBeanFactory beans) {
        this.properties = properties;
        this.registry = registry;
        this.beans = beans;
    }

    @Override
    public void afterSingletonsInstantiated() {
        for (String pool : TpEntries.pools(this.properties)) {
            Inherited<Pool> settings = Inherited.pool(this.properties, pool);
            String dataSource = settings.get(Pool::dataSource);
            String property = settings.property(Pool::dataSource, "data-source");
            if (dataSource != null && property != null && !dataSource.isEmpty()) {
                compare(pool, dataSource, find(dataSource, property));
            }
        }
    }

    private DataSource find(String name, String property) {
        if (this.beans.containsBean(name) && this.beans.isTypeMatch(name, DataSource.class)) {
            return this.beans.getBean(name, DataSource.class);
        }
        List<String> known = Arrays
            .asList(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, DataSource.class, true, false));
        String nearest = NearestName.to(name, known);
        String action = (nearest != null) ? "Did you mean '" + nearest + "'?"
                : known.isEmpty() ? "There is no data source at all: remove it." : "Use one of " + known + ".";
        throw new InvalidTpPropertiesException(
                List.of(new Problem(property, name, "there is no bean '" + name + "' of type DataSource", action)),
                null);
    }

    private void compare(String pool, String name, DataSource dataSource) {
        int connections = HIKARI ? Hikari.connections(dataSource) : 0;
        if (connections == 0) {
            logger.info("How many connections data source '" + name + "' has is not known, so pool '" + pool
                    + "' is not compared with it");
            return;
        }
        int threads = this.registry.pool(pool).threadMaximum();
        if (threads > connections) {
            logger.warn("Pool '" + pool + "' has up to " + threads + " threads and data source '" + name
                    + "', which its callbacks use, " + connections + " connections: " + (threads - connections)
                    + " callbacks may hold a thread only to wait for a connection. Set 'tp.pools." + pool
                    + ".max-threads' to at most " + connections + ", or give the data source more connections.");
        }
    }

    /**
     * Looked at only if the class is there.
     */
    private static final class Hikari {

        private static final int DEFAULT_CONNECTIONS = 10;

        /**
         * The most connections that there may be.
         * @return their number, or 0 if it is not known
         */
        static int connections(DataSource dataSource) {
            try {
                if (!dataSource.isWrapperFor(HikariDataSource.class)) {
                    return 0;
                }
                int size = dataSource.unwrap(HikariDataSource.class).getMaximumPoolSize();
                // Not set, which the pool makes up for when it gives its first
                // connection.
                return (size > 0) ? size : DEFAULT_CONNECTIONS;
            }
            catch (SQLException ex) {
                logger.debug("Cannot be unwrapped: " + dataSource, ex);
                return 0;
            }
        }

    }

}
