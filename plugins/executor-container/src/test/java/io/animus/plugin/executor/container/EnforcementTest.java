package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class EnforcementTest {

    @Test
    void findsNoGapsInAnEngineThatEnforcesAll() {
        assertThat(Enforcement.gaps(facts())).isEmpty();
    }

    @Test
    void refusesARootlessEngineOnCgroupV1() {
        var facts = facts().put("Rootless", true).put("CgroupVersion", "1");

        assertThat(Enforcement.gaps(facts)).singleElement().asString().contains("ignores memory limits");
    }

    @Test
    void refusesARootlessDocker() {
        var facts = facts();
        facts.putArray("SecurityOptions").add("name=seccomp,profile=default").add("name=rootless");

        assertThat(Enforcement.gaps(facts)).singleElement().asString().contains("use a rootful engine");
    }

    @Test
    void refusesAnEngineWithoutOneOfTheLimits() {
        for (var limit : new String[] {"MemoryLimit", "SwapLimit", "PidsLimit", "CpuCfsQuota"}) {
            assertThat(Enforcement.gaps(facts().put(limit, false)))
                    .singleElement()
                    .asString()
                    .contains("enable that cgroup controller");
        }
    }

    @Test
    void refusesAnEngineWithoutSeccomp() {
        var facts = facts();
        facts.putArray("SecurityOptions");

        assertThat(Enforcement.gaps(facts)).singleElement().asString().contains("seccomp");
    }

    private static ObjectNode facts() {
        var facts = ContainerEngine.object().put("CgroupVersion", "2").put("MemoryLimit", true);
        facts.put("SwapLimit", true)
                .put("PidsLimit", true)
                .put("CpuCfsQuota", true)
                .put("Rootless", false);
        facts.putArray("SecurityOptions").add("name=seccomp,profile=default");
        return facts;
    }
}
