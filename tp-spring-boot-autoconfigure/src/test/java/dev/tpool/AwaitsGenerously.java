package dev.tpool;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets every test wait for longer than the ten seconds that are Awaitility's default: the
 * time is only to catch what hangs. Found by JUnit through {@code META-INF/services}.
 */
public final class AwaitsGenerously implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

}
