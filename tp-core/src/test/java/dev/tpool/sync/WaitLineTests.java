package dev.tpool.sync;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WaitLineTests {

    private final WaitLine line = new WaitLine(TpEvent.autoReset());

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

    @Test
    void whoIsServedLeavesOnceItHasAccepted() {
        Place served = added("served");
        Place next = added("next");

        assertThat(this.line.serve(served)).isTrue();
        assertThat(served.lineWhenAsked).isSameAs(this.line);
        assertThat(served.line()).isNull();
        assertThat(next.line()).isSameAs(this.line);
        assertThat(drained()).containsExactly(next);
    }

    @Test
    void hasOnlyThoseWhoStandInIt() {
        Place here = added("here");
        WaitLine other = new WaitLine(TpEvent.autoReset());
        Place there = new Place("there");
        other.add(there);

        assertThat(this.line.has(here)).isTrue();
        assertThat(this.line.has(there)).isFalse();
        assertThat(this.line.remove(there)).isFalse();
        assertThat(other.size()).isOne();
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

        private WaitLine lineWhenAsked;

        private Place(String name) {
            this.name = name;
        }

        @Override
        boolean accept() {
            this.lineWhenAsked = line();
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
