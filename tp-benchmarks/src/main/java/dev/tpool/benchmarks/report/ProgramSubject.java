package dev.tpool.benchmarks.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * A program that prints a line {@code METRIC value} for each thing it measures, since JMH
 * has no word for them.
 *
 * @param name the implementation's name, which is the program's argument
 * @param since the first release of Java that has it
 * @param program the class with the main method
 */
record ProgramSubject(String name, int since, Class<?> program) implements Subject {

    /** Most of what they measure is the same in each fork. */
    @Override
    public int rounds(int asked) {
        return Math.min(asked, 3);
    }

    @Override
    public Map<Metric, Double> measure(ReportOptions options) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms2g", "-Xmx2g", "-XX:+UseSerialGC", "-XX:MarkSweepDeadRatio=0", "-cp",
                System.getProperty("java.class.path"), this.program.getName(), this.name)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                metrics.put(Metric.valueOf(line.substring(0, space)), Double.valueOf(line.substring(space + 1)));
            }
        }
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException(this.program.getSimpleName() + " ended with " + exit);
        }
        return metrics;
    }

}
