package dev.tpool.benchmarks;

import java.util.Map;
import java.util.function.Consumer;

import io.github.resilience4j.bulkhead.ThreadPoolBulkhead;
import io.github.resilience4j.bulkhead.ThreadPoolBulkheadConfig;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The asynchronous calls compared. Each has two threads. The futures are left alone: the
 * methods count their calls themselves.
 */
@SuppressWarnings("FutureReturnValueIgnored")
public enum CallImplementation {

    /** A method with our annotation. */
    TP_CALLBACK {
        @Override
        Call start(Batch batch) {
            return inContext(batch, AnnotatedCalls.PoolConfiguration.class, AnnotatedCalls::run);
        }
    },

    /** The same with a future. */
    TP_CALLBACK_FUTURE {
        @Override
        Call start(Batch batch) {
            return inContext(batch, AnnotatedCalls.PoolConfiguration.class, AnnotatedCalls::future);
        }
    },

    /** A method with Spring's annotation. */
    ASYNC {
        @Override
        Call start(Batch batch) {
            return inContext(batch, AnnotatedCalls.SpringConfiguration.class, AnnotatedCalls::run);
        }
    },

    /** The same with a future. */
    ASYNC_FUTURE {
        @Override
        Call start(Batch batch) {
            return inContext(batch, AnnotatedCalls.SpringConfiguration.class, AnnotatedCalls::future);
        }
    },

    /** Resilience4j's bulkhead with threads, through its core API. */
    THREAD_POOL_BULKHEAD {
        @Override
        Call start(Batch batch) {
            ThreadPoolBulkhead bulkhead = ThreadPoolBulkhead.of("benchmark",
                    ThreadPoolBulkheadConfig.custom()
                        .coreThreadPoolSize(2)
                        .maxThreadPoolSize(2)
                        .queueCapacity(QUEUE)
                        .build());
            return new Call(() -> bulkhead.executeRunnable(batch), bulkhead);
        }
    };

    private static final int QUEUE = 8192;

    abstract Call start(Batch batch);

    private static Call inContext(Batch batch, Class<?> configuration, Consumer<AnnotatedCalls> method) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.getEnvironment()
            .getPropertySources()
            .addFirst(new MapPropertySource("benchmark",
                    Map.of("tp.pools.default.min-threads", 2, "tp.pools.default.max-threads", 2)));
        context.registerBean(Batch.class, () -> batch);
        context.register(configuration);
        context.refresh();
        AnnotatedCalls calls = context.getBean(AnnotatedCalls.class);
        return new Call(() -> method.accept(calls), context);
    }

    /**
     * A method to call, and what to close in the end.
     */
    record Call(Runnable call, AutoCloseable resource) {
    }

}
