package io.animus.kernel.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** Says in words why bundles don't resolve: what is missing, who would offer it, and what to do. */
final class Diagnosis {
    private static final String PACKAGE = BundleRevision.PACKAGE_NAMESPACE;
    private static final String FILTER = "filter";

    private Diagnosis() {}

    /** What {@code bundles} need and none of {@code installed} offers; one sentence each, empty if nothing is missing. */
    static List<String> missing(List<Bundle> bundles, Bundle[] installed) {
        var sentences = new ArrayList<String>();
        for (var bundle : bundles) {
            var revision = bundle.adapt(BundleRevision.class);
            for (var requirement : revision.getDeclaredRequirements(null)) {
                if (isNeeded(requirement) && !isOffered(requirement, installed)) {
                    sentences.add(sentence(bundle, requirement, installed));
                }
            }
        }
        return sentences;
    }

    private static boolean isNeeded(BundleRequirement requirement) {
        var directives = requirement.getDirectives();
        return !"optional".equals(directives.get("resolution"))
                && !"dynamic".equals(directives.get("resolution"))
                && !"active".equals(directives.get("effective"));
    }

    private static boolean isOffered(BundleRequirement requirement, Bundle[] installed) {
        return Arrays.stream(installed)
                .map(bundle -> bundle.adapt(BundleRevision.class))
                .filter(revision -> revision != null)
                .flatMap(revision -> revision.getDeclaredCapabilities(requirement.getNamespace()).stream())
                .anyMatch(requirement::matches);
    }

    private static String sentence(Bundle bundle, BundleRequirement requirement, Bundle[] installed) {
        var filter = String.valueOf(requirement.getDirectives().get(FILTER));
        if (!requirement.getNamespace().equals(PACKAGE)) {
            return "%s needs %s %s, which nothing here offers."
                    .formatted(bundle.getSymbolicName(), requirement.getNamespace(), filter);
        }
        var others = new TreeSet<String>();
        var name = filter.replaceAll(".*\\(osgi\\.wiring\\.package=([^)]*)\\).*", "$1");
        for (var other : installed) {
            var revision = other.adapt(BundleRevision.class);
            if (revision != null) {
                for (var capability : revision.getDeclaredCapabilities(PACKAGE)) {
                    if (name.equals(capability.getAttributes().get(PACKAGE))) {
                        others.add(other.getSymbolicName() + " offers version "
                                + capability.getAttributes().get("version"));
                    }
                }
            }
        }
        return others.isEmpty()
                ? "%s needs the Java package %s, which no bundle here offers. Put a bundle that exports it into the package."
                        .formatted(bundle.getSymbolicName(), name)
                : "%s needs the Java package %s %s, but %s. Take a version of the plugin that was built for that."
                        .formatted(bundle.getSymbolicName(), name, range(filter), String.join(", ", others));
    }

    private static String range(String filter) {
        return filter.replaceAll("\\(osgi\\.wiring\\.package=[^)]*\\)", "").replaceAll("^\\(&|\\)$", "");
    }
}
