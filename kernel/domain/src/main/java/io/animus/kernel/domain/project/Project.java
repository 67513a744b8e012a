package io.animus.kernel.domain.project;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import java.time.Instant;
import java.util.List;

/**
 * The boundary that every entity is inside of.
 *
 * @param networkClasses that its runs may ask for, besides none
 * @param plugins which instances of plugins serve it
 * @param version counts changes, for entity tags
 */
public record Project(
        TypeId id,
        Name name,
        About about,
        Quota quota,
        List<String> networkClasses,
        PluginBindings plugins,
        Status status,
        Made made,
        Instant updated,
        long version) {
    /** What ids of projects start with. */
    public static final String PREFIX = "prj";

    /** Whether anything new may be made in it. */
    public enum Status {
        ACTIVE,
        /** Readable, nothing new, history kept; for ever. */
        ARCHIVED
    }

    public Project {
        networkClasses = List.copyOf(networkClasses);
    }

    /** @throws RefusedException if it is archived */
    public Project requireActive() {
        if (status == Status.ARCHIVED) {
            throw RefusedException.of(
                    ProblemCode.STATE_CONFLICT, "The project " + name + " is archived: it takes nothing new.");
        }
        return this;
    }

    /** The project after a change of what may change. */
    public Project with(
            About newAbout, Quota newQuota, List<String> newNetworkClasses, PluginBindings newPlugins, Instant now) {
        return new Project(id, name, newAbout, newQuota, newNetworkClasses, newPlugins, status, made, now, version + 1);
    }

    /** The project with its history closed. */
    public Project archived(Instant now) {
        return new Project(id, name, about, quota, networkClasses, plugins, Status.ARCHIVED, made, now, version + 1);
    }
}
