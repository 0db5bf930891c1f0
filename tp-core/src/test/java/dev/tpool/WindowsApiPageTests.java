package dev.tpool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/windows-api.md} names every function of Windows, and only methods and tests
 * that exist.
 */
class WindowsApiPageTests {

    private static final List<String> FUNCTIONS = Pattern.compile("\\s+").splitAsStream("""
            CreateThreadpool CloseThreadpool SetThreadpoolThreadMaximum SetThreadpoolThreadMinimum
            SetThreadpoolStackInformation QueryThreadpoolStackInformation CreateThreadpoolCleanupGroup
            CloseThreadpoolCleanupGroupMembers CloseThreadpoolCleanupGroup CallbackMayRunLong
            DisassociateCurrentThreadFromCallback LeaveCriticalSectionWhenCallbackReturns
            ReleaseMutexWhenCallbackReturns ReleaseSemaphoreWhenCallbackReturns SetEventWhenCallbackReturns
            FreeLibraryWhenCallbackReturns TrySubmitThreadpoolCallback CreateThreadpoolWork SubmitThreadpoolWork
            WaitForThreadpoolWorkCallbacks CloseThreadpoolWork CreateThreadpoolTimer SetThreadpoolTimer
            SetThreadpoolTimerEx IsThreadpoolTimerSet WaitForThreadpoolTimerCallbacks CloseThreadpoolTimer
            CreateThreadpoolWait SetThreadpoolWait SetThreadpoolWaitEx WaitForThreadpoolWaitCallbacks
            CloseThreadpoolWait CreateThreadpoolIo StartThreadpoolIo CancelThreadpoolIo
            WaitForThreadpoolIoCallbacks CloseThreadpoolIo InitializeThreadpoolEnvironment
            TpInitializeCallbackEnviron DestroyThreadpoolEnvironment TpDestroyCallbackEnviron
            SetThreadpoolCallbackPool TpSetCallbackThreadpool SetThreadpoolCallbackCleanupGroup
            TpSetCallbackCleanupGroup SetThreadpoolCallbackRunsLong TpSetCallbackLongFunction
            SetThreadpoolCallbackPersistent TpSetCallbackPersistent SetThreadpoolCallbackPriority
            TpSetCallbackPriority SetThreadpoolCallbackLibrary TpSetCallbackRaceWithDll
            TpSetCallbackFinalizationCallback TpSetCallbackActivationContext TpSetCallbackNoActivationContext
            """).filter(Predicate.not(String::isEmpty)).toList();

    private static final Pattern SPAN = Pattern.compile("`([A-Za-z.]+)`");

    private final List<String[]> rows = rows();

    @Test
    void everyFunctionOfWindowsHasARow() {
        assertThat(names(1)).containsExactlyInAnyOrderElementsOf(FUNCTIONS);
    }

    @Test
    void everyCounterpartExists() {
        assertThat(names(2).filter((name) -> !isMethod(name))).isEmpty();
    }

    @Test
    void everyRowNamesATestThatExists() {
        assertThat(names(3)).hasSameSizeAs(this.rows);
        assertThat(names(3).filter((name) -> !isTest(name))).isEmpty();
    }

    private Stream<String> names(int column) {
        return this.rows.stream()
            .flatMap((row) -> SPAN.matcher(row[column]).results())
            .map((MatchResult span) -> span.group(1));
    }

    private static boolean isMethod(String name) {
        int dot = name.lastIndexOf('.');
        Class<?> type = type(name.substring(0, dot).replace('.', '$'));
        return Arrays.stream(type.getMethods()).anyMatch((method) -> method.getName().equals(name.substring(dot + 1)));
    }

    /**
     * Whether there is such a test, in the class or a nested one.
     */
    private static boolean isTest(String name) {
        int dot = name.indexOf('.');
        Class<?> type = type(name.substring(0, dot));
        return Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredClasses()))
            .flatMap((each) -> Arrays.stream(each.getDeclaredMethods()))
            .filter((method) -> method.isAnnotationPresent(Test.class))
            .anyMatch((method) -> method.getName().equals(name.substring(dot + 1)));
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName("dev.tpool." + name);
        }
        catch (ClassNotFoundException ex) {
            throw new AssertionError("no class " + name, ex);
        }
    }

    private static List<String[]> rows() {
        try (Stream<String> lines = Files.lines(Path.of("../docs/windows-api.md"))) {
            return lines.filter((line) -> line.startsWith("| `")).map((line) -> line.split("\\|", -1)).toList();
        }
        catch (IOException ex) {
            throw new AssertionError("the page cannot be read", ex);
        }
    }

}
