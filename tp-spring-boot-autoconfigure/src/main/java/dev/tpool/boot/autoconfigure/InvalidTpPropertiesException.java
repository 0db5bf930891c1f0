package dev.tpool.boot.autoconfigure;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Properties under {@code tp} make no sense.
 */
public final class InvalidTpPropertiesException extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    InvalidTpPropertiesException(List<Problem> problems, @Nullable Throwable cause) {
        super(problems.stream()
            .map((problem) -> problem.property() + ": " + problem.reason())
            .collect(Collectors.joining("; ")), cause);
        this.problems = List.copyOf(problems);
    }

    /**
     * What is wrong.
     * @return at least one problem
     */
    public List<Problem> problems() {
        return this.problems;
    }

    /**
     * One property that makes no sense.
     *
     * @param property its name
     * @param value its value, {@code null} if it is missing
     * @param reason what is wrong with it
     * @param action what to do about it
     */
    public record Problem(String property, @Nullable Object value, String reason, String action) {
    }

}
