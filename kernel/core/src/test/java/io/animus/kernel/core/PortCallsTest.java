package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class PortCallsTest {
    private final PortCalls calls = new PortCalls(new Metrics());

    @AfterEach
    void close() {
        MDC.clear();
        calls.close();
    }

    @Test
    void whatAPluginLogsBearsTheRequestThatItIsCalledFor() {
        MDC.put("requestId", "r1");
        assertThat(logged()).isEqualTo("r1");

        MDC.clear();
        assertThat(logged()).as("the same thread later, for nobody").isNull();
    }

    private String logged() {
        return calls.call("test", this, Ports.QUICK, plugin -> MDC.get("requestId"));
    }
}
