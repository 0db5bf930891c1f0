package dev.tpool.spring;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NearestName}.
 */
class NearestNameTests {

    private static final List<String> KNOWN = List.of("io", "slots", "import-slots", "default");

    @ParameterizedTest
    @CsvSource({ "slotz, slots", "slot, slots", "slost, slots", "SLOTS, slots", "oi, io", "importSlots, import-slots",
            "defualt, default" })
    void isTheNameThatASlipMadeIntoTheWrongOne(String wrong, String meant) {
        assertThat(NearestName.to(wrong, KNOWN)).isEqualTo(meant);
    }

    @Test
    void isNoneIfAllAreFarAway() {
        assertThat(NearestName.to("ledger", KNOWN)).isNull();
        assertThat(NearestName.to("x", KNOWN)).isNull();
        assertThat(NearestName.to("io", List.of())).isNull();
    }

}
