package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.executor.JobExecutor;
import io.animus.api.tck.JobExecutorContract;
import io.animus.api.tck.JobPrograms;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The contract, kept with a real Podman. */
class ContainerJobExecutorIT implements JobExecutorContract {
    private static TestBed bed;
    private JobExecutor executor;

    @BeforeAll
    static void startEngine() throws Exception {
        bed = new TestBed();
    }

    @AfterAll
    static void stopEngine() throws Exception {
        bed.stop();
    }

    @BeforeEach
    void start() {
        executor = bed.executor();
    }

    @AfterEach
    void leavesNothing() throws Exception {
        assertThat(bed.clear()).isEmpty();
    }

    @Override
    public JobExecutor executor() {
        return executor;
    }

    @Override
    public JobExecutor restarted() {
        return bed.executor();
    }

    @Override
    public JobPrograms programs() {
        return bed;
    }
}
