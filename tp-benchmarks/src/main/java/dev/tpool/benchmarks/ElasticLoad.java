package dev.tpool.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.Deflater;

import org.openjdk.jmh.infra.Blackhole;

/**
 * What the callbacks of the {@link ElasticityReport} do.
 */
enum ElasticLoad {

    /** 200 that sleep 100 ms. */
    SLEEP {
        @Override
        List<Runnable> callbacks(Connections connections) {
            return Collections.nCopies(200, () -> sleep(100));
        }
    },

    /** 200 that park for 100 ms. */
    PARK {
        @Override
        List<Runnable> callbacks(Connections connections) {
            return Collections.nCopies(200, () -> {
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
                for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            });
        }
    },

    /** 200 that each come to a monitor that another thread leaves after 100 ms. */
    MONITOR {
        @Override
        List<Runnable> callbacks(Connections connections) {
            CountDownLatch allHeld = new CountDownLatch(200);
            List<Runnable> callbacks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Object monitor = new Object();
                CountDownLatch begun = new CountDownLatch(1);
                Thread holder = new Thread(() -> {
                    synchronized (monitor) {
                        allHeld.countDown();
                        await(begun);
                        sleep(100);
                    }
                }, "holder");
                holder.setDaemon(true);
                holder.start();
                callbacks.add(() -> {
                    begun.countDown();
                    synchronized (monitor) {
                        Blackhole.consumeCPU(1);
                    }
                });
            }
            await(allHeld);
            return callbacks;
        }
    },

    /** 200 that read from a socket what comes after 100 ms. */
    READ {
        @Override
        List<Runnable> callbacks(Connections connections) {
            return Collections.nCopies(200, () -> connections.read(100));
        }
    },

    /** 10,000 that compute. */
    COMPUTE {
        @Override
        List<Runnable> callbacks(Connections connections) {
            return Collections.nCopies(10_000, () -> Blackhole.consumeCPU(TOKENS));
        }
    },

    /** 10,000 that compute in native code. */
    DEFLATE {
        @Override
        List<Runnable> callbacks(Connections connections) {
            byte[] bytes = new byte[4_096];
            new Random(7).nextBytes(bytes);
            return Collections.nCopies(10_000, () -> deflate(bytes));
        }
    },

    /** 6,000 that compute 1/3, sleep 20 ms 1/3, and read 20 ms 1/3, in random order. */
    MIX {
        @Override
        List<Runnable> callbacks(Connections connections) {
            List<Runnable> callbacks = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                callbacks.add(() -> Blackhole.consumeCPU(5 * TOKENS));
                callbacks.add(() -> sleep(20));
                callbacks.add(() -> connections.read(20));
            }
            Collections.shuffle(callbacks, new Random(7));
            return callbacks;
        }
    },

    /** 4,000 that read for 2 ms: less than a look of the governor tells apart. */
    SHORT_READS {
        @Override
        List<Runnable> callbacks(Connections connections) {
            return Collections.nCopies(4_000, () -> connections.read(2));
        }
    },

    /** 4,000 that sleep for 2 ms. */
    SHORT_SLEEPS {
        @Override
        List<Runnable> callbacks(Connections connections) {
            return Collections.nCopies(4_000, () -> sleep(2));
        }
    };

    /** About a tenth to a fifth of a millisecond. */
    private static final int TOKENS = 100_000;

    abstract List<Runnable> callbacks(Connections connections);

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private static void deflate(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] out = new byte[8_192];
        while (!deflater.finished()) {
            deflater.deflate(out);
        }
        deflater.end();
    }

    /**
     * Connections to a server that answers after a while.
     */
    static final class Connections implements AutoCloseable {

        private final ScheduledExecutorService server = Executors.newSingleThreadScheduledExecutor((task) -> {
            Thread thread = new Thread(task, "server");
            thread.setDaemon(true);
            return thread;
        });

        private final BlockingQueue<Connection> free = new LinkedBlockingQueue<>();

        private final List<Socket> all = new ArrayList<>();

        Connections(int count) throws IOException {
            try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                for (int i = 0; i < count; i++) {
                    Socket near = new Socket(listener.getInetAddress(), listener.getLocalPort());
                    Socket far = listener.accept();
                    near.setTcpNoDelay(true);
                    far.setTcpNoDelay(true);
                    this.all.add(near);
                    this.all.add(far);
                    this.free.add(new Connection(near, far));
                }
            }
        }

        /**
         * Asks, and reads the answer. Waits for a connection, since there are as many
         * virtual threads as callbacks.
         */
        void read(long millis) {
            Connection connection = take();
            Future<?> answer = this.server.schedule(connection::answer, millis, TimeUnit.MILLISECONDS);
            connection.read();
            if (answer.isCancelled()) {
                throw new IllegalStateException("the server has gone");
            }
            this.free.add(connection);
        }

        private Connection take() {
            try {
                return this.free.take();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a connection", ex);
            }
        }

        @Override
        public void close() throws IOException {
            this.server.shutdownNow();
            for (Socket socket : this.all) {
                socket.close();
            }
        }

    }

    private record Connection(Socket near, Socket far) {

        void answer() {
            try {
                this.far.getOutputStream().write(1);
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

        void read() {
            try {
                if (this.near.getInputStream().read() != 1) {
                    throw new IllegalStateException("the server has gone");
                }
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

    }

}
