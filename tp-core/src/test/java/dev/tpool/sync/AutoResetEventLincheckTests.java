package dev.tpool.sync;

public class AutoResetEventLincheckTests extends TpEventLincheckTests {

    public AutoResetEventLincheckTests() {
        super(TpEvent.autoReset());
    }

}
