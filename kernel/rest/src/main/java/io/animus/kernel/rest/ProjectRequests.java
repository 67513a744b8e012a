package io.animus.kernel.rest;

import io.animus.kernel.core.Projects;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.project.About;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.project.Quota;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What people send about projects. */
final class ProjectRequests {
    private static final int MAX_LABELS = 64;
    private static final Shape<String> TITLE = Shape.text(1, 200);
    private static final Shape<Integer> COUNT = Shape.number(0, 100_000);
    private static final Shape<Quota> QUOTA = Shape.object(quota -> new Quota(
            quota.optional("concurrentRuns", COUNT, Quota.DEFAULT.concurrentRuns()),
            quota.optional("cpu", Shape.CPU, Quota.DEFAULT.cpu()),
            quota.optional("memory", Shape.BYTES, Quota.DEFAULT.memory()),
            quota.optional("gpu", COUNT, Quota.DEFAULT.gpu())));
    private static final Shape<List<String>> NETWORK_CLASSES =
            Shape.list(0, 32, Shape.WORD).distinct();

    private static final Shape<String> INSTANCE = Shape.matching(
            PluginBindings.FORM, "<technology>.<instance>, each 1 to 63 of a-z 0-9 -, not starting with -");

    private ProjectRequests() {}

    static Projects.Draft draft(Members body) {
        return new Projects.Draft(
                body.required("name", Shape.NAME),
                new About(
                        body.optional("title", TITLE),
                        body.optional("description", Shape.DESCRIPTION),
                        body.optional("labels", Shape.LABELS, Map.of())),
                body.optional("quota", QUOTA, Quota.DEFAULT),
                body.optional("networkClasses", NETWORK_CLASSES, List.of()),
                body.required("owners", Shape.list(1, 20, Access.SUBJECT).distinct()));
    }

    static Projects.Edit edit(Members patch) {
        if (patch.isEmpty()) {
            patch.place().note(ProblemCode.INVALID_VALUE, "A patch has at least one member.");
        }
        var title = patch.patch("title", TITLE, null);
        var description = patch.patch("description", Shape.DESCRIPTION, null);
        UnaryOperator<Map<String, String>> labels = patch.patch(
                        "labels", Shape.LABELS_PATCH.map(ProjectRequests::merge), now -> Map.of())
                .apply(UnaryOperator.identity());
        UnaryOperator<Quota> quota = patch.patch("quota", Shape.object(ProjectRequests::quota), now -> Quota.DEFAULT)
                .apply(UnaryOperator.identity());
        var networkClasses = patch.has("networkClasses")
                ? patch.patch("networkClasses", NETWORK_CLASSES, List.<String>of())
                        .apply(List.of())
                : null;
        UnaryOperator<PluginBindings> plugins = patch.patch(
                        "plugins", Shape.object(ProjectRequests::plugins), now -> PluginBindings.NONE)
                .apply(UnaryOperator.identity());
        return new Projects.Edit(
                about -> new About(
                        title.apply(about.title()),
                        description.apply(about.description()),
                        labels.apply(about.labels())),
                quota,
                networkClasses,
                plugins,
                Stream.of("networkClasses", "quota", "plugins")
                        .filter(patch::has)
                        .map(member -> "/" + member)
                        .findFirst()
                        .orElse(null));
    }

    private static UnaryOperator<PluginBindings> plugins(Members patch) {
        var scm = patch.patch("scm", INSTANCE, null);
        var registry = patch.patch("registry", INSTANCE, null);
        var executor = patch.patch("executor", INSTANCE, null);
        var storage = patch.patch("storage", INSTANCE, null);
        return now -> new PluginBindings(
                scm.apply(now.scm()),
                registry.apply(now.registry()),
                executor.apply(now.executor()),
                storage.apply(now.storage()));
    }

    private static UnaryOperator<Map<String, String>> merge(Map<String, Optional<String>> patch) {
        return now -> {
            var labels = new HashMap<>(now);
            patch.forEach((name, value) -> value.ifPresentOrElse(v -> labels.put(name, v), () -> labels.remove(name)));
            if (labels.size() > MAX_LABELS) {
                throw RefusedException.at(
                        "/labels", ProblemCode.INVALID_VALUE, "A project has at most " + MAX_LABELS + " labels.");
            }
            return labels;
        };
    }

    private static UnaryOperator<Quota> quota(Members patch) {
        var concurrentRuns = patch.patch("concurrentRuns", COUNT, Quota.DEFAULT.concurrentRuns());
        var cpu = patch.patch("cpu", Shape.CPU, Quota.DEFAULT.cpu());
        var memory = patch.patch("memory", Shape.BYTES, Quota.DEFAULT.memory());
        var gpu = patch.patch("gpu", COUNT, Quota.DEFAULT.gpu());
        return now -> new Quota(
                concurrentRuns.apply(now.concurrentRuns()),
                cpu.apply(now.cpu()),
                memory.apply(now.memory()),
                gpu.apply(now.gpu()));
    }
}
