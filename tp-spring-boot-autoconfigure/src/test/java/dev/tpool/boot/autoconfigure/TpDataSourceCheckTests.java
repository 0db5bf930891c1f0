package dev.tpool.boot.autoconfigure;

import java.io.PrintWriter;
import java.io.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.tpool.boot.autoconfigure.InvalidTpPropertiesException.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TpDataSourceCheck}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TpDataSourceCheckTests {

    private static final String WARNING = "callbacks may hold a thread only to wait for a connection";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class))
        .withBean("orders", HikariDataSource.class, () -> {
            HikariDataSource dataSource = new HikariDataSource();
            dataSource.setMaximumPoolSize(5);
            return dataSource;
        });

    @Test
    void warnsOnceOfAPoolThatIsLargerThanItsDataSource(CapturedOutput output) {
        this.runner.withPropertyValues("tp.pools.io.max-threads=8", "tp.pools.io.data-source=orders")
            .run((context) -> assertThat(output).containsOnlyOnce(WARNING)
                .contains("Pool 'io' has up to 8 threads and data source 'orders', which its callbacks use, "
                        + "5 connections: 3 callbacks"));
    }

    @Test
    void takesTheDataSourceFromTheBaseAndTheDefaults(CapturedOutput output) {
        this.runner
            .withPropertyValues("tp.defaults.pool.data-source=orders", "tp.pools.io.max-threads=6",
                    "tp.pools.plain.max-threads=5", "tp.pools.default.data-source=")
            .run((context) -> assertThat(output).containsOnlyOnce(WARNING).contains("Pool 'io' has up to 6 threads"));
    }

    @Test
    void knowsTheDefaultSize(CapturedOutput output) {
        this.runner.withBean("plain", HikariDataSource.class)
            .withPropertyValues("tp.pools.io.max-threads=11", "tp.pools.io.data-source=plain",
                    "tp.pools.cpu.max-threads=10", "tp.pools.cpu.data-source=plain")
            .run((context) -> assertThat(output).containsOnlyOnce(WARNING).contains("10 connections"));
    }

    @Test
    void saysNothingOfPoolsThatDoNotSayThatTheyShareOne(CapturedOutput output) {
        this.runner.withPropertyValues("tp.pools.io.max-threads=8")
            .run((context) -> assertThat(output).doesNotContain("connections"));
    }

    @Test
    void saysThatItDoesNotKnowOtherDataSources(CapturedOutput output) {
        this.runner.withBean("other", DataSource.class, NoDataSource::new)
            .withPropertyValues("tp.pools.io.max-threads=8", "tp.pools.io.data-source=other")
            .run((context) -> assertThat(output).contains("How many connections data source 'other' has is not known")
                .doesNotContain(WARNING));
    }

    @Test
    void namesTheNearestDataSource() {
        this.runner.withPropertyValues("tp.pools.io.data-source=order")
            .run((context) -> assertThat(context).getFailure()
                .isInstanceOfSatisfying(InvalidTpPropertiesException.class,
                        (ex) -> assertThat(ex.problems()).containsExactly(new Problem("tp.pools.io.data-source",
                                "order", "there is no bean 'order' of type DataSource", "Did you mean 'orders'?"))));
    }

    @Test
    void startsWithoutHikari() {
        new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(TpAutoConfiguration.class))
            .withClassLoader(new FilteredClassLoader("com.zaxxer.hikari"))
            .withPropertyValues("tp.pools.io.max-threads=8")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    private static final class NoDataSource implements DataSource {

        @Override
        public Connection getConnection() throws SQLException {
            throw new SQLException("none");
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            throw new SQLException("none");
        }

        @Override
        public PrintWriter getLogWriter() {
            return new PrintWriter(Writer.nullWriter());
        }

        @Override
        public void setLogWriter(PrintWriter out) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setLoginTimeout(int seconds) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> iface) throws SQLException {
            throw new SQLException("nothing in it");
        }

        @Override
        public boolean isWrapperFor(Class<?> iface) {
            return false;
        }

    }

}
