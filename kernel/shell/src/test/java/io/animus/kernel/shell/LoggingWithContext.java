package io.animus.kernel.shell;

import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.simple.SimpleServiceProvider;
import org.slf4j.spi.MDCAdapter;

/** Logging of the tests that keeps a context of each thread, as the hub's does. */
public final class LoggingWithContext extends SimpleServiceProvider {
    private final MDCAdapter context = new BasicMDCAdapter();

    @Override
    public MDCAdapter getMDCAdapter() {
        return context;
    }
}
