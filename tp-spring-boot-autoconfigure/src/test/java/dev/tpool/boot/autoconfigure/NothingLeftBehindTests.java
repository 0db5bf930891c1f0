package dev.tpool.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.tpool.TpEnvironment;
import dev.tpool.TpPool;
import dev.tpool.TpTimer;
import dev.tpool.spring.TpRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Contexts that come and go, side by side and one after the other, leave no thread and no
 * class loader behind.
 */
@Timeout(180)
class NothingLeftBehindTests {

    /** Pools whose names no other test uses, so that their threads can be counted. */
    private static final String[] PROPERTIES = { "tp.pools.left.min-threads=2", "tp.pools.left.max-threads=4",
            "tp.cleanup-groups.left=", "tp.environments.left.cleanup-group=left", "spring.main.banner-mode=off" };

    @Test
    void contextsThatComeAndGoLeaveNoThread() {
        for (int i = 0; i < 20; i++) {
            try (ConfigurableApplicationContext context = start(RestartedApplication.Application.class)) {
                use(context);
                assertThat(threads()).isNotEmpty();
            }
        }

        awaitNoThread();
    }

    @Test
    void twoApplicationsHavePoolsOfTheirOwn() {
        ConfigurableApplicationContext first = start(RestartedApplication.Application.class);
        try (ConfigurableApplicationContext second = start(RestartedApplication.Application.class)) {
            TpPool pool = second.getBean(TpRegistry.class).pool("left");
            assertThat(first.getBean(TpRegistry.class).pool("left")).isNotSameAs(pool);

            first.close();

            assertThat(pool.isClosed()).isFalse();
            use(second);
        }
        finally {
            first.close();
        }
        awaitNoThread();
    }

    @Test
    void aChildUsesThePoolsOfItsParentAndLeavesThemWhenItCloses() {
        try (ConfigurableApplicationContext parent = start(RestartedApplication.Application.class)) {
            TpPool shared = parent.getBean(TpRegistry.class).pool("left");
            ConfigurableApplicationContext child = new SpringApplicationBuilder(Child.class).parent(parent)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off")
                .run();
            RestartedApplication.Greeter greeter = child.getBean("childGreeter", RestartedApplication.Greeter.class);
            assertThat(greeter.greet("child").join()).isEqualTo("hello child");
            assertThat(child.getBean(TpRegistry.class).pool("left")).isSameAs(shared);

            child.close();

            assertThat(shared.isClosed()).isFalse();
            use(parent);
        }
        awaitNoThread();
    }

    @Test
    void aChildWithPoolsOfItsOwnEndsThemAlone() {
        try (ConfigurableApplicationContext parent = start(RestartedApplication.Application.class)) {
            ConfigurableApplicationContext child = new SpringApplicationBuilder(Child.class).parent(parent)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off")
                .run("--tp.pools.child.max-threads=1");
            TpPool own = child.getBean(TpRegistry.class).pool("child");
            TpPool ofParent = child.getBean(TpRegistry.class).pool("left");
            assertThat(TpEnvironment.of(own).submit(() -> "ran").join()).isEqualTo("ran");

            child.close();

            assertThat(own.isTerminated()).isTrue();
            assertThat(ofParent.isClosed()).isFalse();
        }
    }

    @Test
    void theClassLoaderOfAnApplicationThatHasEndedCanBeCollected() throws Exception {
        TpEnvironment ofProcess = TpEnvironment.defaults();
        // Keeps the clock and a worker of the process alive.
        try (TpTimer other = ofProcess.timer(() -> {
        })) {
            WeakReference<ClassLoader> application = runAndForget(other);

            Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(100)).until(() -> {
                System.gc();
                return application.get() == null;
            });
            assertThat(other.isSet()).isTrue();
        }
        awaitNoThread();
    }

    /**
     * Runs an application whose classes are in a class loader of their own, as after a
     * restart by the DevTools or in a servlet container.
     */
    @SuppressWarnings("unchecked")
    private static WeakReference<ClassLoader> runAndForget(TpTimer other) throws Exception {
        ClassLoader loader = new RestartClassLoader();
        Supplier<ConfigurableApplicationContext> program = (Supplier<ConfigurableApplicationContext>) loader
            .loadClass(RestartedApplication.Program.class.getName())
            .getDeclaredConstructor()
            .newInstance();
        CompletableFuture<Void> end = CompletableFuture.runAsync(() -> {
            try (ConfigurableApplicationContext context = program.get()) {
                assertThat(context.getBean("greeter").getClass().getClassLoader()).isSameAs(loader);
                other.set(Duration.ofHours(1));
            }
        }, (command) -> {
            Thread thread = new Thread(command, "restartedMain");
            thread.setContextClassLoader(loader);
            thread.start();
        });
        end.get();
        return new WeakReference<>(loader);
    }

    private static ConfigurableApplicationContext start(Class<?> application) {
        return new SpringApplicationBuilder(application).web(WebApplicationType.NONE).properties(PROPERTIES).run();
    }

    private static void use(ConfigurableApplicationContext context) {
        assertThat(context.getBean("greeter", RestartedApplication.Greeter.class).greet("you").join())
            .isEqualTo("hello you");
        TpTimer timer = context.getBean(TpRegistry.class).environment("left").timer(() -> {
        });
        timer.set(Duration.ofMillis(1), Duration.ofMillis(5), Duration.ZERO);
    }

    private static void awaitNoThread() {
        Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .map(Thread::getName)
            .filter((name) -> name.startsWith("left-") || name.startsWith("tp-shutdown"))
            .toList();
    }

    /**
     * A child context.
     */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Child {

        @Bean
        RestartedApplication.Greeter childGreeter() {
            return new RestartedApplication.Greeter();
        }

    }

    /**
     * Loads the classes of the application anew.
     */
    private static final class RestartClassLoader extends ClassLoader {

        RestartClassLoader() {
            super(NothingLeftBehindTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(RestartedApplication.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return (loaded != null) ? loaded : findClass(name);
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream code = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (code == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            }
            catch (IOException ex) {
                throw new ClassNotFoundException(name, ex);
            }
        }

    }

}
