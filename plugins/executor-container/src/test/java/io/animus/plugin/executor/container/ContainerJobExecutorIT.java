package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.executor.JobExecutor;
import io.animus.api.tck.JobExecutorContract;
import io.animus.api.tck.JobPrograms;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract, kept with real engines. */
@ParameterizedClass
@EnumSource(Engine.Brand.class)
class ContainerJobExecutorIT implements JobExecutorContract {
    private static TestBed bed;

    @Parameter
    private Engine.Brand brand;

    private JobExecutor executor;

    @BeforeParameterizedClassInvocation
    static void startEngine(Engine.Brand brand) throws Exception {
        bed = new TestBed(brand);
    }

    @AfterParameterizedClassInvocation
    static void stopEngine() throws Exception {
        // Null where the engine can't be started.
        if (bed != null) {
            bed.stop();
            bed = null;
        }
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
    public Set<Capability> lacks() {
        return Set.of(Capability.GPUS);
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
