package dev.tpool.sample;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import jakarta.annotation.PostConstruct;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/**
 * All scans there ever were. Counts are not kept but counted, so they are right for a
 * scan that runs, and for one that never came to its end.
 */
@Repository
class ScanRepository {

    private static final int BATCH = 1000;

    private static final String SUMMARY = """
            select s.id, s.source, s.origin, s.state, s.reason, s.started, s.ended, s.jars,
                s.duplicate_classes "duplicateClasses",
                (select count(*) from jar j where j.scan_id = s.id) digested,
                (select coalesce(sum(entries), 0) from jar j where j.scan_id = s.id) entries,
                (select coalesce(sum(bytes), 0) from jar j where j.scan_id = s.id) bytes,
                (select coalesce(sum(classes), 0) from jar j where j.scan_id = s.id) classes,
                (select count(*) from finding f where f.scan_id = s.id) "findingCount"
            from scan s
            """;

    private final JdbcClient jdbc;

    private final JdbcTemplate batches;

    ScanRepository(JdbcClient jdbc, JdbcTemplate batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    /**
     * At start-up nothing runs. What is still said to run was cut off when the
     * application ended without warning.
     */
    @PostConstruct
    void markInterrupted() {
        this.jdbc.sql("update scan set state = 'INTERRUPTED' where state = 'RUNNING'").update();
    }

    long create(String source, ScanOrigin origin) {
        GeneratedKeyHolder key = new GeneratedKeyHolder();
        this.jdbc.sql("insert into scan (source, origin, state, started) values (?, ?, 'RUNNING', ?)")
            .params(source, origin.name(), now())
            .update(key, "id");
        return Objects.requireNonNull(key.getKey()).longValue();
    }

    @Transactional
    void saveFound(long id, int jars, List<Finding> findings) {
        this.jdbc.sql("update scan set jars = ? where id = ?").params(jars, id).update();
        this.batches.batchUpdate("insert into finding (scan_id, path, reason) values (?, ?, ?)", findings, BATCH,
                (row, finding) -> {
                    row.setLong(1, id);
                    row.setString(2, finding.path());
                    row.setString(3, finding.reason());
                });
    }

    @Transactional
    void save(long id, JarDigest digest) {
        this.jdbc.sql("insert into jar (scan_id, name, entries, bytes, classes) values (?, ?, ?, ?, ?)")
            .params(id, digest.jar(), digest.entries(), digest.bytes(), digest.classes().size())
            .update();
        Finding problem = digest.problem();
        if (problem != null) {
            this.jdbc.sql("insert into finding (scan_id, path, reason) values (?, ?, ?)")
                .params(id, problem.path(), problem.reason())
                .update();
        }
    }

    /**
     * Records the end of a scan.
     * @param duplicates the classes that more than one jar defines, in order, each with
     * its jars; null if they were not looked for
     */
    @Transactional
    void finish(long id, ScanState state, @Nullable Map<String, List<String>> duplicates, @Nullable String reason) {
        this.jdbc.sql("update scan set state = ?, reason = ?, ended = ?, duplicate_classes = ? where id = ?")
            .param(state.name())
            .param(reason)
            .param(now())
            .param((duplicates != null) ? duplicates.size() : null)
            .param(id)
            .update();
        if (duplicates != null) {
            saveDuplicates(id, duplicates);
        }
    }

    List<ScanSummary> latest(int count) {
        return this.jdbc.sql(SUMMARY + " order by s.id desc limit ?").param(count).query(ScanSummary.class).list();
    }

    /**
     * Reads a scan.
     * @throws ScanProblem if there is none with this number
     */
    ScanSummary get(long id) {
        return this.jdbc.sql(SUMMARY + " where s.id = ?")
            .param(id)
            .query(ScanSummary.class)
            .optional()
            .orElseThrow(() -> ScanProblem.unknown(id));
    }

    List<Finding> findings(long id, int count) {
        return this.jdbc.sql("select path, reason from finding where scan_id = ? order by path limit ?")
            .params(id, count)
            .query(Finding.class)
            .list();
    }

    /**
     * Reads some of the classes that more than one jar defines, each with its jars.
     * @param from how many classes, in the order of their names, to leave out
     */
    List<Duplicate> duplicates(long id, long from, int count) {
        Map<String, List<String>> jarsByClass = new LinkedHashMap<>();
        this.jdbc.sql("""
                select class_name, jar from duplicate
                where scan_id = ? and ordinal >= ? and ordinal < ? order by ordinal, jar
                """).params(id, from, from + count).query((row) -> {
            jarsByClass.computeIfAbsent(row.getString("class_name"), (key) -> new ArrayList<>())
                .add(row.getString("jar"));
        });
        return jarsByClass.entrySet().stream().map((each) -> new Duplicate(each.getKey(), each.getValue())).toList();
    }

    private void saveDuplicates(long id, Map<String, List<String>> duplicates) {
        List<Object[]> rows = new ArrayList<>();
        int ordinal = 0;
        for (Map.Entry<String, List<String>> each : duplicates.entrySet()) {
            for (String jar : each.getValue()) {
                rows.add(new Object[] { id, ordinal, each.getKey(), jar });
            }
            ordinal++;
        }
        this.batches.batchUpdate("insert into duplicate (scan_id, ordinal, class_name, jar) values (?, ?, ?, ?)", rows,
                BATCH, (statement, row) -> {
                    for (int i = 0; i < row.length; i++) {
                        statement.setObject(i + 1, row[i]);
                    }
                });
    }

    private static Object now() {
        return Instant.now().atOffset(ZoneOffset.UTC);
    }

    /**
     * A class and the jars that define it.
     */
    record Duplicate(String className, List<String> jars) {
    }

}
