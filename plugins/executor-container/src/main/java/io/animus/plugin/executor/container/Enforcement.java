package io.animus.plugin.executor.container;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether this machine holds a job to its limits; without all of it no job is started. */
final class Enforcement {
    private static final List<String> PROGRAMS = List.of("mkfs.ext4", "mount", "umount", "stat", "tar");

    private Enforcement() {}

    /**
     * What is missing, each with what to do about it; empty if nothing is.
     *
     * @param facts the engine's answer to {@code GET /info}
     */
    static List<String> gaps(JsonNode facts) {
        var gaps = new ArrayList<String>();
        var security = facts.path("SecurityOptions").toString();
        if (facts.path("Rootless").asBoolean() || security.contains("rootless")) {
            gaps.add(
                    facts.path("CgroupVersion").asText().equals("1")
                            ? "a rootless engine on cgroup v1 ignores memory limits: use a rootful engine"
                            : "a rootless engine can't limit what a job writes: use a rootful engine");
        }
        require(gaps, facts, "MemoryLimit", "memory");
        require(gaps, facts, "SwapLimit", "swap");
        require(gaps, facts, "PidsLimit", "process");
        require(gaps, facts, "CpuCfsQuota", "processor");
        if (!security.contains("seccomp")) {
            gaps.add("the engine has no seccomp: install one built with it");
        }
        gaps.addAll(ofHost());
        return gaps;
    }

    private static void require(List<String> gaps, JsonNode facts, String fact, String limit) {
        if (!facts.path(fact).asBoolean()) {
            gaps.add("the engine can't enforce the " + limit + " limit: enable that cgroup controller");
        }
    }

    private static List<String> ofHost() {
        var gaps = new ArrayList<String>();
        if (!Files.isWritable(Path.of("/dev/loop-control"))) {
            gaps.add(
                    "the hub can't make loop devices, which limit what a job writes: run it as root, with the kernel module loop");
        }
        for (var program : PROGRAMS) {
            if (HostCommand.find(program).isEmpty()) {
                gaps.add(program + " is missing: install coreutils, e2fsprogs, mount and tar");
            }
        }
        return gaps;
    }
}
