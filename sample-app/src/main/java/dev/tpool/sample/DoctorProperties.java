package dev.tpool.sample;

import java.util.List;

import jakarta.validation.constraints.NotEmpty;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What can be set about the doctor.
 *
 * @param scanOnStart whether to scan the application's own class path at start-up
 * @param data the file of the database, without its ending
 * @param roots the directories that may be scanned, with all below them
 */
@Validated
@ConfigurationProperties("doctor")
record DoctorProperties(@DefaultValue("true") boolean scanOnStart, @DefaultValue("./data/doctor") String data,
        @NotEmpty List<String> roots) {
}
