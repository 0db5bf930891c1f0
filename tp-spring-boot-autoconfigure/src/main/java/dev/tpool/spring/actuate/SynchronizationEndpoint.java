package dev.tpool.spring.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.tpool.TpLibrary;
import dev.tpool.spring.TpEntryLines;
import dev.tpool.spring.TpRegistry;
import dev.tpool.sync.TpCriticalSection;
import dev.tpool.sync.TpEvent;
import dev.tpool.sync.TpMutex;
import dev.tpool.sync.TpSemaphore;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * What callbacks wait for, at this moment: who has the mutexes and sections, which
 * permits are free, which events are set, how many wait for each of them, and how many
 * keep a library.
 * <p>
 * Everything that has a name in the {@link TpRegistry} is there. The lock of a key, which
 * exists while callbacks use it or wait for it, has none.
 */
@Endpoint(id = "synchronization", defaultAccess = Access.READ_ONLY)
public final class SynchronizationEndpoint {

    private final TpRegistry registry;

    private final TpEntryLines lines;

    /**
     * Creates the endpoint.
     * @param registry what has a name
     * @param lines knows the callbacks that wait for a lock without a thread
     */
    public SynchronizationEndpoint(TpRegistry registry, TpEntryLines lines) {
        this.registry = registry;
        this.lines = lines;
    }

    /**
     * Everything that callbacks wait for and has a name.
     * @return the semaphores, mutexes, sections, events and libraries by name
     */
    @ReadOperation
    public SynchronizationDescriptor synchronization() {
        Map<String, TpSemaphore> semaphores = this.registry.semaphores();
        Map<String, TpMutex> mutexes = this.registry.mutexes();
        Map<String, TpCriticalSection> sections = this.registry.sections();
        Map<String, TpEvent> events = this.registry.events();
        Map<String, TpLibrary> libraries = this.registry.libraries();
        return new SynchronizationDescriptor(semaphores.size(), first(semaphores, SemaphoreDescriptor::of),
                mutexes.size(), first(mutexes, (mutex) -> MutexDescriptor.of(mutex, this.lines)), sections.size(),
                first(sections, (section) -> SectionDescriptor.of(section, this.lines)), events.size(),
                first(events, EventDescriptor::of), libraries.size(), first(libraries, LibraryDescriptor::of));
    }

    private static <T, D> Map<String, D> first(Map<String, T> things, Function<T, D> description) {
        Map<String, D> first = new LinkedHashMap<>();
        things.entrySet()
            .stream()
            .limit(ObjectDescriptor.LISTED)
            .forEach((thing) -> first.put(thing.getKey(), description.apply(thing.getValue())));
        return first;
    }

    /**
     * Everything that callbacks wait for and has a name.
     *
     * @param semaphoreCount the number of semaphores
     * @param semaphores the first thousand of them by name
     * @param mutexCount the number of mutexes
     * @param mutexes the first thousand of them by name
     * @param sectionCount the number of critical sections
     * @param sections the first thousand of them by name
     * @param eventCount the number of events
     * @param events the first thousand of them by name
     * @param libraryCount the number of libraries
     * @param libraries the first thousand of them by name
     */
    public record SynchronizationDescriptor(int semaphoreCount, Map<String, SemaphoreDescriptor> semaphores,
            int mutexCount, Map<String, MutexDescriptor> mutexes, int sectionCount,
            Map<String, SectionDescriptor> sections, int eventCount, Map<String, EventDescriptor> events,
            int libraryCount, Map<String, LibraryDescriptor> libraries) implements OperationResponseBody {
    }

    /**
     * One semaphore.
     *
     * @param available the permits that are free
     * @param maximum the permits that it has at most
     * @param waiting how many callbacks, waits and threads stand in line for permits
     */
    public record SemaphoreDescriptor(int available, int maximum, int waiting) {

        static SemaphoreDescriptor of(TpSemaphore semaphore) {
            return new SemaphoreDescriptor(semaphore.availablePermits(), semaphore.maximum(), semaphore.waiting());
        }

    }

    /**
     * One mutex.
     *
     * @param owner who has it, {@code null} if it is free
     * @param waiting how many wait for it: threads, and callbacks of this context that
     * take it at their entry and do not have it because of others
     */
    public record MutexDescriptor(@Nullable OwnerDescriptor owner, int waiting) {

        static MutexDescriptor of(TpMutex mutex, TpEntryLines lines) {
            return new MutexDescriptor(OwnerDescriptor.of(mutex::owner), mutex.waiting() + lines.waiting(mutex));
        }

    }

    /**
     * One critical section.
     *
     * @param owner who is inside, {@code null} if nobody is
     * @param waiting how many wait for it, counted as those for a mutex
     * @param spinCount how often a thread tries again before it waits
     */
    public record SectionDescriptor(@Nullable OwnerDescriptor owner, int waiting, int spinCount) {

        static SectionDescriptor of(TpCriticalSection section, TpEntryLines lines) {
            return new SectionDescriptor(OwnerDescriptor.of(section::owner), section.waiting() + lines.waiting(section),
                    section.spinCount());
        }

    }

    /**
     * The thread that has a mutex or section.
     *
     * @param thread its name
     * @param threadId its id
     * @param ended whether it has ended without letting go. The next one gets the mutex
     * all the same; a section will never be left any more
     */
    public record OwnerDescriptor(String thread, long threadId, boolean ended) {

        @SuppressWarnings("deprecation") // getId() is what Java 17 has.
        static @Nullable OwnerDescriptor of(Supplier<@Nullable Thread> owner) {
            Thread thread = owner.get();
            if (thread == null) {
                return null;
            }
            // It may have let go before it ended, and after it was asked for.
            boolean ended = !thread.isAlive() && thread == owner.get();
            return new OwnerDescriptor(thread.getName(), thread.getId(), ended);
        }

    }

    /**
     * One event.
     *
     * @param manualReset whether it stays set until it is reset
     * @param set whether it is set
     * @param waiting how many waits and threads stand in line for it
     */
    public record EventDescriptor(boolean manualReset, boolean set, int waiting) {

        static EventDescriptor of(TpEvent event) {
            return new EventDescriptor(event.isManualReset(), event.isSet(), event.waiting());
        }

    }

    /**
     * One library.
     *
     * @param references how many keep it: its owner, until that has closed it, objects
     * and callbacks of environments that name it, and code that has taken it
     * @param unloaded whether the last one has given it back and it was closed
     */
    public record LibraryDescriptor(int references, boolean unloaded) {

        static LibraryDescriptor of(TpLibrary library) {
            return new LibraryDescriptor(library.references(), library.isUnloaded());
        }

    }

}
