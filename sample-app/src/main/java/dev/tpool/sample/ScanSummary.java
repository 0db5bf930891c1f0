package dev.tpool.sample;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A scan as it is recorded.
 *
 * @param source the directory, or the class path
 * @param reason why it failed
 * @param jars how many there are; null until they are found
 * @param digested how many of them have been read
 * @param entries the entries of those, directories included
 * @param bytes the size of those entries when unpacked
 * @param classes the classes in those jars, each once per jar
 * @param duplicateClasses the classes that more than one jar defines; null until it is
 * done
 * @param findingCount how many jars and directories could not be read
 */
record ScanSummary(long id, String source, ScanOrigin origin, ScanState state, @Nullable String reason, Instant started,
        @Nullable Instant ended, @Nullable Integer jars, int digested, long entries, long bytes, long classes,
        @Nullable Integer duplicateClasses, int findingCount) {

    /**
     * How far it has come.
     * @return 0 to 100
     */
    @JsonProperty
    int percent() {
        if (this.jars == null) {
            return 0;
        }
        return (this.jars == 0) ? 100 : (int) (100L * this.digested / this.jars);
    }

}
