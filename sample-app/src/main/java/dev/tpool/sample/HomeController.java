package dev.tpool.sample;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Says where everything else is.
 */
@RestController
class HomeController {

    @GetMapping("/")
    Links links() {
        return new Links("/scans", "/actuator/threadpools", "/actuator/metrics", "/actuator/health");
    }

    record Links(String scans, String threadpools, String metrics, String health) {
    }

}
