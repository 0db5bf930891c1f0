package dev.tpool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the workers of a pool are, for a message: those that are at the same place
 * together, the largest group first.
 */
final class WorkerStacks {

    /** Asking for a stack trace stops the thread for a moment. */
    private static final int MOST_WORKERS = 200;

    private static final int MOST_GROUPS = 8;

    private static final int MOST_FRAMES = 32;

    private WorkerStacks() {
    }

    static String describe(Iterable<Worker> workers) {
        Map<List<StackTraceElement>, Integer> groups = new LinkedHashMap<>();
        int asked = 0;
        int left = 0;
        for (Worker worker : workers) {
            Thread thread = worker.thread();
            if (thread == null || asked == MOST_WORKERS) {
                left++;
                continue;
            }
            asked++;
            groups.merge(callbackFrames(thread.getStackTrace()), 1, Integer::sum);
        }
        return describe(groups, asked + left);
    }

    private static String describe(Map<List<StackTraceElement>, Integer> groups, int workers) {
        List<Map.Entry<List<StackTraceElement>, Integer>> sorted = new ArrayList<>(groups.entrySet());
        sorted.sort(Map.Entry.<List<StackTraceElement>, Integer>comparingByValue().reversed());
        StringBuilder text = new StringBuilder();
        int others = workers;
        for (Map.Entry<List<StackTraceElement>, Integer> each : sorted.subList(0,
                Math.min(MOST_GROUPS, sorted.size()))) {
            text.append(System.lineSeparator()).append(workers(each.getValue())).append(':');
            for (StackTraceElement frame : each.getKey()) {
                text.append(System.lineSeparator()).append("\tat ").append(frame);
            }
            others -= each.getValue();
        }
        if (others > 0) {
            text.append(System.lineSeparator()).append(workers(others)).append(" elsewhere");
        }
        return text.toString();
    }

    private static String workers(int count) {
        return (count == 1) ? "1 worker" : count + " workers";
    }

    /**
     * The frames above the engine's own, as many as one wants to read.
     */
    static List<StackTraceElement> callbackFrames(StackTraceElement[] frames) {
        int end = frames.length;
        for (int i = 0; i < frames.length; i++) {
            if (frames[i].getClassName().equals(Execution.class.getName())) {
                end = i;
                break;
            }
        }
        return List.of(Arrays.copyOf(frames, Math.min(end, MOST_FRAMES)));
    }

}
