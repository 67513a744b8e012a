package io.animus.kernel.domain;

import io.animus.api.types.Json;

/**
 * What a run gets, all of it explicit.
 *
 * @param ephemeralStorage for everything that it leaves in its output folder
 * @param pids processes and threads together, 1 to 65,536
 * @param gpu whole devices, 0 to 64
 */
public record Resources(Quantity cpu, Quantity memory, Quantity ephemeralStorage, int pids, int gpu) {
    public Resources {
        if (pids < 1 || pids > 65_536 || gpu < 0 || gpu > 64) {
            throw new IllegalArgumentException("pids are 1 to 65536 and gpu 0 to 64, not " + pids + " and " + gpu);
        }
    }

    /** Reads what {@link #toJson} wrote. */
    public static Resources of(Json json) {
        var members = new JsonMembers(json);
        return new Resources(
                Quantity.cpu(members.text("cpu")),
                Quantity.bytes(members.text("memory")),
                Quantity.bytes(members.text("ephemeralStorage")),
                members.integer("pids"),
                members.integer("gpu"));
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object()
                .put("cpu", cpu.text())
                .put("memory", memory.text())
                .put("ephemeralStorage", ephemeralStorage.text())
                .put("pids", pids)
                .put("gpu", gpu)
                .build();
    }
}
