package dev.tpool.sync;

public class ManualResetEventLincheckTests extends TpEventLincheckTests {

    public ManualResetEventLincheckTests() {
        super(TpEvent.manualReset());
    }

}
