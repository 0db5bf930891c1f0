package dev.tpool.sync;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WaitLineTests {

    private final WaitLine line = new WaitLine();

    @Test
    void isEmptyAtFirst() {
        assertThat(this.line.isEmpty()).isTrue();
        assertThat(this.line.first()).isNull();
        assertThat(this.line.size()).isZero();
    }

    @Test
    void servesFromTheFront() {
        Place first = added("first");
        Place second = added("second");
        Place third = added("third");

        assertThat(drained()).containsExactly(first, second, third);
        assertThat(this.line.isEmpty()).isTrue();
    }

    @Test
    void lastOneCanLeave() {
        Place first = added("first");
        Place last = added("last");
        this.line.remove(last);
        Place newLast = added("new last");

        assertThat(this.line.size()).isEqualTo(2);
        assertThat(drained()).containsExactly(first, newLast);
    }

    @Test
    void oneInTheMiddleCanLeave() {
        Place first = added("first");
        Place middle = added("middle");
        Place last = added("last");
        this.line.remove(middle);

        assertThat(drained()).containsExactly(first, last);
    }

    @Test
    void leavingTwiceIsLeavingOnce() {
        Place first = added("first");
        Place second = added("second");
        this.line.remove(first);
        this.line.remove(first);

        assertThat(this.line.size()).isEqualTo(1);
        assertThat(drained()).containsExactly(second);
    }

    @Test
    void theOnlyOneCanLeaveAndComeBack() {
        Place only = added("only");
        this.line.remove(only);
        this.line.add(only);

        assertThat(drained()).containsExactly(only);
    }

    private Place added(String name) {
        Place place = new Place(name);
        this.line.add(place);
        return place;
    }

    private List<WaitLine.Node> drained() {
        List<WaitLine.Node> drained = new ArrayList<>();
        for (WaitLine.Node node = this.line.first(); node != null; node = this.line.first()) {
            this.line.remove(node);
            drained.add(node);
        }
        return drained;
    }

    private static final class Place extends WaitLine.Node {

        private final String name;

        private Place(String name) {
            this.name = name;
        }

        @Override
        boolean accept() {
            return true;
        }

        @Override
        void tell() {
        }

        @Override
        public String toString() {
            return this.name;
        }

    }

}
