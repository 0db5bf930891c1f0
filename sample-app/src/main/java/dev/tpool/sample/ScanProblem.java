package dev.tpool.sample;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * Why a request about scans cannot be met, told as a problem detail (RFC 9457).
 */
final class ScanProblem extends ErrorResponseException {

    private ScanProblem(HttpStatus status, String title, String detail) {
        super(status, problem(status, title, detail), null);
    }

    static ScanProblem unknown(long id) {
        return new ScanProblem(HttpStatus.NOT_FOUND, "No such scan", "There is no scan " + id + ".");
    }

    static ScanProblem over(long id, ScanState state) {
        return new ScanProblem(HttpStatus.CONFLICT, "Scan is over",
                "Scan " + id + " is " + state + "; only a running scan can be cancelled.");
    }

    static ScanProblem notCompared(long id, ScanState state) {
        return new ScanProblem(HttpStatus.CONFLICT, "Scan is not done",
                "Scan " + id + " is " + state + "; duplicates are known once a scan is DONE.");
    }

    static ScanProblem directory(String detail) {
        return new ScanProblem(HttpStatus.UNPROCESSABLE_CONTENT, "Directory cannot be scanned", detail);
    }

    private static ProblemDetail problem(HttpStatus status, String title, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setTitle(title);
        return problem;
    }

}
