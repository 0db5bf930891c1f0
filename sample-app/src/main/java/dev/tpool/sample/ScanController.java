package dev.tpool.sample;

import java.net.URI;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.tpool.sample.ScanRepository.Duplicate;
import dev.tpool.sample.ScanService.Cancellation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Scans over HTTP.
 */
@RestController
@RequestMapping("/scans")
class ScanController {

    private static final int LATEST = 100;

    private static final int FINDINGS = 1000;

    private final ScanService service;

    private final ScanRepository repository;

    private final ScanRoots roots;

    ScanController(ScanService service, ScanRepository repository, ScanRoots roots) {
        this.service = service;
        this.repository = repository;
        this.roots = roots;
    }

    @PostMapping
    ResponseEntity<ScanSummary> start(@Valid @RequestBody ScanRequest request) {
        Scan scan = this.service.start(new JarTree(this.roots.resolve(request.directory())), ScanOrigin.REQUEST);
        return ResponseEntity.accepted()
            .location(URI.create("/scans/" + scan.id()))
            .body(this.repository.get(scan.id()));
    }

    @GetMapping
    List<ScanSummary> latest() {
        return this.repository.latest(LATEST);
    }

    @GetMapping("/{id}")
    ScanDetails get(@PathVariable long id) {
        return new ScanDetails(this.repository.get(id), this.repository.findings(id, FINDINGS));
    }

    @GetMapping("/{id}/duplicates")
    DuplicatePage duplicates(@PathVariable long id, @RequestParam(defaultValue = "0") @Min(0) int page,
            @RequestParam(defaultValue = "50") @Min(1) @Max(500) int size) {
        ScanSummary scan = this.repository.get(id);
        Integer total = scan.duplicateClasses();
        if (total == null) {
            throw ScanProblem.notCompared(id, scan.state());
        }
        return new DuplicatePage(page, size, total, this.repository.duplicates(id, (long) page * size, size));
    }

    @DeleteMapping("/{id}")
    Cancellation cancel(@PathVariable long id) throws InterruptedException {
        return this.service.cancel(id);
    }

    record ScanRequest(@NotBlank String directory) {
    }

    /**
     * A scan with what it could not read, of that the first thousand.
     */
    record ScanDetails(@JsonUnwrapped ScanSummary summary, List<Finding> findings) {
    }

    /**
     * Some of the classes that more than one jar defines.
     *
     * @param total how many classes there are on all pages
     */
    record DuplicatePage(int page, int size, int total, List<Duplicate> duplicates) {
    }

}
